package dev.unmask.capacity.load;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Gives prompts in an order that a seed decides: all of them once, then again in another order.
 * Thread-safe.
 */
public final class PromptSource {
  private final List<PromptEntry> order;
  private final Random random;
  private int next;

  /** Two of the same prompts and seed give the same prompts. */
  public PromptSource(List<PromptEntry> entries, long seed) {
    order = new ArrayList<>(entries);
    random = new Random(seed);
    next = order.size();
  }

  /** The next prompt; there is always one. */
  public synchronized PromptEntry next() {
    if (next == order.size()) {
      Collections.shuffle(order, random);
      next = 0;
    }
    return order.get(next++);
  }
}
