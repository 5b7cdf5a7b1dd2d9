package dev.unmask.client.internal;

import java.util.concurrent.atomic.AtomicInteger;

/** One server, what this client has there in progress, and whether it is thought to be well. */
final class Endpoint {
  private final Transport transport;
  private final AtomicInteger outstanding = new AtomicInteger();
  private volatile boolean down;

  Endpoint(Transport transport) {
    this.transport = transport;
  }

  Transport transport() {
    return transport;
  }

  String name() {
    return transport.endpoint();
  }

  /** Requests in progress. */
  int outstanding() {
    return outstanding.get();
  }

  /** A request is about to be sent. */
  void begin() {
    outstanding.incrementAndGet();
    if (down) {
      transport.retryConnection();
    }
  }

  /** A request has ended. */
  void end() {
    outstanding.decrementAndGet();
  }

  boolean isDown() {
    return down;
  }

  void setDown(boolean value) {
    down = value;
  }
}
