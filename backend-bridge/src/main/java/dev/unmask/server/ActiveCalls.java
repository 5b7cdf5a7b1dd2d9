package dev.unmask.server;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The requests in progress of one model, and whether it takes more. Any thread. */
final class ActiveCalls {
  private final Object lock = new Object();
  private final Set<TrackedCall> calls = new HashSet<>();
  private final List<Runnable> whenIdle = new ArrayList<>();
  private String refusal;

  /**
   * Takes a request in.
   *
   * @return null, or why it is refused
   */
  String add(TrackedCall call) {
    synchronized (lock) {
      if (refusal == null) {
        calls.add(call);
      }
      return refusal;
    }
  }

  /** A request has ended. */
  void remove(TrackedCall call) {
    List<Runnable> due;
    synchronized (lock) {
      calls.remove(call);
      due = due();
    }
    due.forEach(Runnable::run);
  }

  /**
   * Refuses requests from now on. The first reason stays.
   *
   * @param reason told to whoever comes
   * @param action run once no request is in progress, now or on the thread that ends the last
   */
  void close(String reason, Runnable action) {
    List<Runnable> due;
    synchronized (lock) {
      if (refusal == null) {
        refusal = reason;
      }
      whenIdle.add(action);
      due = due();
    }
    due.forEach(Runnable::run);
  }

  /** What is to be run now; under the lock. */
  private List<Runnable> due() {
    if (refusal == null || !calls.isEmpty()) {
      return List.of();
    }
    List<Runnable> due = List.copyOf(whenIdle);
    whenIdle.clear();
    return due;
  }

  /** Cancels all requests in progress; they end soon, not at once. */
  void cancelAll() {
    List<TrackedCall> snapshot;
    synchronized (lock) {
      snapshot = List.copyOf(calls);
    }
    snapshot.forEach(TrackedCall::cancel);
  }

  /** Requests in progress. */
  int size() {
    synchronized (lock) {
      return calls.size();
    }
  }
}
