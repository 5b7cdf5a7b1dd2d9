package dev.unmask.importer;

import java.util.Arrays;

/**
 * Where old attention heads lie among more and wider ones. An old key and value head is repeated
 * where a new group of query heads is smaller than an old one, so that every old query head still
 * meets its own keys. Within a head the two halves that the rotary embedding pairs stay the first
 * parts of the new halves.
 */
final class HeadAxes {
  private final Network from;
  private final TargetShape to;
  private final int group;
  private final int wideGroup;
  private final int copies;

  HeadAxes(Network from, TargetShape to) {
    this.from = from;
    this.to = to;
    group = from.queryHeads() / from.kvHeads();
    wideGroup = to.heads() / to.kvHeads();
    copies = copies(from, to.heads(), to.kvHeads());
  }

  /** How often each old key and value head is needed. */
  static int copies(Network from, int heads, int kvHeads) {
    int group = from.queryHeads() / from.kvHeads();
    int wideGroup = heads / kvHeads;
    return (group + wideGroup - 1) / wideGroup;
  }

  /**
   * Query dimensions.
   *
   * @param spare kind of the added dimensions of old heads
   * @param added kind of added heads
   */
  Axis query(int spare, int added) {
    int[] heads = new int[to.heads()];
    Arrays.fill(heads, Axis.FREE);
    for (int head = 0; head < from.queryHeads(); head++) {
      int member = head % group;
      int keyHead = head / group * copies + member / wideGroup;
      heads[keyHead * wideGroup + member % wideGroup] = head;
    }
    return dimensions(heads, spare, added);
  }

  /**
   * Key or value dimensions, all of added heads being free.
   *
   * @param spare kind of the added dimensions of old heads
   */
  Axis keyValue(int spare) {
    int[] heads = new int[to.kvHeads()];
    for (int head = 0; head < heads.length; head++) {
      heads[head] = head < from.kvHeads() * copies ? head / copies : Axis.FREE;
    }
    return dimensions(heads, spare, Axis.FREE);
  }

  /** Dimensions of one head. */
  Axis inHead() {
    return dimensions(new int[] {0}, Axis.FREE, Axis.FREE);
  }

  private Axis dimensions(int[] heads, int spare, int added) {
    int half = from.headDim() / 2;
    int wideHalf = to.headDim() / 2;
    int[] sources = new int[heads.length * to.headDim()];
    for (int i = 0; i < sources.length; i++) {
      int head = heads[i / to.headDim()];
      int dimension = i % to.headDim();
      int inHalf = dimension % wideHalf;
      if (head < 0) {
        sources[i] = added;
      } else if (inHalf >= half) {
        sources[i] = spare;
      } else {
        sources[i] = head * from.headDim() + dimension / wideHalf * half + inHalf;
      }
    }
    return new Axis(sources);
  }
}
