package dev.unmask.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.it.ServerProbe.Sample;
import dev.unmask.it.SoakStream.Tally;
import dev.unmask.load.Chunk;
import dev.unmask.load.LoadCall;
import dev.unmask.load.LoadClient;
import dev.unmask.load.LoadClients;
import dev.unmask.load.LoadProtocol;
import dev.unmask.load.LoadRequest;
import dev.unmask.load.MetricsText;
import dev.unmask.load.ServerProcess;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Random load on a server process for {@code -Dunmask.soak.seconds}: 64 streams over both
 * protocols, all models and algorithms, random cancels, timeouts and priorities, and a KV budget so
 * small that sequences are preempted. Every request must end as it should with the tokens it has
 * when it is alone, and nothing may leak.
 */
class ITSoak {
  private static final int SECONDS = Integer.getInteger("unmask.soak.seconds", 20);
  private static final int STREAMS = 64;
  private static final int REQUESTS = Math.min(240, 20 + 2 * SECONDS);
  private static final int SAMPLE_SECONDS = 10;
  private static final long SEED = 20261122;
  private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(60);

  /** Netty's buffers are plain direct buffers then, and counted with the others. */
  private static final List<String> JVM = List.of("-Dio.netty.maxDirectMemory=0");

  private final List<Sample> samples = new ArrayList<>();

  @Test
  void server_underRandomLoad_answersAsIfAloneAndLeaksNothing() throws Exception {
    Path log = Path.of("target", "soak-server.log");
    List<String> options =
        List.of(
            "--model-repository=" + BundledModelFixture.repository(), "--kv-cache-positions=2048");
    try (ServerProcess server = ServerProcess.start(log, JVM, options);
        ServerProbe probe = new ServerProbe(server)) {
      List<LoadRequest> requests = SoakRequests.random(REQUESTS, SEED);
      List<int[]> answers;
      try (LoadClients clients = new LoadClients(server)) {
        answers = requests.stream().map(request -> alone(clients, request)).toList();
      }
      // A first load fills pools and caches and compiles the code.
      Tally warm = load(server, probe, requests, answers, Math.max(5, SECONDS / 5), 1);
      Sample before = quiet(probe);
      samples.clear();
      Tally soaked = load(server, probe, requests, answers, SECONDS, 1000);
      Sample after = quiet(probe);
      report(warm, soaked, before, after, server.metrics());
      judge(soaked, before, after, server.metrics());
    }
  }

  /** The tokens of a request that the server decodes alone. */
  private static int[] alone(LoadClients clients, LoadRequest request) {
    List<Chunk> chunks = new ArrayList<>();
    try (LoadClient client = clients.open(LoadProtocol.HTTP)) {
      LoadCall.Outcome outcome = client.start(request, (call, chunk) -> chunks.add(chunk)).await();
      assertEquals(LoadCall.Status.COMPLETE, outcome.status(), () -> request + ": " + outcome);
      return chunks.stream().flatMapToInt(chunk -> IntStream.of(chunk.outputIds())).toArray();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private Tally load(
      ServerProcess server,
      ServerProbe probe,
      List<LoadRequest> requests,
      List<int[]> answers,
      int seconds,
      long seed)
      throws Exception {
    AtomicBoolean stop = new AtomicBoolean();
    ExecutorService threads = Executors.newFixedThreadPool(STREAMS);
    ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    try (LoadClients clients = new LoadClients(server)) {
      CompletionService<Tally> streams = new ExecutorCompletionService<>(threads);
      LoadProtocol[] protocols = LoadProtocol.values();
      List<Future<Tally>> started = new ArrayList<>();
      for (int i = 0; i < STREAMS; i++) {
        LoadProtocol protocol = protocols[i % protocols.length];
        started.add(
            streams.submit(
                new SoakStream(clients, protocol, requests, answers, timer, stop, seed + i)));
      }
      watch(probe, streams, seconds);
      stop.set(true);
      Tally tally = Tally.NONE;
      for (Future<Tally> stream : started) {
        tally = tally.plus(tally(stream));
      }
      return tally;
    } finally {
      stop.set(true);
      timer.shutdownNow();
      threads.shutdownNow();
      assertTrue(threads.awaitTermination(60, TimeUnit.SECONDS), "streams that do not end");
    }
  }

  /** Samples the server for a while; a stream that ends meanwhile has failed. */
  private void watch(ServerProbe probe, CompletionService<Tally> streams, int seconds)
      throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
      long wait = Math.min(left, TimeUnit.SECONDS.toNanos(SAMPLE_SECONDS));
      Future<Tally> ended = streams.poll(wait, TimeUnit.NANOSECONDS);
      if (ended != null) {
        throw new AssertionError("a stream ended early: " + tally(ended));
      }
      samples.add(probe.sample());
    }
  }

  private static Tally tally(Future<Tally> stream) throws InterruptedException {
    try {
      return stream.get();
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause().getMessage(), e.getCause());
    }
  }

  /** The server once nothing is in progress any more. */
  private static Sample quiet(ServerProbe probe) throws Exception {
    long end = System.nanoTime() + QUIET_NANOS;
    Sample last = probe.sample();
    Sample now = probe.sample();
    // A connection that was closed here is closed there a little later.
    while ((now.sequences() > 0 || now.kvBlocks() > 0 || now.descriptors() < last.descriptors())
        && System.nanoTime() < end) {
      last = now;
      now = probe.sample();
    }
    return now;
  }

  private void report(Tally warm, Tally soaked, Sample before, Sample after, MetricsText metrics) {
    System.out.printf(
        "soak: %d s, %d distinct requests; warm-up %s; %s; preemptions %.0f, reuse hits %.0f%n",
        SECONDS,
        REQUESTS,
        warm,
        soaked,
        metrics.sum("unmask_preemptions_total"),
        metrics.sum("unmask_kv_reuse_hits_total"));
    System.out.println("soak: before " + before);
    System.out.println("soak: after  " + after);
    samples.forEach(sample -> System.out.println("soak: under load " + sample));
  }

  private static void judge(Tally soaked, Sample before, Sample after, MetricsText metrics) {
    assertTrue(soaked.complete() > 0, "no stream was completed");
    assertTrue(soaked.cancelled() > 0, "no stream was cancelled");
    assertTrue(soaked.expired() > 0, "no stream ran out of time");
    assertTrue(metrics.sum("unmask_preemptions_total") > 0, "no sequence was preempted");
    assertEquals(0, metrics.sum("unmask_failed_forward_passes_total"), "failed passes");
    assertEquals(0, after.sequences(), "sequences left");
    assertEquals(0, after.kvBlocks(), "KV blocks left");
    assertTrue(after.threads() <= before.threads() + 8, "threads: " + before + " " + after);
    assertTrue(
        after.descriptors() <= before.descriptors() + 2, "descriptors: " + before + " " + after);
    assertTrue(after.heapMib() < before.heapMib() + 8, "heap: " + before + " " + after);
    assertTrue(after.directMib() < before.directMib() + 32, "direct: " + before + " " + after);
  }
}
