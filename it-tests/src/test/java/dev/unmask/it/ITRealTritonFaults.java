package dev.unmask.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.core.CoreOptions;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What breaks inside a model, in the real Triton: who is hit is told, and the server goes on. */
@RealTriton
@Timeout(300)
class ITRealTritonFaults {
  private static final String MODEL = "faulty_d2f";
  private static final String OTHER = "tiny_ar";

  private RealTritonTarget triton;

  @BeforeEach
  void start() {
    WireRepository repository =
        new WireRepository()
            .add(
                MODEL,
                "tiny_d2f",
                "backend: 'unmask'",
                "parameters { key: 'engine' value { string_value: 'faulty' } }")
            .add(OTHER, "tiny_ar", "backend: 'unmask'");
    triton =
        new RealTritonTarget(repository, new CoreOptions(repository.path()).explicit(MODEL, OTHER));
  }

  @AfterEach
  void stop() {
    triton.close();
  }

  /** Streams that go on until they are cancelled or the context ends. */
  private List<Answer> streams(int count) {
    List<Answer> answers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      answers.add(
          Ask.prompt(MODEL).stream().flag("ignore_eos").number("max_tokens", 800).start(triton));
    }
    answers.forEach(answer -> answer.awaitResponses(1));
    return answers;
  }

  static Stream<Arguments> faults() {
    return Stream.of(
        Arguments.of(
            new IllegalStateException("a row too many"),
            ErrorCode.INTERNAL,
            "engine: java.lang.IllegalStateException: a row too many"),
        Arguments.of(
            new UnmaskException(ErrorCode.UNAVAILABLE, "the cache is full"),
            ErrorCode.UNAVAILABLE,
            "the cache is full"),
        Arguments.of(
            new OutOfMemoryError("Java heap space"),
            ErrorCode.INTERNAL,
            "engine: java.lang.OutOfMemoryError: Java heap space"),
        Arguments.of(
            new StackOverflowError(), ErrorCode.INTERNAL, "engine: java.lang.StackOverflowError"));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void engineThrows_midBatch_failsTheBatchAndGoesOn(
      Throwable fault, ErrorCode code, String message) {
    String expected = Ask.prompt(MODEL).start(triton).ok().text();
    // Triton counts for the process.
    Scrape before = triton.scrape();
    List<Answer> hit = streams(4);
    FaultyEngineProvider.failNext(4, fault);
    for (Answer answer : hit) {
      assertEquals(message, answer.failure(code));
    }
    assertFalse(FaultyEngineProvider.isPending());
    assertEquals(expected, Ask.prompt(MODEL).start(triton).ok().text());
    assertEquals(ServedTest.AR_ANSWER, Ask.prompt(OTHER).start(triton).ok().text());
    Scrape after = triton.scrape();
    assertEquals(1, after.of("unmask_failed_forward_passes_total", MODEL));
    assertEquals(4, after.failures(MODEL, "BACKEND") - before.failures(MODEL, "BACKEND"));
    assertTrue(triton.core().isReady(MODEL));
  }

  /** The pass in progress is the last one that it takes part in. */
  @Test
  void cancel_duringAPass_isSeenBeforeTheNext() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    Answer answer = streams(1).get(0);
    FaultyEngineProvider.beforeNext(
        1,
        () -> {
          begun.countDown();
          awaitQuietly(go);
        });
    awaitQuietly(begun);
    int passes = FaultyEngineProvider.passes();
    answer.cancel();
    go.countDown();
    answer.failure(ErrorCode.CANCELLED);
    Poll.until("nothing is in progress", () -> triton.scrape().isIdle(MODEL));
    assertEquals(passes, FaultyEngineProvider.passes());
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      assertTrue(latch.await(60, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void decodeThread_dies_modelIsNotReadyUntilItIsLoadedAnew() {
    List<Answer> hit = streams(3);
    FaultyEngineProvider.failNext(3, new AssertionError("the scheduler contradicts itself"));
    for (Answer answer : hit) {
      String message = answer.failure(ErrorCode.INTERNAL);
      assertTrue(message.contains("the scheduler contradicts itself"), message);
    }
    Poll.until("the model is not ready", () -> !triton.core().isReady(MODEL));
    String refused = Ask.prompt(MODEL).start(triton).failure(ErrorCode.UNAVAILABLE);
    assertTrue(refused.contains("decode thread failed"), refused);
    assertEquals(ServedTest.AR_ANSWER, Ask.prompt(OTHER).start(triton).ok().text());
    triton.core().unload(MODEL);
    Poll.until(
        "the model is gone", () -> triton.core().index().contains("\"reason\":\"unloaded\""));
    triton.core().load(MODEL);
    assertTrue(triton.core().isReady(MODEL));
    Ask.prompt(MODEL).start(triton).ok();
  }

  @Test
  void response_cannotBeSent_othersInTheBatchGoOn() {
    Answer other =
        Ask.prompt(MODEL).stream().flag("ignore_eos").number("max_tokens", 300).start(triton);
    other.awaitResponses(1);
    Ask ask = Ask.prompt(MODEL).stream().flag("ignore_eos").number("max_tokens", 800);
    Answer hit = new Answer();
    hit.of(triton.core().inferWithBuffers(ask.model(), ask.request(), hit, 2));
    assertTrue(hit.failure(ErrorCode.INTERNAL).contains("no buffer for text_output"));
    assertEquals(2, hit.responses().size());
    other.ok();
    Poll.until("nothing is in progress", () -> triton.scrape().isIdle(MODEL));
  }

  @Test
  void lastResponse_cannotBeSent_isAnError() {
    Ask ask = Ask.prompt(OTHER);
    Answer answer = new Answer();
    answer.of(triton.core().inferWithBuffers(ask.model(), ask.request(), answer, 0));
    assertTrue(answer.failure(ErrorCode.INTERNAL).contains("no buffer for text_output"));
    assertEquals(0, answer.responses().size());
  }
}
