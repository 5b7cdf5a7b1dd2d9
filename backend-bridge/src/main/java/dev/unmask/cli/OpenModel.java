package dev.unmask.cli;

import dev.unmask.bridge.DecodeLoop;
import dev.unmask.bridge.engine.EngineOptions;
import dev.unmask.bridge.engine.EngineProvider;
import dev.unmask.bridge.engine.EngineProviders;
import dev.unmask.bridge.engine.EngineSession;
import dev.unmask.bridge.text.ChatTemplate;
import dev.unmask.bridge.text.PromptEncoder;
import dev.unmask.bridge.text.TextTokenizer;
import dev.unmask.repository.ModelManifest;
import dev.unmask.scheduler.ModelTraits;
import dev.unmask.scheduler.SchedulerConfig;
import dev.unmask.scheduler.UnmaskException;
import java.nio.file.Path;
import java.util.List;

/** A model ready to decode on the calling thread: tokenizer, engine session and decode loop. */
final class OpenModel implements AutoCloseable {
  private final ModelManifest manifest;
  private final TextTokenizer tokenizer;
  private final PromptEncoder encoder;
  private final EngineSession engine;
  private final DecodeLoop loop;

  private OpenModel(
      ModelManifest manifest,
      TextTokenizer tokenizer,
      PromptEncoder encoder,
      EngineSession engine,
      DecodeLoop loop) {
    this.manifest = manifest;
    this.tokenizer = tokenizer;
    this.encoder = encoder;
    this.engine = engine;
    this.loop = loop;
  }

  /**
   * Opens a model.
   *
   * @throws UnmaskException NOT_FOUND where there is no such model or engine, and what the parts
   *     throw
   */
  static OpenModel open(Path repository, String name, String engineName, EngineOptions options) {
    Path version = ModelDirectories.newestVersion(repository, name);
    ModelManifest manifest = ModelManifest.read(version);
    EngineProvider provider =
        EngineProviders.choose(engineName, version, manifest, List.of(options.device())).provider();
    TextTokenizer tokenizer = TextTokenizer.load(version);
    EngineSession engine = null;
    try {
      PromptEncoder encoder = new PromptEncoder(tokenizer, ChatTemplate.load(version));
      engine = provider.open(version, manifest, options);
      DecodeLoop loop =
          new DecodeLoop(
              engine, manifest.traits(), SchedulerConfig.ofSequences(options.maxSequences()));
      return new OpenModel(manifest, tokenizer, encoder, engine, loop);
    } catch (RuntimeException e) {
      tokenizer.close();
      if (engine != null) {
        engine.close();
      }
      throw e;
    }
  }

  ModelTraits traits() {
    return manifest.traits();
  }

  ModelManifest manifest() {
    return manifest;
  }

  TextTokenizer tokenizer() {
    return tokenizer;
  }

  PromptEncoder encoder() {
    return encoder;
  }

  EngineSession engine() {
    return engine;
  }

  DecodeLoop loop() {
    return loop;
  }

  @Override
  public void close() {
    try {
      engine.close();
    } finally {
      tokenizer.close();
    }
  }
}
