/** See RATIONALE. */
package dev.unmask.scheduler;
