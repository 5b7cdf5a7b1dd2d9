package dev.unmask.bridge.triton;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyBoolean;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.ArgumentMatchers.argThat;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import dev.unmask.bridge.triton.TritonRequest.RequestTimes;
import dev.unmask.request.InferRequest;
import dev.unmask.request.InferResponse;
import dev.unmask.request.InferenceCall;
import dev.unmask.request.ResponseObserver;
import dev.unmask.request.Tensor;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.mockito.ArgumentCaptor;
import org.mockito.InOrder;

/** Whatever goes wrong, the client is told one end and the request is given back once. */
@Timeout(60)
class TritonCallTest {
  private static final InferResponse RESPONSE =
      new InferResponse(Map.of(), List.of(Tensor.ofStrings("text_output", "x")));
  private static final UnmaskException BROKEN =
      new UnmaskException(ErrorCode.INTERNAL, "triton says no");

  private final TritonRequest request = mock(TritonRequest.class);
  private final InferenceCall generation = mock(InferenceCall.class);
  private final AdmissionGate gate = new AdmissionGate(1);
  private final AtomicInteger ends = new AtomicInteger();
  private final TritonCall call =
      new TritonCall(request, gate, ended -> ends.incrementAndGet(), System.nanoTime());
  private InferRequest read =
      new InferRequest("id", Map.of(), List.of(), Set.of(), System.nanoTime());

  /** Every test ends its request. */
  @AfterEach
  void givenBackOnce() {
    verify(request, times(1)).release();
    assertEquals(1, ends.get());
    assertTrue(gate.enter(() -> true), "the place is free again");
    // Whatever comes later finds it ended.
    call.onResponse(RESPONSE, false);
    call.onResponse(RESPONSE, true);
    call.onCompleted();
    call.onError(BROKEN);
    call.look();
    verify(request, times(1)).release();
    assertEquals(1, ends.get());
  }

  private void start() {
    when(request.read(anyLong())).thenReturn(read);
    call.start((asked, observer) -> generation);
  }

  private void failsWith(ErrorCode code, String message) {
    verify(request)
        .fail(argThat(error -> error.code() == code && error.getMessage().equals(message)));
  }

  @Test
  void responses_leaveInOrder_andTheLastGivesBack() {
    start();
    call.onScheduled(1000);
    call.onResponse(RESPONSE, false);
    call.onResponse(RESPONSE, true);
    InOrder order = inOrder(request);
    order.verify(request).send(RESPONSE, false);
    order.verify(request).report(eq(true), any());
    order.verify(request).send(RESPONSE, true);
    order.verify(request).release();
    verify(request, never()).complete();
    verify(generation, never()).cancel();
  }

  @Test
  void completed_withoutContent_sendsTheFlagAlone() {
    start();
    call.onScheduled(1000);
    call.onCompleted();
    InOrder order = inOrder(request);
    order.verify(request).report(eq(true), any());
    order.verify(request).complete();
    order.verify(request).release();
  }

  @Test
  void place_isFreeFromTheFirstStepOn() {
    start();
    assertFalse(gate.enter(() -> true));
    call.onScheduled(0);
    assertTrue(gate.enter(() -> true));
    gate.leave();
    call.onCompleted();
  }

  @Test
  void times_queueIsWhatIsNotInputComputeOrOutput() {
    long begin = System.nanoTime();
    start();
    call.onScheduled(70);
    call.onCompleted();
    ArgumentCaptor<RequestTimes> times = ArgumentCaptor.forClass(RequestTimes.class);
    verify(request).report(eq(true), times.capture());
    RequestTimes seen = times.getValue();
    assertEquals(70, seen.computeStart() - seen.execStart());
    assertTrue(seen.computeStart() >= begin);
    assertTrue(seen.computeEnd() >= seen.computeStart());
    assertTrue(seen.execEnd() >= seen.computeEnd());
  }

  @Test
  void error_isTheFinalResponse() {
    start();
    call.onError(new UnmaskException(ErrorCode.CANCELLED, "request was cancelled"));
    verify(request).report(eq(false), any());
    failsWith(ErrorCode.CANCELLED, "request was cancelled");
  }

  @Test
  void read_refused_isTold() {
    when(request.read(anyLong())).thenThrow(UnmaskException.invalid("input 'x' is odd"));
    call.start((asked, observer) -> generation);
    failsWith(ErrorCode.INVALID_ARGUMENT, "input 'x' is odd");
  }

  @Test
  void start_outOfMemory_failsTheRequestWithAMessage() {
    when(request.read(anyLong())).thenThrow(new OutOfMemoryError("Java heap space"));
    call.start((asked, observer) -> generation);
    failsWith(ErrorCode.INTERNAL, "request failed: OutOfMemoryError");
  }

  @Test
  void start_modelThrows_failsTheRequestWithAMessage() {
    when(request.read(anyLong())).thenReturn(read);
    call.start(
        (asked, observer) -> {
          throw new IllegalStateException("bug");
        });
    failsWith(ErrorCode.INTERNAL, "request failed: IllegalStateException");
  }

  @Test
  void send_fails_isAnErrorAndCancelsTheGeneration() {
    doThrow(BROKEN).when(request).send(RESPONSE, false);
    start();
    call.onResponse(RESPONSE, false);
    failsWith(ErrorCode.INTERNAL, "triton says no");
    verify(generation).cancel();
  }

  @Test
  void send_runsOutOfMemory_isAnErrorWithAMessage() {
    doThrow(new OutOfMemoryError("Java heap space")).when(request).send(RESPONSE, false);
    start();
    call.onResponse(RESPONSE, false);
    failsWith(ErrorCode.INTERNAL, "response cannot be sent: OutOfMemoryError");
  }

  @Test
  void send_lastFails_isAnError() {
    doThrow(BROKEN).when(request).send(RESPONSE, true);
    start();
    call.onResponse(RESPONSE, true);
    failsWith(ErrorCode.INTERNAL, "triton says no");
  }

  @Test
  void send_failsBeforeTheCallIsKnown_cancelsTheGenerationNevertheless() {
    doThrow(BROKEN).when(request).send(RESPONSE, false);
    when(request.read(anyLong())).thenReturn(read);
    call.start(
        (asked, observer) -> {
          observer.onResponse(RESPONSE, false);
          return generation;
        });
    verify(generation).cancel();
  }

  @Test
  void fail_failsToo_endsWithTheFlagAlone() {
    doThrow(BROKEN).when(request).fail(any());
    start();
    call.onError(UnmaskException.invalid("bad"));
    verify(request).complete();
  }

  @Test
  void everythingFails_isGivenBackNevertheless() {
    doThrow(BROKEN).when(request).fail(any());
    doThrow(BROKEN).when(request).complete();
    doThrow(BROKEN).when(request).report(anyBoolean(), any());
    doThrow(BROKEN).when(request).reportResponse(any(), any());
    doThrow(BROKEN).when(request).release();
    start();
    call.onError(UnmaskException.invalid("bad"));
  }

  /** With the heap full, the first try at anything fails. */
  @Test
  void everything_runsOutOfMemory_isGivenBackNevertheless() {
    OutOfMemoryError full = new OutOfMemoryError("Java heap space");
    doThrow(full).when(request).send(RESPONSE, true);
    doThrow(full).when(request).fail(any());
    doThrow(full).when(request).complete();
    doThrow(full).when(request).report(anyBoolean(), any());
    doThrow(full).when(request).reportResponse(any(), any());
    doThrow(full).when(request).release();
    start();
    call.onResponse(RESPONSE, true);
  }

  @Test
  void look_runsOutOfMemory_doesNotThrow() {
    start();
    doThrow(new OutOfMemoryError("Java heap space")).when(generation).cancel();
    when(request.isCancelled()).thenReturn(true);
    call.look();
    call.onError(new UnmaskException(ErrorCode.CANCELLED, "request was cancelled"));
  }

  @Test
  void statistics_fail_answersNevertheless() {
    doThrow(BROKEN).when(request).report(anyBoolean(), any());
    doThrow(BROKEN).when(request).reportResponse(any(), any());
    start();
    call.onResponse(RESPONSE, false);
    call.onResponse(RESPONSE, true);
    verify(request).send(RESPONSE, false);
    verify(request).send(RESPONSE, true);
    verify(request, never()).fail(any());
  }

  @Test
  void look_cancelled_cancelsTheGenerationOnce() {
    start();
    call.look();
    verify(generation, never()).cancel();
    when(request.isCancelled()).thenReturn(true);
    call.look();
    call.look();
    verify(generation, times(1)).cancel();
    call.onError(new UnmaskException(ErrorCode.CANCELLED, "request was cancelled"));
  }

  @Test
  void look_cannotBeTold_goesOn() {
    start();
    when(request.isCancelled()).thenThrow(BROKEN);
    call.look();
    verify(generation, never()).cancel();
    call.onCompleted();
  }

  @Test
  void start_gateFullAndCancelled_isNotGivenToTheModel() {
    assertTrue(gate.enter(() -> true));
    when(request.isCancelled()).thenReturn(false, false, true);
    when(request.read(anyLong())).thenReturn(read);
    call.start(
        (asked, observer) -> {
          throw new AssertionError("given to the model");
        });
    failsWith(ErrorCode.CANCELLED, "request was cancelled");
    gate.leave();
  }

  @Test
  void start_gateFullAndTimeOver_fails() {
    assertTrue(gate.enter(() -> true));
    read = new InferRequest("id", Map.of("timeout", 3000L), List.of(), Set.of(), 0);
    start();
    failsWith(ErrorCode.UNAVAILABLE, "Request timeout expired: timeout=3000");
    gate.leave();
  }

  @Test
  void model_endsBeforeItReturns_isFine() {
    when(request.read(anyLong())).thenReturn(read);
    call.start(
        (asked, observer) -> {
          refuse(observer);
          return generation;
        });
    failsWith(ErrorCode.INVALID_ARGUMENT, "bad");
  }

  private static void refuse(ResponseObserver observer) {
    observer.onError(UnmaskException.invalid("bad"));
  }
}
