package dev.unmask.client.testing;

import com.google.inject.Guice;
import com.google.inject.Injector;
import dev.unmask.importer.CheckpointImporter;
import dev.unmask.importer.ImportRequest;
import dev.unmask.model.EngineModelLoader;
import dev.unmask.model.ModelSettings;
import dev.unmask.server.ControlMode;
import dev.unmask.server.Endpoint;
import dev.unmask.server.InferenceServer;
import dev.unmask.server.RegistryConfig;
import dev.unmask.server.ServerLifecycle;
import dev.unmask.server.ServerModule;
import dev.unmask.server.UnmaskServer;
import dev.unmask.server.grpc.GrpcFrontEnd;
import dev.unmask.server.grpc.GrpcOptions;
import dev.unmask.server.http.HttpFrontEnd;
import dev.unmask.server.http.HttpOptions;
import dev.unmask.server.log.LogSettings;
import dev.unmask.server.log.ServerLog;
import dev.unmask.server.metrics.MetricsConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine;

/** A server of the bundled model {@link #MODEL} in this process, on free loopback ports. */
public final class EmbeddedServer implements AutoCloseable {
  /** The model that is loaded. */
  public static final String MODEL = "tiny_d2f";

  private static final String LOOPBACK = "127.0.0.1";
  private static final Path CHECKPOINTS = Path.of("..", "..", "model-repository", "checkpoints");
  private static Path repository;

  private final EngineModelLoader loader = new EngineModelLoader();
  private final ServerLog log =
      ServerLog.open(new LogSettings("", false, false, true, 0, false), System.err);
  private final HttpFrontEnd http;
  private final GrpcFrontEnd grpc;
  private final ServerLifecycle lifecycle;

  private EmbeddedServer() {
    RegistryConfig registry =
        new RegistryConfig(
            List.of(repository()),
            ControlMode.EXPLICIT,
            List.of(MODEL),
            Duration.ofSeconds(1),
            1,
            0,
            ModelSettings.DEFAULT);
    Injector injector =
        Guice.createInjector(
            new ServerModule(registry, new MetricsConfig(true, true, false), true, log, loader));
    InferenceServer server = injector.getInstance(InferenceServer.class);
    http =
        new HttpFrontEnd(
            HttpOptions.builder().address(LOOPBACK).port(0).build(), server, List.of());
    GrpcOptions options = new GrpcOptions();
    new CommandLine(options).parseArgs("--grpc-address=" + LOOPBACK, "--grpc-port=0");
    grpc = new GrpcFrontEnd(options, server);
    lifecycle =
        new ServerLifecycle(
            injector.getInstance(UnmaskServer.class),
            List.of(
                new Endpoint("GRPCInferenceService", LOOPBACK, grpc),
                new Endpoint("HTTPService", LOOPBACK, http)),
            Duration.ofSeconds(5));
  }

  /** The bundled checkpoint, imported once per test run below {@code target/}. */
  private static synchronized Path repository() {
    if (repository == null) {
      try {
        Path target = Files.createDirectories(Path.of("target"));
        Path fresh = Files.createTempDirectory(target, "models-");
        new CheckpointImporter()
            .run(
                ImportRequest.of(CHECKPOINTS.resolve("tiny-llada"), fresh, MODEL)
                    .withAdapter(CHECKPOINTS.resolve("tiny-llada-d2f"))
                    .withBlockSize(16));
        repository = fresh;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return repository;
  }

  /** Starts one, with the model loaded. */
  public static EmbeddedServer start() {
    EmbeddedServer server = new EmbeddedServer();
    try {
      server.lifecycle.start(new PrintWriter(new StringWriter()));
      return server;
    } catch (RuntimeException | Error e) {
      server.close();
      throw e;
    }
  }

  /** Its endpoint over gRPC. */
  public String grpc() {
    return "grpc://" + LOOPBACK + ":" + grpc.port();
  }

  /** Its endpoint over HTTP. */
  public String http() {
    return "http://" + LOOPBACK + ":" + http.port();
  }

  @Override
  public void close() {
    lifecycle.stop();
    loader.close();
    log.close();
  }
}
