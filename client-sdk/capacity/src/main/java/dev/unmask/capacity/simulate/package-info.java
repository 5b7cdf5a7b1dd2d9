/** Predicts tokens per second on hardware that is not there. */
package dev.unmask.capacity.simulate;
