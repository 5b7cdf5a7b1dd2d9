/** See RATIONALE. */
package dev.unmask.bridge;
