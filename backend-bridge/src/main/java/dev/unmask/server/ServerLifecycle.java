package dev.unmask.server;

import dev.unmask.scheduler.UnmaskException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts a server with its front ends, and stops it so that requests in progress are answered. One
 * thread starts it, any other may stop it.
 */
public final class ServerLifecycle {
  private static final Logger LOG = LoggerFactory.getLogger(ServerLifecycle.class);

  private final UnmaskServer server;
  private final List<Endpoint> endpoints;
  private final Duration exitTimeout;
  private final List<FrontEnd> started = new ArrayList<>();
  private final AtomicBoolean stopping = new AtomicBoolean();
  private final CountDownLatch stopped = new CountDownLatch(1);

  /**
   * @param endpoints started in this order
   * @param exitTimeout how long requests in progress may go on at the end
   */
  public ServerLifecycle(UnmaskServer server, List<Endpoint> endpoints, Duration exitTimeout) {
    this.server = server;
    this.endpoints = List.copyOf(endpoints);
    this.exitTimeout = exitTimeout;
    if (exitTimeout.isNegative()) {
      throw UnmaskException.invalid(
          "--exit-timeout-secs=" + exitTimeout.toSeconds() + " is negative");
    }
  }

  /**
   * Loads the models and opens the front ends; says so in a table and a line each.
   *
   * @param out told what was started
   * @throws UnmaskException where a front end cannot start; everything is closed again
   */
  public void start(PrintWriter out) {
    try {
      server.start();
      out.print(ModelTable.of(server.status()));
      out.flush();
      for (Endpoint endpoint : endpoints) {
        open(endpoint, out);
      }
    } catch (RuntimeException | Error e) {
      closeAll();
      throw e;
    }
  }

  private void open(Endpoint endpoint, PrintWriter out) {
    FrontEnd frontEnd = endpoint.frontEnd();
    synchronized (started) {
      if (stopping.get()) {
        return;
      }
      frontEnd.start();
      started.add(frontEnd);
    }
    out.println(
        "Started " + endpoint.service() + " at " + endpoint.address() + ":" + frontEnd.port());
    out.flush();
  }

  /**
   * Stops: not ready and no new requests at once; those in progress go on until the timeout, then
   * they are cancelled; then connections and models are closed. Blocks for that long. Of several
   * calls the first does it, the others wait for it.
   */
  public void stop() {
    if (!stopping.compareAndSet(false, true)) {
      awaitStopped();
      return;
    }
    try {
      server.refuse();
      synchronized (started) {
        started.forEach(FrontEnd::drain);
      }
      int active = server.activeRequests();
      if (active > 0) {
        LOG.info("waiting for {} requests, {} s at most", active, exitTimeout.toSeconds());
      }
      if (!server.drain(exitTimeout.toNanos())) {
        LOG.warn("exit timeout expired, the remaining requests were cancelled");
      }
    } finally {
      closeAll();
    }
  }

  private void closeAll() {
    stopping.set(true);
    try {
      synchronized (started) {
        for (FrontEnd frontEnd : started) {
          close(frontEnd);
        }
      }
      server.close();
    } finally {
      stopped.countDown();
    }
  }

  private static void close(FrontEnd frontEnd) {
    try {
      frontEnd.close();
    } catch (RuntimeException e) {
      LOG.error("closing {} failed", frontEnd.name(), e);
    }
  }

  /** Waits until {@link #stop} is through. An interrupt ends the waiting. */
  public void awaitStopped() {
    try {
      stopped.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
