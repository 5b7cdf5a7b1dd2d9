/** A real server for tests of clients. */
package dev.unmask.client.testing;
