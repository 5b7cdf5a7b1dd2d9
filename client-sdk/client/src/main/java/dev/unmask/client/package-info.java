/**
 * The client: {@link dev.unmask.client.UnmaskClient} and the values it takes and gives. All that is
 * in this package is published and kept compatible; {@code dev.unmask.client.internal} is not.
 */
package dev.unmask.client;
