package dev.unmask.request;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verifyNoInteractions;

import dev.unmask.bridge.Telemetry;
import dev.unmask.bridge.Telemetry.Outcome;
import dev.unmask.bridge.Telemetry.RequestReport;
import dev.unmask.scheduler.FinishReason;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.mockito.ArgumentCaptor;
import org.mockito.InOrder;

class TensorGenerationTest {
  private final List<GenerationInput> generated = new ArrayList<>();
  private final InferenceCall call = () -> {};
  private final Telemetry telemetry = mock(Telemetry.class);
  private final Responses responses = new Responses();

  private final TensorGeneration generation =
      new TensorGeneration("m", true, this::generate, telemetry);

  /** Answers at once with the prompt. */
  private InferenceCall generate(GenerationInput input, GenerationObserver observer) {
    generated.add(input);
    GenerationResult result =
        new GenerationResult(
            FinishReason.STOP,
            input.text(),
            new int[] {1},
            Double.NaN,
            1,
            0,
            1,
            1,
            new GenerationResult.Timing(1, 2, 3, 4));
    observer.onFinished(new GenerationDelta(input.text(), new int[] {1}, List.of()), result);
    return call;
  }

  @Test
  void infer_goodRequest_isGeneratedAndAnswered() {
    InferenceCall returned = generation.infer(Requests.prompt().build(), responses);

    assertSame(call, returned);
    assertEquals(1, generated.size());
    assertEquals(List.of("hello"), responses.texts("text_output"));
    assertEquals("last", responses.end);
    verifyNoInteractions(telemetry);
  }

  @Test
  void infer_badRequest_isRefusedCountedAndNotGenerated() {
    InferenceCall returned = generation.infer(Requests.empty().build(), responses);
    returned.cancel();

    assertEquals(
        "INVALID_ARGUMENT none of text_input, messages and input_ids is given", responses.end);
    assertEquals(List.of(), generated);
    ArgumentCaptor<RequestReport> report = ArgumentCaptor.forClass(RequestReport.class);
    InOrder order = inOrder(telemetry);
    order.verify(telemetry).onReceived();
    order.verify(telemetry).onEnded(report.capture());
    order.verifyNoMoreInteractions();
    assertEquals(Outcome.OTHER, report.getValue().outcome());
    assertEquals(0, report.getValue().responses());
  }
}
