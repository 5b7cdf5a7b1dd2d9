/**
 * Clients and processes for tests and measurements of a whole server: a server in a process of its
 * own, and clients of both protocols that stream one generation after the other.
 */
package dev.unmask.load;
