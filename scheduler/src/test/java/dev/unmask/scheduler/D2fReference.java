package dev.unmask.scheduler;

import java.util.ArrayList;
import java.util.List;

/**
 * The pseudocode of D2F, read line by line and without a cache: every pass computes the whole
 * sequence under the block-causal mask. Slow, and the yardstick for the cached, pipelined decoder.
 */
final class D2fReference {
  private static final class Part {
    int start;
    int end;
    boolean full;
    boolean active;
  }

  private final ToyEngine engine;
  private final int[] tokens;
  private final boolean[] masked;
  private int length;
  int passes;

  D2fReference(ToyEngine engine, int[] prompt, int maxTokens) {
    this.engine = engine;
    this.tokens = java.util.Arrays.copyOf(prompt, prompt.length + maxTokens);
    this.masked = new boolean[tokens.length];
    this.length = prompt.length;
  }

  int[] decode(
      int prompt,
      int maxTokens,
      int blockSize,
      double add,
      double decoded,
      double skip,
      boolean shift) {
    List<Part> parts = new ArrayList<>();
    Part first = new Part();
    first.end = prompt;
    first.full = true;
    parts.add(first);
    int blocks = (maxTokens + blockSize - 1) / blockSize;
    boolean eos = false;
    while (true) {
      Part last = parts.get(parts.size() - 1);
      if (parts.size() - 1 < blocks && !eos && share(last) >= add) {
        Part next = new Part();
        next.start = last.end;
        next.end = Math.min(last.end + blockSize, prompt + maxTokens);
        next.active = true;
        parts.add(next);
        for (int i = next.start; i < next.end; i++) {
          tokens[i] = ToyEngine.MASK;
          masked[i] = true;
        }
        length = next.end;
      }
      for (int b = 0; b + 1 < parts.size(); b++) {
        parts.get(b + 1).full |= share(parts.get(b)) >= decoded;
      }
      if (parts.stream().noneMatch(part -> part.active)) {
        return java.util.Arrays.copyOfRange(tokens, prompt, length);
      }
      StepOutputs outputs = pass(parts);
      passes++;
      int[] chosen = new int[length];
      for (Part part : parts) {
        if (!part.active) {
          continue;
        }
        int best = -1;
        boolean any = false;
        for (int i = part.start; i < part.end; i++) {
          if (masked[i]) {
            double c = confidence(outputs, i, shift);
            if (c > skip) {
              chosen[i] = 1;
              any = true;
            }
            best = best < 0 || c > confidence(outputs, best, shift) ? i : best;
          }
        }
        if (!any && part.full && best >= 0) {
          chosen[best] = 1;
        }
      }
      for (int i = 0; i < length; i++) {
        if (chosen[i] == 1) {
          tokens[i] = outputs.candidateId(shift ? i - 1 : i, 0);
          masked[i] = false;
          eos |= tokens[i] == ToyEngine.EOS;
        }
      }
      for (Part part : parts) {
        if (share(part) < 1) {
          break;
        }
        part.active = false;
      }
    }
  }

  private static double confidence(StepOutputs outputs, int position, boolean shift) {
    int o = shift ? position - 1 : position;
    return Math.exp(outputs.candidateLogit(o, 0) - outputs.logSumExp(o));
  }

  private double share(Part part) {
    int masks = 0;
    for (int i = part.start; i < part.end; i++) {
      masks += masked[i] ? 1 : 0;
    }
    return (part.end - part.start - masks) / (double) (part.end - part.start);
  }

  private StepOutputs pass(List<Part> parts) {
    StepPlan plan = new StepPlan();
    plan.addReleasedSlot(0);
    plan.beginRow(0, RowKind.DENOISE, 0);
    for (Part part : parts) {
      for (int i = part.start; i < part.end; i++) {
        plan.addOutput(plan.addQuery(tokens[i], i, 0, part.end));
      }
    }
    StepOutputs outputs = ToyEngine.outputs();
    engine.run(plan, outputs);
    return outputs;
  }
}
