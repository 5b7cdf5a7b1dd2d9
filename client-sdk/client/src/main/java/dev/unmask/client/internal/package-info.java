/**
 * How the client works. A request goes from {@link dev.unmask.client.UnmaskClient} as an {@code
 * Operation} to an {@code Exchange}, which owns its attempts, timers and interceptors, and from
 * there to the {@code Transport} of an endpoint; responses come back the same way to the consumer
 * that the caller chose: a future, an iterator or a subscription. Not published.
 */
package dev.unmask.client.internal;
