package dev.unmask.request;

import dev.unmask.bridge.DecodePool;
import dev.unmask.bridge.Decoder;
import dev.unmask.bridge.RecordingTelemetry;
import dev.unmask.bridge.ScriptedEngine;
import dev.unmask.bridge.text.ChatTemplate;
import dev.unmask.bridge.text.PromptEncoder;
import dev.unmask.bridge.text.TextFixtures;
import dev.unmask.bridge.text.TextTokenizer;
import dev.unmask.repository.ModelManifest;
import dev.unmask.scheduler.SchedulerConfig;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/** A service over a scripted engine, with the tokenizer of tiny-ar. */
abstract class GenerationTestBase {
  static final ModelManifest MANIFEST = ScriptedEngine.manifest();
  static TextTokenizer tokenizer;
  static PromptEncoder prompts;

  final RecordingTelemetry telemetry = new RecordingTelemetry();
  volatile ScriptedEngine.Script script = (first, position) -> 1 + (first + position) % 200;
  final ScriptedEngine engine =
      new ScriptedEngine(4, (first, position) -> script.token(first, position));

  /** Tasks of {@link #held}, to be run by the test. */
  final ArrayDeque<Runnable> tasks = new ArrayDeque<>();

  final Executor held = tasks::add;
  GenerationService service;

  @BeforeAll
  static void load() {
    tokenizer = TextTokenizer.load(TextFixtures.directory("tiny-ar"));
    prompts = new PromptEncoder(tokenizer, ChatTemplate.load(TextFixtures.directory("tiny-ar")));
  }

  @AfterAll
  static void unload() {
    tokenizer.close();
  }

  /** Starts the service with an executor. */
  final void start(Executor executor) {
    service = new GenerationService(MANIFEST, tokenizer, prompts, decoder(), telemetry, executor);
  }

  final Decoder decoder() {
    return DecodePool.start(
        "scripted",
        List.of(engine),
        MANIFEST.traits(),
        session -> SchedulerConfig.builder(4).maxWaiting(64).build(),
        telemetry,
        () -> {});
  }

  @AfterEach
  void stop() {
    engine.onRun(plan -> {});
    if (service != null) {
      tasks.forEach(Runnable::run);
      service.close();
    }
  }

  final RecordingObserver generate(GenerationInputs inputs) throws InterruptedException {
    RecordingObserver observer = new RecordingObserver();
    service.generate(inputs.build(), observer);
    return observer.await();
  }
}
