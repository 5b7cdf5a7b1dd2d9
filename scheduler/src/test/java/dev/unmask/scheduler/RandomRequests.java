package dev.unmask.scheduler;

import dev.unmask.scheduler.parameters.Algorithm;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Requests of any algorithm with random parameters, for a {@link ToyEngine}. */
final class RandomRequests {
  private final ModelTraits model;
  private final Random random;

  RandomRequests(ModelTraits model, Random random) {
    this.model = model;
    this.random = random;
  }

  /** Any algorithm, a prompt of up to 20 tokens. */
  GenerationRequest next() {
    return next(prompt(1 + random.nextInt(20)));
  }

  GenerationRequest next(int[] prompt) {
    return next(algorithm(), prompt, 1 + random.nextInt(4));
  }

  Algorithm algorithm() {
    Algorithm[] all = Algorithm.values();
    return all[random.nextInt(all.length)];
  }

  int[] prompt(int length) {
    return random.ints(length, 0, ToyEngine.VOCAB).toArray();
  }

  /** One algorithm, a response of a number of blocks of up to 8 positions. */
  GenerationRequest next(Algorithm algorithm, int[] prompt, int blocks) {
    return GenerationRequest.ofPrompt(prompt, parameters(algorithm, blocks), model);
  }

  private Map<String, Object> parameters(Algorithm algorithm, int blocks) {
    Map<String, Object> values = new HashMap<>();
    int block = random.nextBoolean() ? 4 : 1 + random.nextInt(8);
    int tokens = block * blocks;
    values.put("algorithm", algorithm.id());
    values.put("max_tokens", tokens);
    values.put("seed", random.nextLong());
    if (random.nextInt(3) == 0) {
      values.put("temperature", 0.8);
      values.put("top_p", 0.9);
    }
    if (random.nextInt(4) == 0) {
      values.put("shift_logits", true);
    }
    if (random.nextBoolean()) {
      values.put("ignore_eos", true);
    }
    if (random.nextInt(5) == 0) {
      values.put("repetition_penalty", 1.2);
      values.put("presence_penalty", 0.5);
    }
    if (random.nextInt(5) == 0) {
      values.put("logprobs", 2);
    }
    switch (algorithm) {
      case AUTOREGRESSIVE -> {}
      case LLADA -> {
        values.put("block_length", block);
        values.put("steps", tokens);
        values.put("cfg_scale", random.nextInt(2));
        values.put("remasking", any("random", "low_confidence"));
      }
      case FAST_DLLM -> {
        values.put("block_length", block);
        values.put("threshold", 0.5);
        values.put("remasking", any("random", "low_confidence"));
        values.put("cache", any("none", "prefix", "dual"));
      }
      case BLOCK_DIFFUSION -> {
        values.put("block_length", block);
        values.put(
            "remasking_strategy",
            any(
                "low_confidence_dynamic",
                "low_confidence_static",
                "sequential",
                "entropy_bounded"));
      }
      case DREAM -> {
        values.put("steps", 1 + random.nextInt(30));
        values.put("alg", any("origin", "maskgit_plus", "topk_margin", "entropy"));
        values.put("alg_temp", random.nextInt(2) * 0.5);
      }
      case D2F -> {
        values.put("block_size", block);
        values.put("skip_threshold", 0.5);
        values.put("max_active_blocks", random.nextInt(4));
        values.put("trim_after_eos", random.nextBoolean());
      }
    }
    return values;
  }

  private String any(String... values) {
    return List.of(values).get(random.nextInt(values.length));
  }
}
