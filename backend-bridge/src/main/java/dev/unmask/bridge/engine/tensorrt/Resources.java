package dev.unmask.bridge.engine.tensorrt;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What has been acquired, to be given back in reverse order, each thing once. One that cannot be
 * given back is logged and the rest go on: after a lost device every call fails, and closing must
 * still end.
 */
final class Resources implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Resources.class);

  /** How to give something back. */
  @FunctionalInterface
  interface Release {
    /** Gives it back. */
    void run();
  }

  private final Deque<Release> acquired = new ArrayDeque<>();

  /** Takes charge of something; whatever was taken charge of earlier outlives it. */
  void add(Release release) {
    acquired.push(release);
  }

  /** Gives everything back. Idempotent. */
  @Override
  public void close() {
    while (!acquired.isEmpty()) {
      try {
        acquired.pop().run();
      } catch (RuntimeException e) {
        LOG.warn("not given back: {}", e.getMessage());
      }
    }
  }
}
