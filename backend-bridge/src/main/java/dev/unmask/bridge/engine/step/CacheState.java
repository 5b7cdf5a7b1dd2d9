package dev.unmask.bridge.engine.step;

/** What a KV cache holds, as far as a plan is checked against it. */
public interface CacheState {
  /** Positions of rows and entries together at most, counted as the engine contract says. */
  long budget();

  /** Row of a slot, -1 where it has none. */
  int rowOf(int slot);

  /** One past the highest cache index that a slot's rows have written; 0 where it has no row. */
  int written(int slot);

  /** Positions of all entries, each rounded up to whole KV blocks. */
  long entryPositions();

  /** Positions of an entry, 0 where there is none of this name. */
  int entryPositions(int entry);
}
