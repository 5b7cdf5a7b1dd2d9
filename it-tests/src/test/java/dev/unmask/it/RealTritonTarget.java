package dev.unmask.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.unmask.core.CoreOptions;
import dev.unmask.core.TritonCore;
import dev.unmask.request.InferRequest;
import dev.unmask.request.InferenceCall;
import dev.unmask.request.ResponseObserver;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** The real Triton core in this process, with the backend as it is built. */
final class RealTritonTarget implements ServingTarget {
  /** Servers of this process. */
  private static final AtomicInteger OPEN = new AtomicInteger();

  private final WireRepository repository;
  private final TritonCore core;

  /**
   * @param repository closed with the server
   */
  RealTritonTarget(WireRepository repository) {
    this(repository, new CoreOptions(repository.path()));
  }

  RealTritonTarget(WireRepository repository, CoreOptions options) {
    this.repository = repository;
    this.core = TritonCore.start(options);
    OPEN.incrementAndGet();
  }

  TritonCore core() {
    return core;
  }

  @Override
  public InferenceCall infer(String model, InferRequest request, ResponseObserver observer) {
    return core.infer(model, request, observer);
  }

  @Override
  public Scrape scrape() {
    return Scrape.of(core.metrics());
  }

  private static boolean hasThread(String prefix) {
    return Thread.getAllStackTraces().keySet().stream()
        .anyMatch(thread -> thread.getName().startsWith(prefix));
  }

  /** Ends the server, and checks that every request was given back and nothing is left. */
  @Override
  public void close() {
    Poll.until("every request was given back", () -> TritonCore.unfinished() == 0);
    core.close();
    repository.close();
    if (OPEN.decrementAndGet() == 0) {
      // Triton finalizes the last models and the backend behind the server's back. The next server
      // of this process must not find them.
      Poll.until("the backend is finalized", () -> !hasThread("decode-") && !hasThread("encode-"));
    }
    assertEquals(List.of(), List.copyOf(TritonCore.violations()));
    assertEquals(0, TritonCore.buffers());
  }
}
