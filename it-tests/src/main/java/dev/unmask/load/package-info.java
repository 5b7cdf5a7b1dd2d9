/**
 * Clients and processes for the soak test and {@code ServerOverhead}: a server in a process of its
 * own, and clients of both protocols that stream one generation after the other. Load as users put
 * it on is {@code unmask capacity}'s. This is here for what that cannot do: it goes without the
 * client library, so that a fault of it does not hide one of the server; it cancels and lets
 * deadlines pass at chosen responses; and it knows the server's process, whose processor time and
 * memory are measured.
 */
package dev.unmask.load;
