/**
 * What a request may ask for: the decoding algorithms and their parameters under the names of their
 * published code, checked once at the boundary. Immutable values; any thread.
 */
package dev.unmask.scheduler.parameters;
