package dev.unmask.it;

import dev.unmask.load.LoadRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Random requests for all models and algorithms, greedy and seeded. */
final class SoakRequests {
  private static final List<String> PROMPTS = DemoPrompts.all();

  private SoakRequests() {}

  /** So many requests; the same seed gives the same ones. */
  static List<LoadRequest> random(int count, long seed) {
    Random random = new Random(seed);
    List<LoadRequest> requests = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      requests.add(request(random, i));
    }
    return requests;
  }

  private static LoadRequest request(Random random, int number) {
    Map<String, Object> parameters = new HashMap<>();
    parameters.put("return_output_ids", true);
    parameters.put("max_tokens", 32 * (1 + random.nextInt(3)));
    if (random.nextInt(3) == 0) {
      parameters.put("seed", random.nextInt(1000));
      parameters.put("temperature", 0.8);
    }
    String model =
        switch (number % 5) {
          case 0, 1 -> "tiny_d2f";
          case 2, 3 -> "tiny_ar";
          default -> "tiny_llada";
        };
    if (model.equals("tiny_llada")) {
      parameters.put("max_tokens", 32);
      parameters.put("block_length", 16);
      if (random.nextInt(3) == 0) {
        parameters.put("algorithm", "llada");
        parameters.put("steps", 16);
      } else {
        parameters.put("algorithm", "fast_dllm");
        parameters.put("cache", random.nextBoolean() ? "prefix" : "dual");
      }
    }
    String prompt = PROMPTS.get(random.nextInt(PROMPTS.size()));
    return new LoadRequest(model, "soak-" + number, prompt, parameters);
  }
}
