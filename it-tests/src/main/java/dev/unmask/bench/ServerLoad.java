package dev.unmask.bench;

import dev.unmask.load.LoadClients;
import dev.unmask.load.LoadProtocol;
import dev.unmask.load.LoadRequest;
import dev.unmask.load.Prompts;
import dev.unmask.load.ServerProcess;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.HdrHistogram.Histogram;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Tokens per second and latencies of a server under closed-loop load, as a table in Markdown. The
 * server is a process of its own; this one holds the clients. Combinations of protocol, setting and
 * concurrency take turns, round by round, so that what else the machine does falls on all.
 */
@Command(name = "ServerLoad", mixinStandardHelpOptions = true)
public final class ServerLoad implements Callable<Integer> {
  @Option(names = "--model", defaultValue = "tiny_d2f", description = "model to load")
  private String model;

  @Option(names = "--protocol", split = ",", defaultValue = "GRPC,HTTP", description = "protocols")
  private List<LoadProtocol> protocols;

  @Option(names = "--concurrency", split = ",", defaultValue = "1,2,4,8,16,32")
  private List<Integer> concurrency;

  @Option(names = "--seconds", defaultValue = "3", description = "length of a measurement")
  private double seconds;

  @Option(names = "--rounds", defaultValue = "3", description = "measurements of a combination")
  private int rounds;

  @Option(names = "--warm-up", defaultValue = "10", description = "seconds before the first round")
  private double warmUp;

  @Option(names = "--prompts", defaultValue = "96", description = "prompts of the demo in use")
  private int prompts;

  @Option(names = "--max-tokens", defaultValue = "96")
  private int maxTokens;

  @Option(
      names = "--setting",
      defaultValue = "",
      description =
          "a model parameter and values to compare, such as adaptive_lookahead=false,true")
  private String setting;

  @Option(names = "--serve", description = "a further option of serve; may be given several times")
  private List<String> serve = List.of();

  @Option(names = "--jvm", description = "a further flag of the server's Java; likewise")
  private List<String> jvm = List.of();

  /** One row of the table. */
  private record Combination(LoadProtocol protocol, String value, int concurrency) {}

  private final Map<Combination, List<LoadResult>> results = new LinkedHashMap<>();

  /** Measures and prints. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new ServerLoad()).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    List<String> options = new ArrayList<>(serve);
    options.addAll(List.of("--model-control-mode=explicit", "--load-model=" + model));
    Path log = Path.of(System.getProperty("java.io.tmpdir"), "unmask-load.log");
    try (ServerProcess server = ServerProcess.start(log, jvm, options);
        LoadClients clients = new LoadClients(server)) {
      String[] values =
          setting.isEmpty() ? new String[] {""} : setting.replaceFirst(".*=", "").split(",", -1);
      for (int round = 0; round < rounds; round++) {
        for (String value : values) {
          measure(server, clients, value, round == 0);
        }
      }
    }
    print();
    return 0;
  }

  private void measure(ServerProcess server, LoadClients clients, String value, boolean cold)
      throws InterruptedException {
    if (!value.isEmpty()) {
      String name = setting.substring(0, setting.indexOf('='));
      server.load(
          model,
          "{\"model_transaction_policy\":{\"decoupled\":true},\"parameters\":{\""
              + name
              + "\":{\"string_value\":\""
              + value
              + "\"}}}");
    }
    for (LoadProtocol protocol : protocols) {
      ClosedLoop loop = new ClosedLoop(server, clients, protocol, requests());
      loop.run(8, cold ? warmUp / protocols.size() : 0.5);
      for (int clientCount : concurrency) {
        results
            .computeIfAbsent(
                new Combination(protocol, value, clientCount), row -> new ArrayList<>())
            .add(loop.run(clientCount, seconds));
      }
    }
  }

  private List<LoadRequest> requests() {
    Map<String, Object> parameters =
        Map.of(
            "max_tokens", maxTokens, "return_num_output_tokens", true, "return_perf_metrics", true);
    return Prompts.demo().subList(0, prompts).stream()
        .map(prompt -> new LoadRequest(model, "", prompt, parameters))
        .toList();
  }

  private void print() {
    System.out.println(model + (setting.isEmpty() ? "" : ", " + setting));
    System.out.println(
        "| protocol | setting | clients | tokens/s (min-max) | x "
            + concurrency.get(0)
            + " clients (min-max) | first block"
            + " p50/p99 ms | block p50/p99 ms | queue p50/p99 ms | sequences/pass | outside engine"
            + " | server / client CPUs |");
    System.out.println("|---|---|---|---|---|---|---|---|---|---|---|");
    results.forEach(this::printRow);
  }

  private void printRow(Combination row, List<LoadResult> runs) {
    double[] rates = runs.stream().mapToDouble(LoadResult::tokensPerSecond).toArray();
    List<LoadResult> alone =
        results.get(new Combination(row.protocol, row.value, concurrency.get(0)));
    double[] ratios = new double[rates.length];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = rates[i] / alone.get(i).tokensPerSecond();
    }
    System.out.printf(
        "| %s | %s | %d | %s | %s | %s | %s | %s | %.1f | %.1f%% | %.2f / %.2f |%n",
        row.protocol,
        row.value,
        row.concurrency,
        spread(rates, "%.0f"),
        spread(ratios, "%.2f"),
        percentiles(runs.stream().map(LoadResult::firstBlock).toList()),
        percentiles(runs.stream().map(LoadResult::block).toList()),
        percentiles(runs.stream().map(LoadResult::queue).toList()),
        runs.stream().mapToDouble(LoadResult::sequencesPerPass).average().orElse(0),
        runs.stream().mapToDouble(LoadResult::hostShare).average().orElse(0) * 100,
        runs.stream().mapToDouble(LoadResult::serverProcessors).average().orElse(0),
        runs.stream().mapToDouble(LoadResult::clientProcessors).average().orElse(0));
  }

  /** Median, lowest and highest. */
  private static String spread(double[] values, String format) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return String.format(
        format + " (" + format + "-" + format + ")",
        (sorted[middle] + sorted[(sorted.length - 1) / 2]) / 2,
        sorted[0],
        sorted[sorted.length - 1]);
  }

  private static String percentiles(List<Histogram> histograms) {
    Histogram all = new Histogram(3);
    histograms.forEach(all::add);
    return String.format("%.1f / %.1f", LoadResult.millis(all, 50), LoadResult.millis(all, 99));
  }
}
