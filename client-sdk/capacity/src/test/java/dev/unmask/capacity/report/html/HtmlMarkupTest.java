package dev.unmask.capacity.report.html;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HtmlMarkupTest {
  @ParameterizedTest
  @ValueSource(strings = {"</p><script>", "\" onload=\"x", "a&b &lt;", "'", "\t\n\r", "😀 ü"})
  void text_anyString_isReadBackAsItWas(String text) throws Exception {
    String markup = new Markup().open("p", "title", text).text(text).close().toString();
    assertEquals(text, HtmlSummaries.parse(markup).getDocumentElement().getTextContent());
    assertEquals(text, HtmlSummaries.parse(markup).getDocumentElement().getAttribute("title"));
  }

  @Test
  void text_whatNoPageMayHold_isReplaced() {
    assertEquals("\uFFFD\uFFFD\uFFFD\uFFFD", Escape.text("\u0000\u001B\uD800\uFFFF"));
  }

  @Test
  void toString_openElement_fails() {
    assertThrows(IllegalStateException.class, () -> new Markup().open("p").toString());
  }

  @Test
  void style_withMarkup_fails() {
    assertThrows(IllegalArgumentException.class, () -> new Markup().style("</style>"));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0", "120, 120", "3673.4, 3673", "123456.7, 123\u202f457", "12.345, 12.35",
    "0.01234, 0.0123", "-12345, -12\u202f345", "999.96, 1000.0", "5e15, 5.000e+15", "0.5, 0.5"
  })
  void measured_anyValue_hasDigitsThatMeanSomething(double value, String text) {
    assertEquals(text, Numbers.measured(value));
  }

  @Test
  void score_hasTwoOrThreeDecimals() {
    assertEquals("0.74", Numbers.score(0.74));
    assertEquals("0.70", Numbers.score(0.7));
    assertEquals("0.125", Numbers.score(0.125));
    assertEquals("−0.23", Numbers.signedScore(-0.23));
  }

  @Test
  void fit_longText_isCutToItsWidth() {
    assertEquals("short", TextWidth.fit("short", 100));
    String cut = TextWidth.fit("a very long name of a target", 100);
    assertTrue(cut.endsWith("…") && TextWidth.of(cut) <= 100, cut);
    assertEquals("…", TextWidth.fit("wide", 1));
  }
}
