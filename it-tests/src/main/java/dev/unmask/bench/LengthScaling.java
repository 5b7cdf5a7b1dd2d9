package dev.unmask.bench;

import dev.unmask.bridge.DecodeLoop;
import dev.unmask.bridge.engine.EngineOptions;
import dev.unmask.bridge.engine.EngineSession;
import dev.unmask.bridge.engine.ort.OrtEngineProvider;
import dev.unmask.repository.ModelManifest;
import dev.unmask.scheduler.GenerationRequest;
import dev.unmask.scheduler.SchedulerConfig;
import dev.unmask.scheduler.SequenceListener;
import dev.unmask.scheduler.SequenceView;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/**
 * Cost per token as the response grows, stop tokens off: d2f and autoregressive decoding, and llada
 * with one step per token for contrast. Rounds are interleaved over lengths and methods; printed
 * are the median and the extremes of the rounds.
 *
 * <p>Arguments: the number of rounds (default 5), and the longest llada response (default 256: its
 * cost grows with the square of the length).
 */
public final class LengthScaling {
  private static final int[] LENGTHS = {64, 128, 256, 512, 960};
  private static final int[] PROMPT = new int[40];

  private record Method(String name, String model, Map<String, Object> parameters) {}

  private LengthScaling() {}

  /** Runs the measurement and prints a Markdown table. */
  public static void main(String[] arguments) {
    int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 5;
    int longestLlada = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 256;
    for (int i = 0; i < PROMPT.length; i++) {
      PROMPT[i] = 300 + i * 7;
    }
    Method[] methods = {
      new Method("d2f", "tiny_d2f", Map.of("algorithm", "d2f", "block_size", 16)),
      new Method("autoregressive", "tiny_ar", Map.of("algorithm", "autoregressive")),
      new Method("llada", "tiny_llada", Map.of("algorithm", "llada", "block_length", 16))
    };
    System.out.println("| method | tokens | ms per token | min | max | tokens per pass |");
    System.out.println("|---|---|---|---|---|---|");
    for (Method method : methods) {
      Path directory =
          Path.of(
              System.getProperty("unmask.home", "."),
              "model-repository",
              "models",
              method.model(),
              "1");
      ModelManifest manifest = ModelManifest.read(directory);
      try (EngineSession engine =
          new OrtEngineProvider().open(directory, manifest, EngineOptions.DEFAULT)) {
        measure(method, manifest, engine, rounds, longestLlada);
      }
    }
  }

  private static void measure(
      Method method, ModelManifest manifest, EngineSession engine, int rounds, int longestLlada) {
    double[][] millis = new double[LENGTHS.length][rounds];
    double[] tokensPerPass = new double[LENGTHS.length];
    for (int round = -1; round < rounds; round++) {
      for (int l = 0; l < LENGTHS.length; l++) {
        if (method.name().equals("llada") && LENGTHS[l] > longestLlada) {
          continue;
        }
        Result result = decode(method, manifest, engine, LENGTHS[l]);
        if (round >= 0) {
          millis[l][round] = result.millis / LENGTHS[l];
          tokensPerPass[l] = (double) LENGTHS[l] / result.view.forwardPasses();
        }
      }
    }
    for (int l = 0; l < LENGTHS.length; l++) {
      if (tokensPerPass[l] > 0) {
        Arrays.sort(millis[l]);
        System.out.printf(
            "| %s | %d | %.3f | %.3f | %.3f | %.2f |%n",
            method.name(),
            LENGTHS[l],
            millis[l][rounds / 2],
            millis[l][0],
            millis[l][rounds - 1],
            tokensPerPass[l]);
      }
    }
  }

  private static final class Result implements SequenceListener {
    SequenceView view;
    double millis;

    @Override
    public void onCommitted(SequenceView sequence) {}

    @Override
    public void onFinished(SequenceView sequence) {
      view = sequence;
    }
  }

  private static Result decode(
      Method method, ModelManifest manifest, EngineSession engine, int length) {
    Map<String, Object> parameters = new java.util.HashMap<>(method.parameters());
    parameters.put("max_tokens", length);
    parameters.put("ignore_eos", true);
    if (method.name().equals("llada")) {
      parameters.put("steps", length);
    }
    DecodeLoop loop = new DecodeLoop(engine, manifest.traits(), SchedulerConfig.ofSequences(1));
    Result result = new Result();
    loop.submit(GenerationRequest.ofPrompt(PROMPT, parameters, manifest.traits()), result);
    long start = System.nanoTime();
    loop.drain();
    result.millis = (System.nanoTime() - start) / 1e6;
    return result;
  }
}
