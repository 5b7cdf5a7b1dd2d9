/** How right answers are. */
package dev.unmask.capacity.score;
