package dev.unmask.scheduler.kv;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which token prefixes an engine holds keys and values of, apart from live sequences. Entries are
 * compared token by token. Single-owner.
 *
 * <p>How much of an entry another sequence may use depends on how far its positions see, its
 * <em>granularity</em>: positions of a causal pass see what is before them, so any common prefix is
 * exact (1); those of block diffusion see to the end of their block (the block length); those of a
 * D2F prompt see the whole prompt, so nothing but the whole is exact ({@link #WHOLE}). Entries are
 * used under the granularity they were saved under.
 */
public final class PrefixIndex {
  /** Granularity of an entry that can only be used as a whole, by an identical prefix. */
  public static final int WHOLE = 0;

  /** Granularity of sequences whose keys and values are never exact and so never shared. */
  public static final int NEVER = -1;

  /**
   * Shortest prefix worth keeping: an entry costs a whole block, and a shorter one saves less than
   * the positions of one denoising row.
   */
  public static final int MIN_POSITIONS = KvPool.BLOCK;

  /** Keys and values that the engine keeps under a name. */
  public static final class Entry {
    private final int id;
    private final int granularity;
    private final int[] tokens;
    private int pins;

    private Entry(int id, int granularity, int[] tokens) {
      this.id = id;
      this.granularity = granularity;
      this.tokens = tokens;
    }

    /** The engine's name of it, unique among entries in use. */
    public int id() {
      return id;
    }

    /** Positions it covers. */
    public int positions() {
      return tokens.length;
    }

    /** Keeps it from being evicted until {@link #unpin}. */
    public void pin() {
      pins++;
    }

    /** Takes one {@link #pin} back. */
    public void unpin() {
      if (--pins < 0) {
        throw new IllegalStateException("entry=" + id + " is not pinned");
      }
    }

    /** Leading positions that are exact for a sequence which begins with these tokens. */
    private int usable(int wantedGranularity, int[] wanted, int length) {
      if (granularity != wantedGranularity) {
        return 0;
      }
      int end = Math.min(length, tokens.length);
      int mismatch = Arrays.mismatch(tokens, 0, end, wanted, 0, end);
      int common = mismatch < 0 ? end : mismatch;
      if (granularity == WHOLE) {
        return common == tokens.length && common == length ? common : 0;
      }
      return common / granularity * granularity;
    }
  }

  /**
   * What a sequence can start from.
   *
   * @param entry whose keys and values
   * @param positions how many of its leading positions
   */
  public record Match(Entry entry, int positions) {}

  private final int capacity;

  /** Least recently used first. */
  private final List<Entry> entries = new ArrayList<>();

  private final int[] freeIds;
  private int freeIdCount;

  /**
   * An empty index.
   *
   * @param capacity entries at most; their ids are {@code [0, capacity)}
   */
  public PrefixIndex(int capacity) {
    this.capacity = capacity;
    this.freeIds = new int[capacity];
    freeAllIds();
  }

  private void freeAllIds() {
    freeIdCount = 0;
    for (int id = capacity - 1; id >= 0; id--) {
      freeIds[freeIdCount++] = id;
    }
  }

  /**
   * Finds the entry that saves a sequence most; it becomes the most recently used.
   *
   * @param granularity of the sequence
   * @param tokens the sequence's; not kept
   * @param length how many of them may come from an entry
   * @return null where nothing worth it is kept
   */
  public Match find(int granularity, int[] tokens, int length) {
    Entry best = null;
    int bestPositions = MIN_POSITIONS - 1;
    for (int i = 0; i < entries.size(); i++) {
      int usable = entries.get(i).usable(granularity, tokens, length);
      if (usable > bestPositions) {
        best = entries.get(i);
        bestPositions = usable;
      }
    }
    if (best == null) {
      return null;
    }
    touch(best);
    return new Match(best, bestPositions);
  }

  /** Whether these tokens would add nothing; the entry that has them becomes the most recent. */
  public boolean covers(int granularity, int[] tokens, int length) {
    Match match = find(granularity, tokens, length);
    return match != null && match.positions() == length;
  }

  /**
   * Removes an entry that these tokens continue, as the next turn of a conversation does.
   *
   * @return the removed entry; null where there is none that is not pinned
   */
  public Entry removeContinued(int granularity, int[] tokens, int length) {
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      if (entry.pins == 0
          && entry.positions() < length
          && entry.usable(granularity, tokens, length) == entry.positions()) {
        return remove(i);
      }
    }
    return null;
  }

  private void touch(Entry entry) {
    entries.remove(entry);
    entries.add(entry);
  }

  /** Whether another entry needs one to be evicted first. */
  public boolean full() {
    return freeIdCount == 0;
  }

  /**
   * Adds an entry, the most recently used; not while {@link #full}.
   *
   * @param granularity what the keys and values were computed under
   * @param tokens copied
   * @param length positions; a multiple of the granularity
   */
  public Entry add(int granularity, int[] tokens, int length) {
    if (full()) {
      throw new IllegalStateException("index is full: capacity=" + capacity);
    }
    Entry entry = new Entry(freeIds[--freeIdCount], granularity, Arrays.copyOf(tokens, length));
    entries.add(entry);
    return entry;
  }

  /**
   * Removes the least recently used entry that is not pinned.
   *
   * @return the removed entry; null where all are pinned
   */
  public Entry evict() {
    for (int i = 0; i < entries.size(); i++) {
      if (entries.get(i).pins == 0) {
        return remove(i);
      }
    }
    return null;
  }

  private Entry remove(int index) {
    Entry entry = entries.remove(index);
    freeIds[freeIdCount++] = entry.id;
    return entry;
  }

  /** Forgets everything, pins included. */
  public void clear() {
    entries.clear();
    freeAllIds();
  }

  /** Blocks of entries that cannot be evicted. */
  public long pinnedBlocks() {
    long blocks = 0;
    for (int i = 0; i < entries.size(); i++) {
      blocks += entries.get(i).pins > 0 ? KvPool.blocks(entries.get(i).positions()) : 0;
    }
    return blocks;
  }

  /** Entries kept. */
  public int size() {
    return entries.size();
  }

  /** Positions of all entries. */
  public long positions() {
    long sum = 0;
    for (Entry entry : entries) {
      sum += entry.positions();
    }
    return sum;
  }

  /**
   * Checks names and lengths.
   *
   * @throws IllegalStateException where they contradict each other
   */
  public void validate() {
    Set<Integer> ids = new HashSet<>();
    for (Entry entry : entries) {
      boolean whole = entry.granularity == WHOLE || entry.positions() % entry.granularity == 0;
      if (!ids.add(entry.id) || entry.positions() < MIN_POSITIONS || !whole || entry.pins < 0) {
        throw new IllegalStateException(
            "entry=" + entry.id + " positions=" + entry.positions() + " pins=" + entry.pins);
      }
    }
    for (int i = 0; i < freeIdCount; i++) {
      ids.add(freeIds[i]);
    }
    if (ids.size() != capacity || entries.size() + freeIdCount != capacity) {
      throw new IllegalStateException("ids in use and free do not add up to " + capacity);
    }
  }
}
