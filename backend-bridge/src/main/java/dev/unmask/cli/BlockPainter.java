package dev.unmask.cli;

import dev.unmask.bridge.text.TextTokenizer;
import dev.unmask.scheduler.SequenceView;
import java.io.PrintWriter;
import java.util.Locale;

/**
 * Shows a response while it fills: a line per block, masked positions as shades, what the last pass
 * committed highlighted. On a terminal it draws in place; elsewhere it prints a line per pass.
 */
final class BlockPainter {
  private static final String NEW = "\u001b[1;32m";
  private static final String CONTROL = "\u001b[2m";
  private static final String RESET = "\u001b[0m";
  private static final char MASK = '░';
  private static final int MARGIN = 20;

  private final PrintWriter out;
  private final TextTokenizer tokenizer;
  private final int blockSize;
  private final boolean terminal;
  private final int columns;
  private int linesDrawn;

  /**
   * @param columns width of the terminal in characters
   */
  BlockPainter(
      PrintWriter out, TextTokenizer tokenizer, int blockSize, boolean terminal, int columns) {
    this.out = out;
    this.tokenizer = tokenizer;
    this.blockSize = blockSize;
    this.terminal = terminal;
    this.columns = columns;
  }

  /** Shows the sequence as it is after a pass. */
  void paint(SequenceView sequence) {
    if (terminal) {
      paintBlocks(sequence);
    } else {
      printPass(sequence);
    }
    out.flush();
  }

  private void printPass(SequenceView sequence) {
    StringBuilder line = new StringBuilder();
    line.append(String.format(Locale.ROOT, "pass %2d ", sequence.forwardPasses()));
    for (int start = sequence.responseStart(); start < sequence.length(); start += blockSize) {
      int end = Math.min(start + blockSize, sequence.length());
      line.append(
          String.format(
              Locale.ROOT,
              " %2d/%d(+%d)",
              committed(sequence, start, end),
              end - start,
              fresh(sequence, start, end)));
    }
    line.append("  ");
    for (int i = sequence.responseStart(); i < sequence.length(); i++) {
      line.append(sequence.isMasked(i) ? String.valueOf(MASK) : visible(sequence.tokenId(i)));
    }
    out.println(line);
  }

  private void paintBlocks(SequenceView sequence) {
    StringBuilder frame = new StringBuilder();
    if (linesDrawn > 0) {
      frame.append("\u001b[").append(linesDrawn).append("A\u001b[J");
    }
    linesDrawn = 0;
    int block = 0;
    for (int start = sequence.responseStart(); start < sequence.length(); start += blockSize) {
      int end = Math.min(start + blockSize, sequence.length());
      frame.append(
          String.format(
              Locale.ROOT,
              "  block %d  %2d/%d  ",
              block++,
              committed(sequence, start, end),
              end - start));
      appendBlock(sequence, start, end, frame);
      frame.append('\n');
      linesDrawn++;
    }
    frame.append(String.format(Locale.ROOT, "  forward pass %d%n", sequence.forwardPasses()));
    linesDrawn++;
    out.print(frame);
  }

  private void appendBlock(SequenceView sequence, int start, int end, StringBuilder frame) {
    int room = columns - MARGIN;
    for (int i = start; i < end && room > 0; i++) {
      if (sequence.isMasked(i)) {
        frame.append(MASK);
        room--;
        continue;
      }
      String text = visible(sequence.tokenId(i));
      text = text.substring(0, Math.min(room, text.length()));
      room -= text.length();
      boolean isNew = sequence.committedInPass(i) == sequence.forwardPasses();
      boolean control = tokenizer.isSpecial(sequence.tokenId(i));
      frame.append(isNew ? NEW : control ? CONTROL : "").append(text);
      frame.append(isNew || control ? RESET : "");
    }
  }

  private static int committed(SequenceView sequence, int start, int end) {
    int count = 0;
    for (int i = start; i < end; i++) {
      count += sequence.isMasked(i) ? 0 : 1;
    }
    return count;
  }

  private static int fresh(SequenceView sequence, int start, int end) {
    int count = 0;
    for (int i = start; i < end; i++) {
      boolean isNew =
          !sequence.isMasked(i) && sequence.committedInPass(i) == sequence.forwardPasses();
      count += isNew ? 1 : 0;
    }
    return count;
  }

  /** A token's text on one line; control tokens as a dot. */
  private String visible(int token) {
    return tokenizer.isSpecial(token)
        ? "·"
        : tokenizer.decode(new int[] {token}, false).replace('\n', '⏎').replace('\t', ' ');
  }
}
