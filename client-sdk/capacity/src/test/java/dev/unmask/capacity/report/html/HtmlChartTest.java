package dev.unmask.capacity.report.html;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class HtmlChartTest {
  /** Texts in charts that would start before or end behind them. */
  private static List<String> textsOutside(JsonNode summary) throws Exception {
    List<String> outside = new ArrayList<>();
    NodeList texts = HtmlSummaries.report(summary).getElementsByTagName("text");
    for (int i = 0; i < texts.getLength(); i++) {
      Element text = (Element) texts.item(i);
      double width = TextWidth.of(text.getTextContent());
      double left =
          Double.parseDouble(text.getAttribute("x"))
              - switch (text.getAttribute("text-anchor")) {
                case "end" -> width;
                case "middle" -> width / 2;
                default -> 0;
              };
      if (left < -0.1 || left + width > Chart.WIDTH + 0.1) {
        outside.add(text.getTextContent());
      }
    }
    assertTrue(texts.getLength() > 0);
    return outside;
  }

  private static int[] levels(int count) {
    return IntStream.rangeClosed(1, count).toArray();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5, 12, 40})
  void draw_anyNumberOfLevels_textsAreWithinTheChart(int count) throws Exception {
    assertEquals(List.of(), textsOutside(HtmlSummaries.sweep(levels(count))));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 12})
  void draw_longNamesAndGreatValues_textsAreWithinTheChart(int count) throws Exception {
    ObjectNode summary = HtmlSummaries.sweep(levels(count));
    String name = "a name of a target that nobody expected to be that long";
    JsonNode changed =
        HtmlSummaries.JSON.readTree(
            summary
                .toString()
                .replace("\"A\"", "\"" + name + "\"")
                .replaceAll("\"label\":\"[^\"]*\"", "\"label\":\"" + name + "\""));
    for (int level = 0; level < count; level++) {
      HtmlSummaries.run(changed, level, 0).put("output_token_throughput", 123456789.0);
      HtmlSummaries.run(changed, level, 1).withObject("score").put("mean", 12345.678);
    }
    assertEquals(List.of(), textsOutside(changed));
  }

  @Test
  void brief_labelWithItsNumber_isTheNumber() {
    Summary summary = Summary.of(HtmlSummaries.sweep(8));
    assertEquals("8", summary.levels().get(0).brief());
  }
}
