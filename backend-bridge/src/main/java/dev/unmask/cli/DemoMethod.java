package dev.unmask.cli;

import java.util.Map;

/**
 * One way of decoding that the demo compares.
 *
 * @param name what the table calls it
 * @param model name of the bundled model
 * @param parameters what its requests set
 */
record DemoMethod(String name, String model, Map<String, String> parameters) {
  private static final String LENGTH = "96";
  private static final String BLOCK = "16";

  static final DemoMethod AUTOREGRESSIVE =
      new DemoMethod("autoregressive", BundledModels.AR, Map.of("max_tokens", LENGTH));

  static final DemoMethod LLADA =
      new DemoMethod(
          "llada, 96 steps",
          BundledModels.LLADA,
          Map.of(
              "algorithm", "llada", "gen_length", LENGTH, "steps", LENGTH, "block_length", BLOCK));

  static final DemoMethod FAST_PREFIX = fastDllm("prefix");

  static final DemoMethod FAST_DUAL = fastDllm("dual");

  static final DemoMethod D2F =
      new DemoMethod(
          "d2f",
          BundledModels.D2F,
          Map.of("algorithm", "d2f", "max_new_tokens", LENGTH, "block_size", BLOCK));

  /** Thresholds chosen for few query positions per token at the same score: see PERFORMANCE.md. */
  static final DemoMethod D2F_TUNED =
      new DemoMethod(
          "d2f, skip 0.7, add 0.8",
          BundledModels.D2F,
          Map.of(
              "algorithm",
              "d2f",
              "max_new_tokens",
              LENGTH,
              "block_size",
              BLOCK,
              "skip_threshold",
              "0.7",
              "block_add_threshold",
              "0.8"));

  private static DemoMethod fastDllm(String cache) {
    return new DemoMethod(
        "fast_dllm, " + cache + " cache",
        BundledModels.LLADA,
        Map.of(
            "algorithm",
            "fast_dllm",
            "cache",
            cache,
            "threshold",
            "0.9",
            "gen_length",
            LENGTH,
            "block_length",
            BLOCK));
  }
}
