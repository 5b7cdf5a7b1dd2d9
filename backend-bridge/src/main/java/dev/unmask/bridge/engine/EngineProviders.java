package dev.unmask.bridge.engine;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;

/** The engines on the class path. Any thread. */
public final class EngineProviders {
  private EngineProviders() {}

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
        ErrorCode.NOT_FOUND, "--engine=" + name + " is none of " + String.join(", ", names));
  }
}
