/** Which decoding parameters give which speed at which score. */
package dev.unmask.capacity.tune;
