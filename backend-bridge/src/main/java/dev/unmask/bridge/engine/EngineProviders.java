package dev.unmask.bridge.engine;

import dev.unmask.repository.ModelManifest;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

/** The engines on the class path. Any thread. */
public final class EngineProviders {
  /** The name that stands for the first engine that can run a model. */
  public static final String AUTO = "auto";

  private EngineProviders() {}

  /**
   * An engine for a model.
   *
   * @param provider of it
   * @param passedOver engines before it on the class path, each with what stood in its way
   */
  public record Choice(EngineProvider provider, List<String> passedOver) {
    /** The name of the engine, and why it is not another one. */
    @Override
    public String toString() {
      return provider.name()
          + (passedOver.isEmpty() ? "" : " (" + String.join("; ", passedOver) + ")");
    }
  }

  /**
   * The engine that is to run a model: the one of a name or, for {@value #AUTO}, the first on the
   * class path to which nothing stands in the way. An engine that somebody has prepared and that is
   * passed over warns of it itself.
   *
   * @param devices ordinals of the GPUs, for an engine that uses them
   * @throws UnmaskException NOT_FOUND naming the engines there are, UNSUPPORTED where something
   *     stands in the way of each, with what
   */
  public static Choice choose(
      String name, Path versionDirectory, ModelManifest manifest, List<Integer> devices) {
    if (!name.equals(AUTO)) {
      return new Choice(find(name), List.of());
    }
    List<String> passedOver = new ArrayList<>();
    for (EngineProvider provider : ServiceLoader.load(EngineProvider.class)) {
      Optional<String> obstacle =
          devices.stream()
              .flatMap(d -> provider.obstacle(versionDirectory, manifest, d).stream())
              .findFirst();
      if (obstacle.isEmpty()) {
        return new Choice(provider, passedOver);
      }
      passedOver.add(provider.name() + ": " + obstacle.get());
    }
    throw new UnmaskException(
        ErrorCode.UNSUPPORTED,
        "no engine runs model '" + manifest.name() + "' here: " + String.join("; ", passedOver));
  }

  /**
   * The engine of a name.
   *
   * @throws UnmaskException NOT_FOUND naming those there are
   */
  public static EngineProvider find(String name) {
    List<String> names = new ArrayList<>();
    for (EngineProvider provider : ServiceLoader.load(EngineProvider.class)) {
      if (provider.name().equals(name)) {
        return provider;
      }
      names.add(provider.name());
    }
    throw new UnmaskException(
        ErrorCode.NOT_FOUND,
        "engine=" + name + " is none of " + AUTO + ", " + String.join(", ", names));
  }
}
