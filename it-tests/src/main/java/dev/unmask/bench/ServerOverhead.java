package dev.unmask.bench;

import dev.unmask.load.Chunk;
import dev.unmask.load.LoadCall;
import dev.unmask.load.LoadClient;
import dev.unmask.load.LoadClients;
import dev.unmask.load.LoadProtocol;
import dev.unmask.load.LoadRequest;
import dev.unmask.load.MetricsText;
import dev.unmask.load.ServerProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * What a request and a streamed chunk cost beyond the engine: a server process with an engine that
 * computes nothing, one client, real sockets. tiny_ar streams a chunk per token, so requests for 1
 * and for {@value #TOKENS} tokens, taking turns, differ by the chunks between. Times are from
 * sending the request to its end as the client sees them, the client's own work included.
 * Arguments: rounds (default 2000), Java flags of the server.
 */
public final class ServerOverhead {
  private static final String MODEL = "tiny_ar";
  private static final int TOKENS = 257;
  private static final int WARM_UP = 500;

  private final ServerProcess server;
  private final LoadClient client;
  private final LoadProtocol protocol;
  private int chunks;

  private ServerOverhead(ServerProcess server, LoadClients clients, LoadProtocol protocol) {
    this.server = server;
    this.client = clients.open(protocol);
    this.protocol = protocol;
  }

  /** Measures and prints. */
  public static void main(String[] args) throws InterruptedException {
    int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 2000;
    List<String> flags = List.of(args).subList(Math.min(1, args.length), args.length);
    Path log = Path.of(System.getProperty("java.io.tmpdir"), "unmask-overhead.log");
    List<String> options =
        List.of("--engine=noop", "--model-control-mode=explicit", "--load-model=" + MODEL);
    try (ServerProcess server = ServerProcess.start(log, flags, options);
        LoadClients clients = new LoadClients(server)) {
      System.out.println(
          "| protocol | request p50 / p99 us | chunk p50 us | server CPU us per chunk | client CPU us"
              + " per chunk | decode thread us per chunk |"
              + " chunks per request |");
      System.out.println("|---|---|---|---|---|---|---|");
      for (LoadProtocol protocol : LoadProtocol.values()) {
        new ServerOverhead(server, clients, protocol).measure(rounds);
      }
    }
  }

  private void measure(int rounds) throws InterruptedException {
    Histogram one = new Histogram(3);
    Histogram many = new Histogram(3);
    repeat(WARM_UP, one, many);
    one.reset();
    many.reset();
    chunks = 0;
    repeat(rounds, one, many);
    double more = (double) chunks / rounds - 2;

    MetricsText before = server.metrics();
    Duration serverBefore = server.processorTime();
    Duration clientBefore = ownTime();
    chunks = 0;
    for (int i = 0; i < rounds; i++) {
      nanos(TOKENS);
    }
    double serverMicros = micros(server.processorTime().minus(serverBefore)) / chunks;
    double clientMicros = micros(ownTime().minus(clientBefore)) / chunks;
    double decode =
        server.metrics().sum("unmask_step_seconds_total") - before.sum("unmask_step_seconds_total");
    client.close();
    System.out.printf(
        "| %s | %.0f / %.0f | %.1f | %.1f | %.1f | %.1f | %.0f |%n",
        protocol,
        one.getValueAtPercentile(50) / 1e3,
        one.getValueAtPercentile(99) / 1e3,
        (many.getValueAtPercentile(50) - one.getValueAtPercentile(50)) / 1e3 / more,
        serverMicros,
        clientMicros,
        decode * 1e6 / chunks,
        (double) chunks / rounds);
  }

  private void repeat(int rounds, Histogram one, Histogram many) throws InterruptedException {
    for (int i = 0; i < rounds; i++) {
      one.recordValue(nanos(1));
      many.recordValue(nanos(TOKENS));
    }
  }

  /** Streams a request; returns how long it took. */
  private long nanos(int tokens) throws InterruptedException {
    LoadRequest request =
        new LoadRequest(MODEL, "", "x = 1", Map.of("max_tokens", tokens, "ignore_eos", true));
    long begin = System.nanoTime();
    LoadCall.Outcome outcome = client.start(request, this::onChunk).await();
    long nanos = System.nanoTime() - begin;
    if (outcome.status() != LoadCall.Status.COMPLETE) {
      throw new IllegalStateException(outcome.message());
    }
    return nanos;
  }

  private void onChunk(LoadCall call, Chunk chunk) {
    chunks++;
  }

  private static Duration ownTime() {
    return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
  }

  private static double micros(Duration duration) {
    return duration.toNanos() / 1e3;
  }
}
