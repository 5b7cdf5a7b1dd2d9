package dev.unmask.capacity.targets;

import dev.unmask.bridge.Telemetry;
import dev.unmask.bridge.text.ChatMessage;
import dev.unmask.model.EngineModelLoader;
import dev.unmask.model.LoadedModel;
import dev.unmask.model.ModelSettings;
import dev.unmask.model.ModelSource;
import dev.unmask.protocol.ModelConfig;
import dev.unmask.repository.ModelManifest;
import dev.unmask.request.GenerationDelta;
import dev.unmask.request.GenerationInput;
import dev.unmask.request.GenerationObserver;
import dev.unmask.request.GenerationResult;
import dev.unmask.request.InferenceCall;
import dev.unmask.scheduler.UnmaskException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** A model in this process: scheduler and engine without a server before them. */
public final class EngineTarget implements Target {
  private final String name;
  private final ModelSettings settings;
  private final EngineModelLoader loader = new EngineModelLoader();
  private final LoadedModel model;

  /**
   * Loads the model.
   *
   * @param version directory of the model's version
   * @param settings how it is decoded
   * @throws UnmaskException where it cannot be loaded
   */
  public EngineTarget(String name, Path version, ModelSettings settings) {
    this.name = name;
    this.settings = settings;
    try {
      ModelManifest manifest = ModelManifest.read(version);
      model =
          loader.load(
              new ModelSource(
                  name, 1, version, manifest, ModelConfig.getDefaultInstance(), settings),
              new Telemetry() {});
    } catch (RuntimeException | Error e) {
      loader.close();
      throw e;
    }
  }

  @Override
  public String description() {
    return name + " in this process, " + settings.engine();
  }

  @Override
  public boolean inProcess() {
    return true;
  }

  @Override
  public void send(TargetRequest request, ResponseListener listener) {
    GenerationInput input =
        new GenerationInput(
            request.id(),
            text(request.prompt()),
            messages(request.prompt()),
            null,
            request.prompt().raw(),
            request.parameters(),
            List.of(),
            List.of(),
            true,
            false,
            -1,
            0,
            0,
            System.nanoTime());
    InferenceCall unused = model.generate(input, new Observer(listener));
  }

  private static String text(Prompt prompt) {
    if (prompt.raw()) {
      return prompt.text();
    }
    return prompt.single() ? prompt.messages().get(0).content() : null;
  }

  private static List<ChatMessage> messages(Prompt prompt) {
    return text(prompt) == null
        ? prompt.messages().stream().map(m -> new ChatMessage(m.role(), m.content())).toList()
        : null;
  }

  @Override
  public void close() {
    try {
      model.close();
    } finally {
      loader.close();
    }
  }

  private record Observer(ResponseListener listener) implements GenerationObserver {
    @Override
    public void onDelta(GenerationDelta delta) {
      if (!delta.text().isEmpty()) {
        listener.onText(delta.text());
      }
    }

    @Override
    public void onFinished(GenerationDelta rest, GenerationResult result) {
      onDelta(rest);
      listener.onEnd(
          new Answer(
              result.text(),
              result.promptTokens(),
              result.tokenIds().length,
              result.finishReason().name().toLowerCase(Locale.ROOT),
              result.forwardPasses(),
              result.queryTokens(),
              result.reusedTokens(),
              result.timing().firstScheduledNanos() - result.timing().arrivalNanos()));
    }

    @Override
    public void onError(UnmaskException error) {
      listener.onError(new TargetError(error.code().name(), error.getMessage()));
    }
  }
}
