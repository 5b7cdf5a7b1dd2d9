/** Which prompts are sent when, and what came of each. */
package dev.unmask.capacity.load;
