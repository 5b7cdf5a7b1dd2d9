package dev.unmask.server.http;

/** A client waits for {@code 100 Continue} before it sends the body. A pipeline event. */
enum ContinueWanted {
  EVENT
}
