package dev.unmask.bench;

import com.sun.management.OperatingSystemMXBean;
import dev.unmask.bridge.Telemetry;
import dev.unmask.core.CoreOptions;
import dev.unmask.core.TritonCore;
import dev.unmask.model.EngineModelLoader;
import dev.unmask.model.LoadedModel;
import dev.unmask.model.ModelConfigs;
import dev.unmask.model.ModelSettings;
import dev.unmask.model.ModelSource;
import dev.unmask.repository.ModelManifest;
import dev.unmask.request.InferRequest;
import dev.unmask.request.InferResponse;
import dev.unmask.request.ResponseObserver;
import dev.unmask.request.Tensor;
import dev.unmask.scheduler.UnmaskException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/**
 * What the Triton backend costs: the real Triton core in this process, an engine that computes
 * nothing, requests from Java through Triton's in-process API. The same requests go to the same
 * model without Triton in turn, so that the difference is core, backend and the client's calls.
 * Arguments: rounds (default 5), requests per round (default 2000).
 */
public final class TritonOverhead implements AutoCloseable {
  private static final String MODEL = "tiny_ar";
  private static final int TOKENS = 257;
  private static final int STREAMS = 32;
  private static final int STREAMED_PER_ROUND = 320;
  private static final int[] PROMPT = {5, 6, 7, 8, 9, 10, 11, 12};

  private final Path repository;
  private final TritonCore core;
  private final EngineModelLoader loader = new EngineModelLoader();
  private final LoadedModel direct;

  /** Where requests go. */
  private interface Server {
    void infer(InferRequest request, ResponseObserver observer);
  }

  private TritonOverhead(Path home) throws IOException {
    Path version = home.resolve("model-repository/models").resolve(MODEL).resolve("1");
    repository = Files.createTempDirectory("unmask-triton-");
    Path model = Files.createDirectories(repository.resolve(MODEL).resolve("1"));
    try (Stream<Path> files = Files.list(version)) {
      for (Path file : files.toList()) {
        Files.createSymbolicLink(model.resolve(file.getFileName()), file.toAbsolutePath());
      }
    }
    String config = "backend: 'unmask' parameters { key: 'engine' value { string_value: 'noop' } }";
    Files.writeString(repository.resolve(MODEL).resolve("config.pbtxt"), config);
    core = TritonCore.start(new CoreOptions(repository));
    ModelManifest manifest = ModelManifest.read(version);
    direct =
        loader.load(
            new ModelSource(
                MODEL,
                1,
                version,
                manifest,
                ModelConfigs.parse("model_transaction_policy { decoupled: true }", "configuration"),
                ModelSettings.DEFAULT.with(Map.of("engine", "noop"))),
            Telemetry.NOOP);
  }

  /** Measures and prints. */
  public static void main(String[] args) throws Exception {
    int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 5;
    int requests = args.length > 1 ? Integer.parseInt(args[1]) : 2000;
    try (TritonOverhead overhead =
        new TritonOverhead(Path.of(System.getProperty("unmask.home", ".")))) {
      overhead.run(rounds, requests);
    }
  }

  private void run(int rounds, int requests) throws InterruptedException {
    Server triton = (request, observer) -> core.infer(MODEL, request, observer);
    Server plain = (request, observer) -> direct.infer(request, observer, result -> {});
    Table table = new Table();
    for (int round = -1; round < rounds; round++) {
      boolean warm = round >= 0;
      double hop = hop(requests);
      double cpuBefore = cpuMicros();
      double empty = median(triton, empty(), requests);
      double cpuEmpty = (cpuMicros() - cpuBefore) / requests;
      cpuBefore = cpuMicros();
      double emptyPlain = median(plain, empty(), requests);
      double cpuEmptyPlain = (cpuMicros() - cpuBefore) / requests;
      double one = median(triton, tokens(1, false), requests);
      double onePlain = median(plain, tokens(1, false), requests);
      double first = median(triton, tokens(1, true), requests);
      double many = median(triton, tokens(TOKENS, true), requests / 10);
      double firstPlain = median(plain, tokens(1, true), requests);
      double manyPlain = median(plain, tokens(TOKENS, true), requests / 10);
      double cpu = microsPerToken(triton);
      double cpuPlain = microsPerToken(plain);
      if (warm) {
        table.add("another thread woken, and back, us", hop, hop);
        table.add("empty request, us", empty, emptyPlain);
        table.add("CPU of an empty request, us", cpuEmpty, cpuEmptyPlain);
        table.add("request of one token, us", one, onePlain);
        table.add(
            "streamed response, us",
            (many - first) / (TOKENS - 1),
            (manyPlain - firstPlain) / (TOKENS - 1));
        table.add("CPU at " + STREAMS + " streams, us a token", cpu, cpuPlain);
      }
    }
    table.print();
  }

  private static InferRequest empty() {
    return request(List.of(Tensor.ofInts("max_tokens", 1)));
  }

  private static InferRequest tokens(int count, boolean stream) {
    return request(
        List.of(
            Tensor.ofInts("input_ids", PROMPT),
            Tensor.ofInts("max_tokens", count),
            Tensor.ofBools("ignore_eos", true),
            Tensor.ofBools("stream", stream)));
  }

  private static InferRequest request(List<Tensor> inputs) {
    return new InferRequest("", Map.of(), inputs, Set.of(), System.nanoTime());
  }

  /** One request after the other; the median from start to end, in microseconds. */
  private static double median(Server server, InferRequest request, int count)
      throws InterruptedException {
    Histogram nanos = new Histogram(3);
    Semaphore end = new Semaphore(0);
    for (int i = 0; i < count; i++) {
      long begin = System.nanoTime();
      server.infer(request, new Counter(end, null));
      end.acquire();
      nanos.recordValue(System.nanoTime() - begin);
    }
    return nanos.getValueAtPercentile(50) / 1e3;
  }

  /** What the machine takes to wake another thread and to be woken by it, in microseconds. */
  private static double hop(int count) throws InterruptedException {
    Histogram nanos = new Histogram(3);
    Semaphore there = new Semaphore(0);
    Semaphore back = new Semaphore(0);
    Thread other =
        new Thread(
            () -> {
              for (int i = 0; i < count; i++) {
                there.acquireUninterruptibly();
                back.release();
              }
            });
    other.start();
    for (int i = 0; i < count; i++) {
      long begin = System.nanoTime();
      there.release();
      back.acquire();
      nanos.recordValue(System.nanoTime() - begin);
    }
    other.join();
    return nanos.getValueAtPercentile(50) / 1e3;
  }

  /** Time of all processors that this process has used, in microseconds. */
  private static double cpuMicros() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime()
        / 1e3;
  }

  /** Many streams at a time: the time of all processors that a token takes, in microseconds. */
  private static double microsPerToken(Server server) throws InterruptedException {
    AtomicLong responses = new AtomicLong();
    Semaphore room = new Semaphore(STREAMS);
    double before = cpuMicros();
    for (int i = 0; i < STREAMED_PER_ROUND; i++) {
      room.acquire();
      server.infer(tokens(TOKENS, true), new Counter(room, responses));
    }
    room.acquire(STREAMS);
    return (cpuMicros() - before) / responses.get();
  }

  @Override
  public void close() throws IOException {
    core.close();
    direct.close();
    loader.close();
    try (Stream<Path> files = Files.walk(repository)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /** Counts responses and tells of the end. An empty request ends with an error, as it should. */
  private record Counter(Semaphore end, AtomicLong responses) implements ResponseObserver {
    @Override
    public void onResponse(InferResponse response, boolean last) {
      if (responses != null) {
        responses.incrementAndGet();
      }
      if (last) {
        end.release();
      }
    }

    @Override
    public void onCompleted() {
      end.release();
    }

    @Override
    public void onError(UnmaskException error) {
      end.release();
    }
  }

  /** What was measured: with Triton, without, and the difference, each median and extremes. */
  private static final class Table {
    private final List<String> names = new ArrayList<>();
    private final List<List<double[]>> values = new ArrayList<>();

    void add(String name, double with, double without) {
      int at = names.indexOf(name);
      if (at < 0) {
        at = names.size();
        names.add(name);
        values.add(new ArrayList<>());
      }
      values.get(at).add(new double[] {with, without, with - without});
    }

    void print() {
      System.out.println("| | in Triton | without | difference |");
      System.out.println("|---|---|---|---|");
      for (int i = 0; i < names.size(); i++) {
        System.out.printf(
            "| %s | %s | %s | %s |%n", names.get(i), cell(i, 0), cell(i, 1), cell(i, 2));
      }
    }

    private String cell(int row, int column) {
      double[] sorted =
          values.get(row).stream().mapToDouble(value -> value[column]).sorted().toArray();
      return String.format(
          Locale.ROOT,
          "%.1f (%.1f-%.1f)",
          sorted[sorted.length / 2],
          sorted[0],
          sorted[sorted.length - 1]);
    }
  }
}
