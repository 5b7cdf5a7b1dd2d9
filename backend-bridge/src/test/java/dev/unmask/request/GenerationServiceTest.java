package dev.unmask.request;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.bridge.Telemetry.Outcome;
import dev.unmask.bridge.Telemetry.RequestReport;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.time.Duration;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GenerationServiceTest extends GenerationTestBase {
  private static GenerationInputs prompt(int maxTokens) {
    return GenerationInputs.ids(3)
        .with("algorithm", "autoregressive")
        .with("max_tokens", maxTokens);
  }

  private void assertEnded(Outcome outcome) {
    assertEquals(1, telemetry.received.get());
    assertEquals(1, telemetry.ended.size());
    assertSame(outcome, telemetry.ended.get(0).outcome());
  }

  private static void assertError(RecordingObserver observer, ErrorCode code, String part) {
    assertNull(observer.result);
    assertSame(code, observer.error.code());
    assertTrue(observer.error.getMessage().contains(part), observer.error.getMessage());
  }

  @Test
  void generate_text_answersAndReports() throws Exception {
    start(Runnable::run);
    long before = System.currentTimeMillis() * 1_000_000L;
    RecordingObserver observer =
        new RecordingObserver() {
          @Override
          public void onFinished(GenerationDelta rest, GenerationResult answer) {
            assertEnded(Outcome.SUCCESS);
            super.onFinished(rest, answer);
          }
        };
    service.generate(
        GenerationInputs.text("Hello").with("max_tokens", 12).stream(true).build(), observer);
    observer.await();
    int promptTokens = prompts.encode("Hello").length;
    GenerationResult result = observer.result;
    assertEquals(promptTokens, result.promptTokens());
    assertEquals(12, result.tokenIds().length);
    assertEquals(tokenizer.decode(result.tokenIds(), true), result.text());
    GenerationResult.Timing timing = result.timing();
    assertTrue(timing.arrivalNanos() >= before);
    assertTrue(timing.firstScheduledNanos() >= timing.arrivalNanos());
    assertTrue(timing.firstTokenNanos() >= timing.firstScheduledNanos());
    assertTrue(timing.lastTokenNanos() >= timing.firstTokenNanos());

    RequestReport report = telemetry.ended.get(0);
    assertEquals(promptTokens, report.promptTokens());
    assertEquals(12, report.generatedTokens());
    assertEquals(result.forwardPasses(), report.forwardPasses());
    assertEquals(observer.deltas.size(), report.responses());
    assertEquals(report.responses(), telemetry.responses.size());
    assertEquals(
        report.totalNanos(),
        report.inputNanos() + report.queueNanos() + report.inferNanos() + report.outputNanos(),
        report.totalNanos() * 0.5 + 1e8);
    assertEquals(1, telemetry.scheduled.get());
    assertEquals(1, telemetry.firstBlocks.get());
  }

  /** A request with words, which are prepared on the executor. */
  private static GenerationInputs worded(int tokens) {
    return prompt(tokens).stop(List.of("never said"));
  }

  @Test
  void generate_tokenIdsAlone_needNoThreadToEncode() throws Exception {
    start(
        task -> {
          throw new RejectedExecutionException("full");
        });
    assertEquals(3, generate(prompt(3)).ids().length);
    assertEnded(Outcome.SUCCESS);
  }

  @Test
  void generate_executorFull_unavailable() throws Exception {
    start(
        task -> {
          throw new RejectedExecutionException("full");
        });
    assertError(generate(worded(3)), ErrorCode.UNAVAILABLE, "wait to be tokenized");
    assertEnded(Outcome.REJECTED);
  }

  @Test
  void generate_workerClosed_unavailable() throws Exception {
    start(held);
    RecordingObserver observer = new RecordingObserver();
    service.generate(worded(3).build(), observer);
    Thread closer = new Thread(service::close);
    closer.start();
    while (engine.closes() == 0) {
      Thread.onSpinWait();
    }
    tasks.remove().run();
    closer.join();
    assertError(observer.await(), ErrorCode.UNAVAILABLE, "shutting down");
    assertError(generate(worded(3)), ErrorCode.UNAVAILABLE, "shutting down");
    assertEquals(2, telemetry.received.get());
    assertEquals(2, telemetry.ended.size());
  }

  @Test
  void cancel_beforeEncoding_cancelledAndNeverScheduled() throws Exception {
    start(held);
    RecordingObserver observer = new RecordingObserver();
    InferenceCall call = service.generate(worded(3).build(), observer);
    call.cancel();
    call.cancel();
    tasks.remove().run();
    assertError(observer.await(), ErrorCode.CANCELLED, "cancelled");
    assertEnded(Outcome.CANCELED);
    assertEquals(0, telemetry.scheduled.get());
    assertEquals(0, engine.runs());
  }

  @Test
  void cancel_running_cancelledOnceWithWhatWasDone() throws Exception {
    start(Runnable::run);
    CountDownLatch third = new CountDownLatch(3);
    CountDownLatch release = new CountDownLatch(1);
    engine.onRun(
        plan -> {
          third.countDown();
          if (third.getCount() == 0) {
            assertTrue(awaits(release));
          }
        });
    RecordingObserver observer = new RecordingObserver();
    InferenceCall call = service.generate(prompt(100).stream(true).build(), observer);
    assertTrue(awaits(third));
    call.cancel();
    release.countDown();
    assertError(observer.await(), ErrorCode.CANCELLED, "cancelled");
    assertEnded(Outcome.CANCELED);
    RequestReport report = telemetry.ended.get(0);
    assertEquals(3, report.forwardPasses());
    assertEquals(observer.ids().length, report.generatedTokens());
    assertEquals(observer.deltas.size(), report.responses());
  }

  private static boolean awaits(CountDownLatch latch) {
    try {
      return latch.await(60, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void cancel_finished_nothingHappens() throws Exception {
    start(Runnable::run);
    RecordingObserver observer = new RecordingObserver();
    InferenceCall call = service.generate(prompt(3).build(), observer);
    observer.await();
    call.cancel();
    assertTrue(service.drain(Duration.ofSeconds(60)));
    assertEquals(1, observer.ends.get());
    assertEnded(Outcome.SUCCESS);
  }

  @Test
  void timeout_overBeforeEncoding_unavailable() throws Exception {
    start(Runnable::run);
    long longAgo = System.nanoTime() - 1_000_000_000L;
    assertError(
        generate(prompt(3).timeout(1000, longAgo)),
        ErrorCode.UNAVAILABLE,
        "Request timeout expired");
    assertEnded(Outcome.REJECTED);
    assertNotNull(generate(prompt(3).timeout(Long.MAX_VALUE, longAgo)).result);
  }

  @Test
  void timeout_whileDecoding_unavailable() throws Exception {
    start(Runnable::run);
    long arrival = System.nanoTime();
    long micros = 300_000;
    engine.onRun(
        plan -> {
          while (System.nanoTime() - arrival < micros * 1000) {
            Thread.onSpinWait();
          }
        });
    assertError(
        generate(prompt(100).timeout(micros, arrival)),
        ErrorCode.UNAVAILABLE,
        "Request timeout expired");
    assertEquals(1, telemetry.ended.size());
  }

  @Test
  void engineFailure_toldWithItsCode() throws Exception {
    start(Runnable::run);
    engine.onRun(
        plan -> {
          throw new UnmaskException(ErrorCode.INTERNAL, "engine: device lost");
        });
    assertError(generate(prompt(3)), ErrorCode.INTERNAL, "device lost");
    assertEnded(Outcome.BACKEND);
  }

  @ParameterizedTest
  @ValueSource(strings = {"delta", "snapshot", "finished", "error"})
  void observerThrows_endsOnceAndOthersGoOn(String where) throws Exception {
    start(Runnable::run);
    CountDownLatch told = new CountDownLatch(1);
    AtomicInteger ends = new AtomicInteger();
    GenerationObserver bad =
        new GenerationObserver() {
          @Override
          public void onDelta(GenerationDelta delta) {
            fail("delta");
          }

          @Override
          public void onSnapshot(BlockSnapshot snapshot) {
            fail("snapshot");
          }

          @Override
          public void onFinished(GenerationDelta rest, GenerationResult result) {
            ends.incrementAndGet();
            told.countDown();
            fail("finished");
          }

          @Override
          public void onError(UnmaskException error) {
            assertSame(ErrorCode.INTERNAL, error.code());
            ends.incrementAndGet();
            told.countDown();
            fail("error");
          }

          private void fail(String at) {
            if (where.equals(at) || (where.equals("error") && at.equals("delta"))) {
              throw new IllegalStateException("observer");
            }
          }
        };
    service.generate(prompt(20).stream(true).streamBlocks().build(), bad);
    RecordingObserver good = generate(prompt(5));
    assertEquals(5, good.ids().length);
    assertTrue(awaits(told));
    assertTrue(service.drain(Duration.ofSeconds(60)));
    assertEquals(1, ends.get());
    assertEquals(2, telemetry.ended.size());
    assertTrue(service.isHealthy());
  }

  @Test
  void drain_requestNotYetEncoded_waitsForIt() throws Exception {
    start(held);
    RecordingObserver observer = new RecordingObserver();
    service.generate(worded(3).build(), observer);
    assertFalse(service.drain(Duration.ZERO));
    assertError(generate(worded(3)), ErrorCode.UNAVAILABLE, "shutting down");
    tasks.remove().run();
    assertTrue(service.drain(Duration.ofSeconds(60)));
    assertEquals(3, observer.await().ids().length);
  }

  @Test
  void randomCancelsAndOverload_everyCallEndsOnce() throws Exception {
    ExecutorService executor = EncodingThreads.newExecutor("encode", 2, 8);
    try {
      start(executor);
      List<Thread> clients = new ArrayList<>();
      List<RecordingObserver> observers = new ArrayList<>();
      for (int c = 0; c < 6; c++) {
        Random random = new Random(c);
        List<RecordingObserver> own = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
          own.add(new RecordingObserver());
        }
        observers.addAll(own);
        Thread client = new Thread(() -> own.forEach(observer -> ask(random, observer)));
        clients.add(client);
        client.start();
      }
      for (Thread client : clients) {
        client.join();
      }
      assertTrue(service.drain(Duration.ofSeconds(60)));
      for (RecordingObserver observer : observers) {
        observer.await();
      }
      assertEquals(600, telemetry.received.get());
      assertEquals(600, telemetry.ended.size());
      long answered = observers.stream().filter(observer -> observer.result != null).count();
      long successes =
          telemetry.ended.stream().filter(report -> report.outcome() == Outcome.SUCCESS).count();
      assertEquals(answered, successes);
      assertTrue(answered > 0);
    } finally {
      executor.shutdown();
    }
  }

  private void ask(Random random, RecordingObserver observer) {
    GenerationInputs inputs =
        GenerationInputs.text("Count: " + random.nextInt(100))
            .with("max_tokens", 1 + random.nextInt(16))
            .stream(random.nextBoolean());
    InferenceCall call = service.generate(inputs.build(), observer);
    if (random.nextInt(3) == 0) {
      call.cancel();
    } else if (random.nextInt(2) == 0) {
      try {
        observer.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  @Test
  void generate_errorWhileEncoding_internal() throws Exception {
    start(Runnable::run);
    List<String> broken =
        new AbstractList<>() {
          @Override
          public String get(int index) {
            throw new NoClassDefFoundError("part of the tokenizer");
          }

          @Override
          public int size() {
            return 1;
          }
        };
    assertError(generate(prompt(3).stop(broken)), ErrorCode.INTERNAL, "NoClassDefFoundError");
    assertEnded(Outcome.BACKEND);
  }

  @Test
  void generate_noThreadToEncode_internal() throws Exception {
    start(
        task -> {
          throw new OutOfMemoryError("unable to create native thread");
        });
    assertError(generate(worded(3)), ErrorCode.INTERNAL, "OutOfMemoryError");
    assertEnded(Outcome.BACKEND);
  }

  @Test
  void generate_textLongerThanTheContextCanBe_refusedBeforeEncoding() throws Exception {
    start(held);
    RecordingObserver observer =
        generate(GenerationInputs.text("a ".repeat(1 << 20)).with("max_tokens", 3));
    assertError(observer, ErrorCode.INVALID_ARGUMENT, "the prompt has 2097152 characters");
    assertTrue(observer.error.isContextExceeded());
    assertEquals(0, tasks.size());
    assertError(
        generate(GenerationInputs.ids(new int[1 << 20])),
        ErrorCode.INVALID_ARGUMENT,
        "the prompt has 1048576 tokens");
    assertEquals(0, tasks.size());
    assertEquals(2, telemetry.ended.size());
  }
}
