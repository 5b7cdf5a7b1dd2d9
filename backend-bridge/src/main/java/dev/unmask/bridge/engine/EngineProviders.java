package dev.unmask.bridge.engine;

import dev.unmask.repository.ModelManifest;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The engines on the class path. Any thread. */
public final class EngineProviders {
  /** The name that stands for the first engine that can run a model. */
  public static final String AUTO = "auto";

  private static final Logger LOG = LoggerFactory.getLogger(EngineProviders.class);

  private EngineProviders() {}

  /**
   * The engine that is to run a model: the one of a name or, for {@value #AUTO}, the first on the
   * class path to which nothing stands in the way. Which and why is logged at debug: an engine that
   * somebody has prepared and that is passed over says so itself.
   *
   * @param devices ordinals of the GPUs, for an engine that uses them
   * @throws UnmaskException NOT_FOUND naming the engines there are, UNSUPPORTED where something
   *     stands in the way of each, with what
   */
  public static EngineProvider choose(
      String name, Path versionDirectory, ModelManifest manifest, List<Integer> devices) {
    if (!name.equals(AUTO)) {
      return find(name);
    }
    List<String> passedOver = new ArrayList<>();
    for (EngineProvider provider : ServiceLoader.load(EngineProvider.class)) {
      Optional<String> obstacle =
          devices.stream()
              .flatMap(d -> provider.obstacle(versionDirectory, manifest, d).stream())
              .findFirst();
      if (obstacle.isEmpty()) {
        LOG.debug("model '{}' runs on {} {}", manifest.name(), provider.name(), passedOver);
        return provider;
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
