package dev.unmask.scheduler;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * One request decoded alone by the toy engine, with a copy of what the engine returned for each
 * position in each pass.
 */
final class ToyRun {
  static final int CONTEXT = 160;
  static final ModelTraits MODEL = ToyEngine.traits(AttentionKind.FULL, false, CONTEXT);

  /** What the engine returned for a position. */
  record Output(int[] ids, double[] logits, double logSumExp, double[] specialLogits) {}

  private final List<Map<Integer, Output>> passes = new ArrayList<>();
  private final StepOutputs outputs = ToyEngine.outputs();
  private SequenceView view;

  private ToyRun() {}

  /** Parameters of every algorithm and commit rule, without a length. */
  static List<Map<String, Object>> everyAlgorithm() {
    List<Map<String, Object>> all = new ArrayList<>();
    all.add(Map.of("algorithm", "autoregressive"));
    all.add(Map.of("algorithm", "llada", "block_length", 8, "steps", 12));
    all.add(Map.of("algorithm", "llada", "block_length", 12, "steps", 4, "remasking", "random"));
    all.add(Map.of("algorithm", "llada", "block_length", 24, "steps", 8, "cfg_scale", 1));
    all.add(Map.of("algorithm", "fast_dllm", "block_length", 8, "threshold", 0.3));
    all.add(Map.of("algorithm", "fast_dllm", "block_length", 12, "factor", 1, "cache", "prefix"));
    all.add(Map.of("algorithm", "fast_dllm", "block_length", 8, "steps", 6, "cache", "none"));
    all.add(Map.of("algorithm", "d2f", "block_size", 6, "skip_threshold", 0.3));
    all.add(
        Map.of("algorithm", "d2f", "block_size", 8, "skip_threshold", 0.2, "ranking", "entropy"));
    for (String strategy :
        List.of(
            "low_confidence_dynamic", "low_confidence_static", "sequential", "entropy_bounded")) {
      all.add(
          Map.of(
              "algorithm",
              "block_diffusion",
              "block_length",
              8,
              "denoising_steps",
              3,
              "remasking_strategy",
              strategy,
              "threshold",
              0.3,
              "eb_threshold",
              4));
    }
    for (String alg : List.of("origin", "maskgit_plus", "topk_margin", "entropy")) {
      all.add(Map.of("algorithm", "dream", "steps", 5, "alg", alg));
    }
    return all;
  }

  /** A response of 24 tokens; {@code pairs} are further parameters by name. */
  static ToyRun generate(int[] prompt, Map<String, Object> algorithm, Object... pairs) {
    return decode(
        GenerationRequest.ofPrompt(prompt, values(algorithm, "max_tokens", 24, pairs), MODEL));
  }

  /** Masked positions filled. */
  static ToyRun infill(
      int[] tokens, boolean[] masked, Map<String, Object> algorithm, Object... pairs) {
    return decode(
        GenerationRequest.ofInfill(
            tokens, masked, values(algorithm, "logprobs", null, pairs), MODEL));
  }

  private static Map<String, Object> values(
      Map<String, Object> algorithm, String name, Object value, Object... pairs) {
    Map<String, Object> values = new HashMap<>(algorithm);
    values.put(name, value);
    for (int i = 0; i < pairs.length; i += 2) {
      values.put((String) pairs[i], pairs[i + 1]);
    }
    return values;
  }

  private static ToyRun decode(GenerationRequest request) {
    return decode(request, new ToyEngine(1, CONTEXT, 8)::run);
  }

  /** A request for {@link #MODEL} decoded alone by any engine. */
  static ToyRun decode(GenerationRequest request, BiConsumer<StepPlan, StepOutputs> engine) {
    ToyRun run = new ToyRun();
    BlockScheduler scheduler = new BlockScheduler(MODEL, SchedulerConfig.ofSequences(1));
    Recorder recorder = new Recorder();
    scheduler.submit(request, recorder);
    boolean next =
        request.algorithm() == dev.unmask.scheduler.parameters.Algorithm.AUTOREGRESSIVE
            || request.parameters().shiftLogits();
    StepPlan plan = scheduler.plan();
    while (plan.rowCount() > 0) {
      engine.accept(plan, run.outputs);
      run.keep(plan, next ? 1 : 0);
      scheduler.apply(run.outputs);
      plan = scheduler.plan();
    }
    run.view = recorder.finished;
    return run;
  }

  private void keep(StepPlan plan, int shift) {
    Map<Integer, Output> pass = new HashMap<>();
    for (int o = 0; o < plan.outputCount(); o++) {
      int[] ids = new int[outputs.candidateCount()];
      double[] logits = new double[ids.length];
      for (int c = 0; c < ids.length; c++) {
        ids[c] = outputs.candidateId(o, c);
        logits[c] = outputs.candidateLogit(o, c);
      }
      double[] special = new double[outputs.specialCount()];
      for (int s = 0; s < special.length; s++) {
        special[s] = outputs.specialLogit(o, s);
      }
      pass.put(
          plan.positionId(plan.outputQuery(o)) + shift,
          new Output(ids, logits, outputs.logSumExp(o), special));
    }
    passes.add(pass);
  }

  /** The sequence, ended. */
  SequenceView view() {
    return view;
  }

  /** What the engine returned for a position in the pass that committed it. */
  Output output(int position) {
    return passes.get(view.committedInPass(position) - 1).get(position);
  }
}
