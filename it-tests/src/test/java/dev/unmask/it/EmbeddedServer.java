package dev.unmask.it;

import com.google.inject.Guice;
import com.google.inject.Injector;
import dev.unmask.model.EngineModelLoader;
import dev.unmask.model.ModelSettings;
import dev.unmask.server.ControlMode;
import dev.unmask.server.Endpoint;
import dev.unmask.server.InferenceServer;
import dev.unmask.server.MetricsSource;
import dev.unmask.server.RegistryConfig;
import dev.unmask.server.ServerLifecycle;
import dev.unmask.server.ServerModule;
import dev.unmask.server.UnmaskServer;
import dev.unmask.server.grpc.GrpcFrontEnd;
import dev.unmask.server.grpc.GrpcOptions;
import dev.unmask.server.http.HttpFrontEnd;
import dev.unmask.server.http.HttpOptions;
import dev.unmask.server.http.MetricsFrontEnd;
import dev.unmask.server.log.LogSettings;
import dev.unmask.server.log.ServerLog;
import dev.unmask.server.metrics.MetricsConfig;
import dev.unmask.server.openai.OpenAiApi;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import picocli.CommandLine;

/** A server within the test's process: what {@code unmask serve} builds, on free loopback ports. */
final class EmbeddedServer implements AutoCloseable {
  private static final String LOOPBACK = "127.0.0.1";
  private static final LogSettings QUIET = new LogSettings("", false, false, true, 0, false);

  private final WireRepository repository;
  private final EngineModelLoader loader = new EngineModelLoader();
  private final ServerLog log = ServerLog.open(QUIET, System.err);
  private final HttpFrontEnd http;
  private final GrpcFrontEnd grpc;
  private final MetricsFrontEnd metrics;
  private final ServerLifecycle lifecycle;
  private final StringWriter announced = new StringWriter();

  private EmbeddedServer(Builder builder) {
    repository = builder.repository;
    RegistryConfig registry =
        new RegistryConfig(
            List.of(repository.path()),
            builder.mode,
            builder.startupModels,
            Duration.ofSeconds(1),
            4,
            0,
            ModelSettings.DEFAULT.with(builder.settings));
    Injector injector =
        Guice.createInjector(
            new ServerModule(registry, builder.metrics, builder.strictReadiness, log, loader));
    InferenceServer server = injector.getInstance(InferenceServer.class);
    HttpOptions.Builder options = HttpOptions.builder().address(LOOPBACK).port(0);
    http =
        new HttpFrontEnd(
            builder.http.apply(options).build(), server, new OpenAiApi(server).routes());
    GrpcOptions grpcOptions = new GrpcOptions();
    List<String> flags = new ArrayList<>(List.of("--grpc-address=" + LOOPBACK, "--grpc-port=0"));
    flags.addAll(builder.grpc);
    CommandLine.populateCommand(grpcOptions, flags.toArray(new String[0]));
    grpc = new GrpcFrontEnd(grpcOptions, server);
    metrics =
        new MetricsFrontEnd(
            HttpOptions.builder().address(LOOPBACK).port(0).build(),
            injector.getInstance(MetricsSource.class));
    lifecycle =
        new ServerLifecycle(
            injector.getInstance(UnmaskServer.class),
            List.of(
                new Endpoint("GRPCInferenceService", LOOPBACK, grpc),
                new Endpoint("HTTPService", LOOPBACK, http),
                new Endpoint("Metrics Service", LOOPBACK, metrics)),
            Duration.ofSeconds(builder.exitTimeoutSeconds));
  }

  /**
   * A server of a repository, with the defaults of the command line.
   *
   * @param repository closed with the server
   */
  static Builder of(WireRepository repository) {
    return new Builder(repository);
  }

  int httpPort() {
    return http.port();
  }

  int grpcPort() {
    return grpc.port();
  }

  int metricsPort() {
    return metrics.port();
  }

  WireRepository repository() {
    return repository;
  }

  /** What the server printed when it started. */
  String announced() {
    return announced.toString();
  }

  /** As SIGTERM does. Blocks until everything is down. */
  void stop() {
    lifecycle.stop();
  }

  @Override
  public void close() {
    lifecycle.stop();
    loader.close();
    log.close();
    repository.close();
  }

  /** Collects settings. */
  static final class Builder {
    private final WireRepository repository;
    private ControlMode mode = ControlMode.NONE;
    private List<String> startupModels = List.of();
    private Map<String, String> settings = Map.of();
    private final MetricsConfig metrics = new MetricsConfig(true, true, false);
    private UnaryOperator<HttpOptions.Builder> http = UnaryOperator.identity();
    private List<String> grpc = List.of();
    private boolean strictReadiness = true;
    private int exitTimeoutSeconds = 5;

    private Builder(WireRepository repository) {
      this.repository = repository;
    }

    /** Lets clients load and unload. */
    Builder explicit(String... models) {
      mode = ControlMode.EXPLICIT;
      startupModels = List.of(models);
      return this;
    }

    /** Defaults of all models, as in a configuration's parameters. */
    Builder settings(Map<String, String> values) {
      settings = values;
      return this;
    }

    Builder http(UnaryOperator<HttpOptions.Builder> change) {
      http = change;
      return this;
    }

    Builder grpc(String... flags) {
      grpc = List.of(flags);
      return this;
    }

    Builder strictReadiness(boolean value) {
      strictReadiness = value;
      return this;
    }

    Builder exitTimeoutSeconds(int value) {
      exitTimeoutSeconds = value;
      return this;
    }

    EmbeddedServer start() {
      EmbeddedServer server = new EmbeddedServer(this);
      try {
        server.lifecycle.start(new PrintWriter(server.announced));
      } catch (RuntimeException | Error e) {
        server.close();
        throw e;
      }
      return server;
    }
  }
}
