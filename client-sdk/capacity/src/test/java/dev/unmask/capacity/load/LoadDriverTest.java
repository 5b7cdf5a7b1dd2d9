package dev.unmask.capacity.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.capacity.measure.RunFigures;
import dev.unmask.capacity.measure.Slo;
import dev.unmask.scheduler.UnmaskException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class LoadDriverTest {
  private static final RequestFactory REQUESTS =
      new RequestFactory(Map.of("max_tokens", 7), 2, 50, 20);

  private static RunLimits limits(int requests, double seconds) {
    return new RunLimits(
        Duration.ZERO,
        Duration.ofMillis((long) (seconds * 1000)),
        requests,
        Duration.ofSeconds(60),
        1000,
        Duration.ofSeconds(60));
  }

  private static LoadDriver driver(ScriptedTarget target, Load load, RunLimits limits) {
    return new LoadDriver(
        target,
        load,
        limits,
        new PromptSource(PromptFile.bundled(), 1),
        REQUESTS,
        "x-",
        1,
        LoadProgress.NONE);
  }

  @Test
  void closed_keepsSoManyInProgress_andCountsThatMany() throws InterruptedException {
    try (ScriptedTarget target = new ScriptedTarget(4, TimeUnit.MILLISECONDS.toNanos(2))) {
      RunSamples run = driver(target, new Load.Closed(4), limits(50, 1)).run();
      assertEquals(50, run.samples().size());
      assertEquals(4, target.most.get());
      Set<String> ids = run.samples().stream().map(Sample::id).collect(Collectors.toSet());
      assertEquals(50, ids.size());
      assertTrue(run.samples().stream().allMatch(s -> s.endNanos() <= run.toNanos()));
      assertEquals(7, target.requests.get(0).parameters().get("max_tokens"));
    }
  }

  @Test
  void closed_withWarmUp_countsNothingOfIt() throws InterruptedException {
    try (ScriptedTarget target = new ScriptedTarget(1, TimeUnit.MILLISECONDS.toNanos(5))) {
      RunLimits limits =
          new RunLimits(
              Duration.ofMillis(300),
              Duration.ofMillis(500),
              0,
              Duration.ofSeconds(60),
              10,
              Duration.ofSeconds(60));
      RunSamples run = driver(target, new Load.Closed(1), limits).run();
      assertTrue(run.samples().size() < target.requests.size() - 10);
      assertTrue(run.samples().stream().allMatch(s -> s.endNanos() >= run.fromNanos()));
    }
  }

  @Test
  void steadyRate_endsTheWarmUp() throws InterruptedException {
    try (ScriptedTarget target = new ScriptedTarget(1, TimeUnit.MILLISECONDS.toNanos(5))) {
      RunLimits limits =
          new RunLimits(
              Duration.ofSeconds(1),
              Duration.ofMillis(100),
              0,
              Duration.ofSeconds(60),
              10,
              Duration.ofSeconds(60));
      long start = System.nanoTime();
      RunSamples run = driver(target, new Load.Closed(1), limits).run();
      double warmUp = (run.fromNanos() - start) / 1e9;
      assertTrue(warmUp >= 1, warmUp + " s");
      // By the limits it would be over after five.
      assertTrue(warmUp < 4.5, warmUp + " s");
    }
  }

  @Test
  void failures_areCountedAndTheLoadGoesOn() throws InterruptedException {
    try (ScriptedTarget target = new ScriptedTarget(2, 100_000)) {
      target.failEvery = 3;
      RunSamples run = driver(target, new Load.Closed(2), limits(60, 1)).run();
      RunFigures figures = RunFigures.of(List.of(run), Slo.NONE);
      assertEquals(60, figures.requests() + figures.errors().get("UNAVAILABLE"));
      assertEquals(20, figures.errors().get("UNAVAILABLE"), 2);
      assertEquals(figures.requests() * 10 / run.seconds(), figures.tokenThroughput(), 1e-6);
    }
  }

  @Test
  void everyRequestFails_isTold_alsoWhereSendingFails() {
    for (boolean atOnce : new boolean[] {false, true}) {
      try (ScriptedTarget target = new ScriptedTarget(1, 1000)) {
        target.failEvery = 1;
        target.failAtOnce = atOnce;
        String message =
            assertThrows(
                    UnmaskException.class,
                    () -> driver(target, new Load.Closed(1), limits(0, 20)).run())
                .getMessage();
        assertTrue(message.startsWith("all of 20 requests failed; the last: "), message);
      }
    }
  }

  /** What is beyond its queue is refused at once, long before the first answer comes. */
  @Test
  void refusalsBeforeTheFirstAnswer_doNotEndTheRun() throws InterruptedException {
    try (ScriptedTarget target = new ScriptedTarget(1, TimeUnit.MILLISECONDS.toNanos(200))) {
      target.room = 2;
      Load load = new Load.Open(Load.Pattern.CONSTANT, 1000, 1);
      RunSamples run = driver(target, load, limits(60, 20)).run();
      assertEquals(60, run.samples().size());
      RunFigures figures = RunFigures.of(List.of(run), Slo.NONE);
      assertTrue(figures.requests() >= 2);
      assertEquals(60 - figures.requests(), figures.errors().get("REFUSED"));
    }
  }

  /** A target that takes one request at a time, each longer than the gap between two. */
  @Test
  void open_latenciesCountFromTheScheduledTime() throws InterruptedException {
    try (ScriptedTarget target = new ScriptedTarget(1, TimeUnit.MILLISECONDS.toNanos(20))) {
      target.serial = true;
      Load load = new Load.Open(Load.Pattern.CONSTANT, 100, 1);
      RunSamples run = driver(target, load, limits(30, 20)).run();
      assertEquals(30, run.samples().size());
      Sample last = run.samples().get(29);
      // It was due at 290 ms and done after 600.
      double latency = (last.endNanos() - last.scheduledNanos()) / 1e6;
      assertTrue(latency > 250, latency + " ms");
    }
  }

  @Test
  void open_beyondMaxOutstanding_waitsAndCountsTheWait() throws InterruptedException {
    try (ScriptedTarget target = new ScriptedTarget(1, TimeUnit.MILLISECONDS.toNanos(10))) {
      target.serial = true;
      RunLimits limits =
          new RunLimits(
              Duration.ZERO,
              Duration.ofSeconds(30),
              40,
              Duration.ofSeconds(30),
              2,
              Duration.ofSeconds(60));
      RunSamples run = driver(target, new Load.Open(Load.Pattern.CONSTANT, 1000, 1), limits).run();
      assertEquals(2, target.most.get());
      assertEquals(40, run.samples().size());
      Sample last = run.samples().get(39);
      assertTrue(last.sentNanos() - last.scheduledNanos() > TimeUnit.MILLISECONDS.toNanos(150));
      assertTrue(run.driver().bottleneck());
    }
  }

  @Test
  void trace_hasItsLengths() throws InterruptedException {
    List<TraceRow> rows =
        List.of(
            new TraceRow(0, 10, 3),
            new TraceRow(1_000_000, 4000, 99),
            new TraceRow(2_000_000, 1, 0));
    try (ScriptedTarget target = new ScriptedTarget(2, 100_000)) {
      RunSamples run = driver(target, new Load.Replay(Path.of("t"), rows, 1), limits(0, 5)).run();
      assertEquals(3, run.samples().size());
      assertEquals(20, target.requests.get(0).prompt().text().length());
      assertEquals(3, target.requests.get(0).parameters().get("max_tokens"));
      assertEquals(true, target.requests.get(0).parameters().get("ignore_eos"));
      // Cut to what the model takes.
      assertEquals(100, target.requests.get(1).prompt().text().length());
      assertEquals(20, target.requests.get(1).parameters().get("max_tokens"));
      assertEquals(1, target.requests.get(2).parameters().get("max_tokens"));
      assertEquals(3, new HashSet<>(run.samples()).size());
    }
  }

  @Test
  void badLimits_areNamed() {
    assertEquals(
        "--duration=0.0 is not in (0, 86400]",
        assertThrows(UnmaskException.class, () -> limits(0, 0)).getMessage());
    assertThrows(UnmaskException.class, () -> limits(-1, 1));
  }
}
