package dev.unmask.server.grpc;

import dev.unmask.protocol.ModelStatistics;
import dev.unmask.protocol.RepositoryIndexResponse;
import dev.unmask.protocol.ServerMetadataResponse;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import dev.unmask.server.InferenceServer;
import dev.unmask.server.LogControl;
import dev.unmask.server.ServedModel;
import dev.unmask.server.TraceControl;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A server of {@link FakeServedModel}s that remembers what it was asked for. */
final class FakeInferenceServer implements InferenceServer {
  final FakeServedModel single = new FakeServedModel("single", false);
  final FakeServedModel decoupled = new FakeServedModel("decoupled", true);
  final List<String> actions = new CopyOnWriteArrayList<>();
  final Map<String, Object> loadParameters = new ConcurrentHashMap<>();
  volatile boolean live = true;
  volatile boolean ready = true;

  private final Map<String, Object> logSettings =
      new LinkedHashMap<>(
          Map.of(
              "log_file", "", "log_info", true, "log_verbose_level", 0, "log_format", "default"));
  private final Map<String, List<String>> traceSettings =
      new LinkedHashMap<>(Map.of("trace_level", List.of("OFF"), "trace_rate", List.of("1000")));

  @Override
  public boolean isLive() {
    return live;
  }

  @Override
  public boolean isReady() {
    return ready;
  }

  @Override
  public ServerMetadataResponse metadata() {
    return ServerMetadataResponse.newBuilder().setName("fake").addExtensions("statistics").build();
  }

  @Override
  public ServedModel model(String name, String version) {
    if (version.equals("99")) {
      throw new IllegalStateException("a fault of the server with a secret");
    }
    return switch (name) {
      case "single" -> single;
      case "decoupled" -> decoupled;
      case "loading" ->
          throw new UnmaskException(
              ErrorCode.UNAVAILABLE,
              "Request for unknown model: 'loading' has no available versions");
      default ->
          throw new UnmaskException(
              ErrorCode.NOT_FOUND, "Request for unknown model: '" + name + "' is not found");
    };
  }

  @Override
  public boolean isModelReady(String name, String version) {
    return !name.equals("loading") && model(name, version) != null;
  }

  @Override
  public List<ModelStatistics> statistics(String name, String version) {
    if (name.isEmpty()) {
      return List.of(statistics("single"), statistics("decoupled"));
    }
    return List.of(statistics(model(name, version).name()));
  }

  private static ModelStatistics statistics(String name) {
    return ModelStatistics.newBuilder().setName(name).setInferenceCount(7).build();
  }

  @Override
  public RepositoryIndexResponse index(String repository, boolean readyOnly) {
    actions.add("index '" + repository + "' " + readyOnly);
    return RepositoryIndexResponse.newBuilder()
        .addModels(
            RepositoryIndexResponse.ModelIndex.newBuilder().setName("single").setState("READY"))
        .build();
  }

  @Override
  public void load(String repository, String name, Map<String, Object> parameters) {
    actions.add("load '" + repository + "' " + name);
    loadParameters.putAll(parameters);
    if (name.equals("broken")) {
      throw UnmaskException.invalid("failed to load 'broken'");
    }
  }

  @Override
  public void unload(String repository, String name, boolean unloadDependents) {
    actions.add("unload '" + repository + "' " + name + " " + unloadDependents);
  }

  @Override
  public LogControl logs() {
    return new LogControl() {
      @Override
      public Map<String, Object> settings() {
        return logSettings;
      }

      @Override
      public void update(Map<String, Object> changes) {
        logSettings.putAll(changes);
      }
    };
  }

  @Override
  public TraceControl traces() {
    return new TraceControl() {
      @Override
      public Map<String, List<String>> settings(String model) {
        actions.add("trace settings '" + model + "'");
        return traceSettings;
      }

      @Override
      public void update(String model, Map<String, List<String>> changes) {
        actions.add("trace update '" + model + "'");
        traceSettings.putAll(changes);
      }
    };
  }

  @Override
  public KvLoad kvLoad() {
    return new KvLoad(0, 0);
  }
}
