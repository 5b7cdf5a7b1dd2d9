package dev.unmask.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.request.InferResponse;
import dev.unmask.request.InferenceCall;
import dev.unmask.request.ResponseObserver;
import dev.unmask.request.Tensor;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What came of one request. */
final class Answer implements ResponseObserver {
  private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(120);
  private static final long LOOK_MILLIS = 1000;

  private final List<InferResponse> responses = new ArrayList<>();
  private UnmaskException error;
  private int ends;
  private InferenceCall call;

  synchronized void of(InferenceCall started) {
    call = started;
  }

  /** Refused at once. */
  synchronized void refused(UnmaskException refusal) {
    onError(refusal);
  }

  @Override
  public synchronized void onResponse(InferResponse response, boolean last) {
    responses.add(response);
    ends += last ? 1 : 0;
    notifyAll();
  }

  @Override
  public synchronized void onCompleted() {
    ends++;
    notifyAll();
  }

  @Override
  public synchronized void onError(UnmaskException failure) {
    error = failure;
    ends++;
    notifyAll();
  }

  /** Gives the request up. */
  void cancel() {
    InferenceCall running;
    synchronized (this) {
      running = call;
    }
    running.cancel();
  }

  /** Waits for a number of responses, or the end. */
  synchronized Answer awaitResponses(int count) {
    awaitThat(() -> responses.size() >= count);
    return this;
  }

  /** Waits for the end, however it is. */
  synchronized Answer await() {
    awaitThat(() -> false);
    return this;
  }

  private synchronized void awaitThat(BooleanSupplier condition) {
    long begin = System.nanoTime();
    try {
      while (ends == 0 && !condition.getAsBoolean()) {
        assertTrue(System.nanoTime() - begin < TIMEOUT_NANOS, "nothing came in time");
        wait(LOOK_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  synchronized boolean hasEnded() {
    return ends > 0;
  }

  /** Waits for a good end. */
  Answer ok() {
    await();
    synchronized (this) {
      assertNull(error, () -> error.code() + ": " + error.getMessage());
      assertEquals(1, ends);
    }
    return this;
  }

  /** Waits for an error. */
  UnmaskException failure() {
    await();
    synchronized (this) {
      assertNotNull(error, "it ended well");
      assertEquals(1, ends);
      return error;
    }
  }

  /** Waits for an error of a kind; returns its message. */
  String failure(ErrorCode code) {
    UnmaskException failure = failure();
    assertEquals(code, failure.code(), failure.getMessage());
    return failure.getMessage();
  }

  synchronized List<InferResponse> responses() {
    return List.copyOf(responses);
  }

  synchronized InferResponse last() {
    return responses.get(responses.size() - 1);
  }

  /** The only response. */
  InferResponse only() {
    ok();
    assertEquals(1, responses().size());
    return responses().get(0);
  }

  static boolean has(InferResponse response, String output) {
    return response.outputs().stream().anyMatch(tensor -> tensor.name().equals(output));
  }

  static Tensor tensor(InferResponse response, String output) {
    return response.outputs().stream()
        .filter(tensor -> tensor.name().equals(output))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + output + " in " + response.outputs()));
  }

  /** An output of the last response. */
  Tensor tensor(String output) {
    return tensor(last(), output);
  }

  private Stream<Tensor> all(String output) {
    return responses().stream()
        .flatMap(response -> response.outputs().stream())
        .filter(tensor -> tensor.name().equals(output));
  }

  /** The text of all responses. */
  String text() {
    StringBuilder text = new StringBuilder();
    all("text_output").forEach(tensor -> text.append(tensor.text(0)));
    return text.toString();
  }

  /** The tokens of all responses. */
  int[] ids() {
    return all("output_ids")
        .flatMapToInt(
            tensor -> IntStream.range(0, tensor.elements()).map(i -> (int) tensor.integer(i)))
        .toArray();
  }

  /** The sum of the token counts of all responses. */
  int tokens() {
    return all("num_output_tokens").mapToInt(tensor -> (int) tensor.integer(0)).sum();
  }
}
