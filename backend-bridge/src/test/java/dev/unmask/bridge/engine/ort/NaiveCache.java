package dev.unmask.bridge.engine.ort;

import dev.unmask.scheduler.RowKind;
import dev.unmask.scheduler.StepPlan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * What slots and entries should hold, as one value per position, kept in the most obvious way; and
 * random plans that are legal but for the budget.
 */
final class NaiveCache {
  final Map<Integer, float[]> slots = new HashMap<>();
  final Map<Integer, float[]> entries = new HashMap<>();
  private final int maxSequences;
  private final int maxContext;
  private final Random random;
  private int nextEntry = 1;

  NaiveCache(int maxSequences, int maxContext, Random random) {
    this.maxSequences = maxSequences;
    this.maxContext = maxContext;
    this.random = random;
  }

  /** A copy that a plan can be tried on. */
  NaiveCache copy() {
    NaiveCache copy = new NaiveCache(maxSequences, maxContext, random);
    slots.forEach((slot, values) -> copy.slots.put(slot, values.clone()));
    copy.entries.putAll(entries);
    copy.nextEntry = nextEntry;
    return copy;
  }

  /** Positions as the contract counts them. */
  long needed() {
    long needed = 0;
    for (float[] entry : entries.values()) {
      needed += blocks(entry.length);
    }
    int longest = slots.values().stream().mapToInt(values -> values.length).max().orElse(0);
    return needed + (long) slots.size() * blocks(longest);
  }

  private static int blocks(int positions) {
    return (positions + 31) / 32 * 32;
  }

  /** Makes a random plan and applies it here. */
  StepPlan step() {
    StepPlan plan = new StepPlan();
    for (int entry : List.copyOf(entries.keySet())) {
      if (random.nextInt(8) == 0) {
        plan.addDrop(entry);
        entries.remove(entry);
      }
    }
    for (int slot : List.copyOf(slots.keySet())) {
      float[] values = slots.get(slot);
      if (random.nextInt(8) == 0) {
        int positions = 1 + random.nextInt(values.length);
        int entry = nextEntry++;
        plan.addSave(slot, entry, positions);
        entries.put(entry, Arrays.copyOf(values, positions));
      }
    }
    for (int slot = 0; slot < maxSequences; slot++) {
      if (random.nextInt(8) == 0) {
        plan.addReleasedSlot(slot);
        slots.remove(slot);
      }
    }
    for (int slot = 0; slot < maxSequences; slot++) {
      if (random.nextInt(4) == 0) {
        addRow(plan, slot);
      }
    }
    return plan;
  }

  private void addRow(StepPlan plan, int slot) {
    float[] old = slots.getOrDefault(slot, new float[0]);
    if (!slots.containsKey(slot) && !entries.isEmpty() && random.nextBoolean()) {
      List<Integer> names = new ArrayList<>(entries.keySet());
      int entry = names.get(random.nextInt(names.size()));
      int positions = 1 + random.nextInt(entries.get(entry).length);
      plan.addRestore(entry, slot, positions);
      old = Arrays.copyOf(entries.get(entry), positions);
    }
    int length = 1 + random.nextInt(random.nextInt(8) == 0 ? maxContext / 2 : 20);
    int start = Math.min(random.nextInt(old.length + 1), maxContext - 1);
    int end = Math.min(maxContext, start + length);
    plan.beginRow(slot, RowKind.DENOISE, start);
    float[] values = Arrays.copyOf(old, Math.max(end, old.length));
    for (int position = start; position < end; position++) {
      plan.addQuery(0, position, 0, end);
      values[position] = random.nextFloat() + 1;
    }
    slots.put(slot, values);
  }
}
