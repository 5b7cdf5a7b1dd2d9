package dev.unmask.server;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import dev.unmask.model.ModelLoader;
import dev.unmask.server.metrics.MetricsConfig;
import dev.unmask.server.metrics.ServerMetrics;

/** Wires the server behind its front ends; what is bound here knows nothing of it. */
public final class ServerModule extends AbstractModule {
  private final RegistryConfig registry;
  private final MetricsConfig metrics;
  private final boolean strictReadiness;
  private final LogControl logs;
  private final ModelLoader loader;

  /**
   * @param strictReadiness whether the server is ready only if every model to be served is
   * @param loader makes models of their files
   */
  public ServerModule(
      RegistryConfig registry,
      MetricsConfig metrics,
      boolean strictReadiness,
      LogControl logs,
      ModelLoader loader) {
    this.registry = registry;
    this.metrics = metrics;
    this.strictReadiness = strictReadiness;
    this.logs = logs;
    this.loader = loader;
  }

  @Override
  protected void configure() {
    bind(LogControl.class).toInstance(logs);
    bind(ModelLoader.class).toInstance(loader);
    bind(InferenceServer.class).to(UnmaskServer.class);
    bind(MetricsSource.class).to(ServerMetrics.class);
  }

  @Provides
  @Singleton
  ServerMetrics metrics() {
    return new ServerMetrics(metrics);
  }

  @Provides
  @Singleton
  UnmaskServer server(ModelLoader modelLoader, ServerMetrics serverMetrics, LogControl log) {
    return new UnmaskServer(registry, modelLoader, serverMetrics, log, strictReadiness);
  }
}
