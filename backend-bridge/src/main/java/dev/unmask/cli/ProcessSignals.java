package dev.unmask.cli;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes over the signals that ask a process to end. The platform's own way, shutdown hooks, can
 * neither choose the exit code nor tell a second signal from the first. Its signal class is not
 * part of the standard library, so it is called by name; without it the platform's way remains.
 */
final class ProcessSignals {
  private static final Logger LOG = LoggerFactory.getLogger(ProcessSignals.class);

  private ProcessSignals() {}

  /**
   * Sets what the signals do from now on. Both actions run on threads of their own.
   *
   * @param names such as {@code TERM}
   * @param first run at the first signal of any of these names
   * @param further run at every further one
   */
  static void handle(List<String> names, Runnable first, Runnable further) {
    AtomicBoolean seen = new AtomicBoolean();
    Runnable action = () -> (seen.compareAndSet(false, true) ? first : further).run();
    for (String name : names) {
      try {
        install(name, action);
      } catch (ReflectiveOperationException | IllegalArgumentException e) {
        LOG.warn("cannot handle signal {}: {}", name, e.toString());
      }
    }
  }

  private static void install(String name, Runnable action) throws ReflectiveOperationException {
    Class<?> signal = Class.forName("sun.misc.Signal");
    Class<?> handler = Class.forName("sun.misc.SignalHandler");
    Object proxy =
        Proxy.newProxyInstance(
            handler.getClassLoader(),
            new Class<?>[] {handler},
            (self, method, arguments) -> {
              if (method.getName().equals("handle")) {
                action.run();
                return null;
              }
              return switch (method.getName()) {
                case "hashCode" -> System.identityHashCode(self);
                case "equals" -> self == arguments[0];
                default -> "handler of " + name;
              };
            });
    try {
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
    } catch (InvocationTargetException e) {
      throw new ReflectiveOperationException(e.getCause().getMessage(), e.getCause());
    }
  }
}
