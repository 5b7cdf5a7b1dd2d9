package dev.unmask.bench;

import dev.unmask.load.Chunk;
import dev.unmask.load.LoadCall;
import dev.unmask.load.LoadClient;
import dev.unmask.load.LoadClients;
import dev.unmask.load.LoadProtocol;
import dev.unmask.load.LoadRequest;
import dev.unmask.load.MetricsText;
import dev.unmask.load.ServerProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.HdrHistogram.Histogram;

/** A fixed number of clients, each of which sends its next request when the last has ended. */
final class ClosedLoop {
  /** Share of the window that runs before it, unmeasured. */
  private static final double RAMP = 0.25;

  private final ServerProcess server;
  private final LoadClients clients;
  private final LoadProtocol protocol;
  private final List<LoadRequest> requests;
  private final AtomicInteger next = new AtomicInteger();

  /**
   * @param requests sent in turn
   */
  ClosedLoop(
      ServerProcess server,
      LoadClients clients,
      LoadProtocol protocol,
      List<LoadRequest> requests) {
    this.server = server;
    this.clients = clients;
    this.protocol = protocol;
    this.requests = requests;
  }

  /**
   * Runs the clients for a while.
   *
   * @throws IllegalStateException where a request fails
   */
  LoadResult run(int concurrency, double seconds) throws InterruptedException {
    AtomicBoolean stop = new AtomicBoolean();
    List<Worker> workers = new ArrayList<>();
    List<Future<?>> ends = new ArrayList<>();
    ExecutorService threads = Executors.newFixedThreadPool(concurrency);
    try {
      for (int i = 0; i < concurrency; i++) {
        Worker worker = new Worker(stop);
        workers.add(worker);
        ends.add(threads.submit(worker));
      }
      Thread.sleep((long) (seconds * RAMP * 1000));
      Reading begin = new Reading(server);
      Thread.sleep((long) (seconds * 1000));
      Reading end = new Reading(server);
      stop.set(true);
      for (Future<?> worker : ends) {
        worker.get();
      }
      return result(workers, begin, end);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } finally {
      stop.set(true);
      threads.shutdown();
    }
  }

  private static LoadResult result(List<Worker> workers, Reading begin, Reading end) {
    Histogram firstBlock = new Histogram(3);
    Histogram block = new Histogram(3);
    Histogram queue = new Histogram(3);
    long tokens = 0;
    long requests = 0;
    for (Worker worker : workers) {
      for (Sample sample : worker.samples) {
        if (sample.nanos >= begin.nanos && sample.nanos < end.nanos) {
          tokens += sample.tokens;
          (sample.first ? firstBlock : block).recordValue(sample.latency);
          requests += sample.queueNanos >= 0 ? 1 : 0;
          if (sample.queueNanos >= 0) {
            queue.recordValue(sample.queueNanos);
          }
        }
      }
    }
    return new LoadResult(
        (end.nanos - begin.nanos) / 1e9,
        tokens,
        requests,
        firstBlock,
        block,
        queue,
        end.server.minus(begin.server),
        end.client.minus(begin.client),
        begin.metrics,
        end.metrics);
  }

  /** Clocks and counters at one moment. */
  private static final class Reading {
    private final MetricsText metrics;
    private final Duration server;
    private final Duration client;
    private final long nanos;

    Reading(ServerProcess process) {
      metrics = process.metrics();
      server = process.processorTime();
      client = ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
      nanos = System.nanoTime();
    }
  }

  /**
   * A response.
   *
   * @param queueNanos on the last response of a request; -1 on others
   */
  private record Sample(long nanos, long tokens, boolean first, long latency, long queueNanos) {}

  private final class Worker implements Runnable {
    private final AtomicBoolean stop;
    private final List<Sample> samples = new ArrayList<>();
    private long previous;
    private boolean first;

    Worker(AtomicBoolean stop) {
      this.stop = stop;
    }

    @Override
    public void run() {
      try (LoadClient client = clients.open(protocol)) {
        while (!stop.get()) {
          LoadRequest request = requests.get(next.getAndIncrement() % requests.size());
          first = true;
          previous = System.nanoTime();
          LoadCall.Outcome outcome = client.start(request, this::onChunk).await();
          if (outcome.status() != LoadCall.Status.COMPLETE) {
            throw new IllegalStateException(request.model() + ": " + outcome.message());
          }
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private void onChunk(LoadCall call, Chunk chunk) {
      long arrival = chunk.integer("arrival_time_ns");
      samples.add(
          new Sample(
              chunk.nanos(),
              chunk.integer("num_output_tokens"),
              first,
              chunk.nanos() - previous,
              arrival == 0 ? -1 : chunk.integer("first_scheduled_time_ns") - arrival));
      first = false;
      previous = chunk.nanos();
    }
  }
}
