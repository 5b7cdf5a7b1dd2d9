package dev.unmask.cli;

import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.ProvisionException;
import com.google.inject.Stage;
import dev.unmask.model.EngineModelLoader;
import dev.unmask.model.ModelLoader;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import dev.unmask.server.Endpoint;
import dev.unmask.server.InferenceServer;
import dev.unmask.server.MetricsSource;
import dev.unmask.server.RegistryConfig;
import dev.unmask.server.ServerLifecycle;
import dev.unmask.server.ServerModule;
import dev.unmask.server.UnmaskServer;
import dev.unmask.server.log.ServerLog;
import dev.unmask.server.metrics.MetricsConfig;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code unmask serve}: serves a model repository until it is told to end. The first SIGTERM or
 * SIGINT lets requests in progress end, the second ends the process at once. Exit code 0 after a
 * shutdown that was asked for, 2 where the server cannot start as it is told to.
 */
@Command(
    name = "serve",
    description = "Serves models over HTTP and gRPC, as NVIDIA Triton does.",
    mixinStandardHelpOptions = true)
final class ServeCommand implements Callable<Integer> {
  private static final int KILLED = 130;

  @Spec private CommandSpec spec;

  @Mixin private final RepositoryOptions repository = new RepositoryOptions();
  @Mixin private final ServingOptions serving = new ServingOptions();
  @Mixin private final LogOptions log = new LogOptions();
  @Mixin private final Endpoints endpoints;

  @Option(
      names = "--metrics-config",
      paramLabel = "NAME=BOOL",
      description =
          "counter_latencies or histogram_latencies; may be given several times (default:"
              + " counter_latencies=true, histogram_latencies=false)")
  private List<String> metricsConfig = List.of();

  @Option(
      names = "--allow-cpu-metrics",
      paramLabel = "BOOL",
      arity = "0..1",
      defaultValue = "true",
      fallbackValue = "true",
      description = "publish the machine's load and memory (default: ${DEFAULT-VALUE})")
  private boolean cpuMetrics;

  @Option(
      names = "--exit-timeout-secs",
      paramLabel = "S",
      defaultValue = "30",
      description =
          "how long requests in progress may go on at the end (default: ${DEFAULT-VALUE})")
  private int exitTimeoutSeconds;

  private final ModelLoader loader;
  private volatile ServerLifecycle lifecycle;

  /** Serves with the engines on the class path. */
  ServeCommand() {
    this(new EndpointOptions(), null);
  }

  /**
   * @param endpoints an object with picocli options
   * @param loader null for the engines on the class path
   */
  ServeCommand(Endpoints endpoints, ModelLoader loader) {
    this.endpoints = endpoints;
    this.loader = loader;
  }

  @Override
  public Integer call() {
    PrintWriter err = spec.commandLine().getErr();
    try (ServerLog opened = ServerLog.open(log.settings(), System.err)) {
      RegistryConfig registry = repository.registry(serving.settings(), err);
      if (loader != null) {
        serve(registry, opened, loader);
      } else {
        try (EngineModelLoader engines = new EngineModelLoader()) {
          serve(registry, opened, engines);
        }
      }
      return 0;
    } catch (ProvisionException e) {
      if (e.getCause() instanceof UnmaskException cause) {
        return refused(cause, err);
      }
      throw e;
    } catch (UnmaskException e) {
      return refused(e, err);
    }
  }

  private int refused(UnmaskException e, PrintWriter err) {
    if (e.code() == ErrorCode.INTERNAL) {
      throw e;
    }
    err.println(spec.qualifiedName(" ") + ": " + e.getMessage());
    err.flush();
    return Main.WRONG;
  }

  private void serve(RegistryConfig registry, ServerLog opened, ModelLoader modelLoader) {
    MetricsConfig metrics = MetricsConfig.parse(metricsConfig, cpuMetrics);
    Injector injector =
        Guice.createInjector(
            Stage.DEVELOPMENT,
            new ServerModule(registry, metrics, repository.strictReadiness(), opened, modelLoader));
    List<Endpoint> created =
        endpoints.create(
            injector.getInstance(InferenceServer.class), injector.getInstance(MetricsSource.class));
    if (created.isEmpty()) {
      throw UnmaskException.invalid("no service is allowed: nothing to serve");
    }
    ServerLifecycle running =
        new ServerLifecycle(
            injector.getInstance(UnmaskServer.class),
            created,
            Duration.ofSeconds(exitTimeoutSeconds));
    lifecycle = running;
    ProcessSignals.handle(
        List.of("TERM", "INT"), running::stop, () -> Runtime.getRuntime().halt(KILLED));
    running.start(spec.commandLine().getOut());
    running.awaitStopped();
  }

  /** As the first signal does; null where it is not started yet. */
  ServerLifecycle lifecycle() {
    return lifecycle;
  }
}
