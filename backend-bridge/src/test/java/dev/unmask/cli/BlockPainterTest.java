package dev.unmask.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import dev.unmask.bridge.text.TextTokenizer;
import dev.unmask.scheduler.SequenceView;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class BlockPainterTest {
  private static final int PROMPT = 3;
  private static final int END_OF_TURN = 766;

  /** Two blocks of four: "ab" and two masks; a line feed of this pass, an end token, two masks. */
  private static SequenceView sequence(TextTokenizer tokenizer, int pass) {
    SequenceView view = mock(SequenceView.class);
    int[] tokens = {
      tokenizer.encodeText("a")[0],
      tokenizer.encodeText("b")[0],
      0,
      0,
      tokenizer.encodeText("\n")[0],
      END_OF_TURN,
      0,
      0
    };
    boolean[] masked = {false, false, true, true, false, false, true, true};
    int[] committedIn = {1, 1, 0, 0, 2, 1, 0, 0};
    when(view.responseStart()).thenReturn(PROMPT);
    when(view.length()).thenReturn(PROMPT + tokens.length);
    when(view.forwardPasses()).thenReturn(pass);
    for (int i = 0; i < tokens.length; i++) {
      when(view.tokenId(PROMPT + i)).thenReturn(tokens[i]);
      when(view.isMasked(PROMPT + i)).thenReturn(masked[i]);
      when(view.committedInPass(PROMPT + i)).thenReturn(committedIn[i]);
    }
    return view;
  }

  private static String paint(boolean terminal, int times) {
    Path model = Path.of("..", "model-repository", "checkpoints", "tiny-llada");
    try (TextTokenizer tokenizer = TextTokenizer.load(model)) {
      StringWriter out = new StringWriter();
      BlockPainter painter = new BlockPainter(new PrintWriter(out), tokenizer, 4, terminal, 100);
      SequenceView view = sequence(tokenizer, 2);
      for (int i = 0; i < times; i++) {
        painter.paint(view);
      }
      return out.toString();
    }
  }

  @Test
  void paint_noTerminal_lineWithCounts() {
    assertEquals("pass  2   2/4(+0)  2/4(+1)  ab░░⏎·░░", paint(false, 1).stripTrailing());
  }

  @Test
  void paint_terminal_newTokensHighlightedAndRedrawnInPlace() {
    String frame =
        "  block 0   2/4  ab░░\n"
            + "  block 1   2/4  \u001b[1;32m⏎\u001b[0m\u001b[2m·\u001b[0m░░\n"
            + "  forward pass 2\n";
    assertEquals(frame + "\u001b[3A\u001b[J" + frame, paint(true, 2));
  }
}
