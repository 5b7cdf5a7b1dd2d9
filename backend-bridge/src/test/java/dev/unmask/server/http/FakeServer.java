package dev.unmask.server.http;

import dev.unmask.protocol.InferStatistics;
import dev.unmask.protocol.ModelStatistics;
import dev.unmask.protocol.RepositoryIndexResponse;
import dev.unmask.protocol.RepositoryIndexResponse.ModelIndex;
import dev.unmask.protocol.ServerMetadataResponse;
import dev.unmask.protocol.StatisticDuration;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import dev.unmask.server.InferenceServer;
import dev.unmask.server.LogControl;
import dev.unmask.server.ServedModel;
import dev.unmask.server.TraceControl;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A server with models by name; loads and settings are recorded. */
final class FakeServer implements InferenceServer {
  final Map<String, FakeServedModel> models = new ConcurrentHashMap<>();

  /** Calls of load and unload, as text. */
  final List<String> calls = Collections.synchronizedList(new ArrayList<>());

  /** Parameters of the last load. */
  volatile Map<String, Object> loadParameters = Map.of();

  final Map<String, Object> logSettings = new ConcurrentHashMap<>();
  final Map<String, List<String>> traceSettings = new ConcurrentHashMap<>();
  volatile boolean ready = true;

  /** Thrown by load where it is not null. */
  volatile UnmaskException loadFailure;

  FakeServer() {
    models.put("m", new FakeServedModel("m", true));
    models.put("unary", new FakeServedModel("unary", false));
    logSettings.put("log_verbose_level", 0);
    traceSettings.put("trace_level", List.of("OFF"));
    traceSettings.put("trace_rate", List.of("1000"));
  }

  @Override
  public boolean isLive() {
    return true;
  }

  @Override
  public boolean isReady() {
    return ready;
  }

  @Override
  public ServerMetadataResponse metadata() {
    return ServerMetadataResponse.newBuilder()
        .setName("unmask")
        .setVersion("0")
        .addExtensions("statistics")
        .build();
  }

  @Override
  public ServedModel model(String name, String version) {
    ServedModel model = models.get(name);
    if (model == null || !(version.isEmpty() || version.equals("1"))) {
      throw new UnmaskException(
          ErrorCode.NOT_FOUND, "Request for unknown model: '" + name + "' is not found");
    }
    return model;
  }

  @Override
  public boolean isModelReady(String name, String version) {
    model(name, version);
    return ready;
  }

  @Override
  public List<ModelStatistics> statistics(String name, String version) {
    if (!name.isEmpty()) {
      model(name, version);
    }
    return List.of(
        ModelStatistics.newBuilder()
            .setName(name.isEmpty() ? "all" : name)
            .setLastInference(1_700_000_000_000L)
            .setInferenceStats(
                InferStatistics.newBuilder()
                    .setSuccess(StatisticDuration.newBuilder().setCount(3).setNs(-1L)))
            .build());
  }

  @Override
  public RepositoryIndexResponse index(String repository, boolean readyOnly) {
    RepositoryIndexResponse.Builder index = RepositoryIndexResponse.newBuilder();
    index.addModels(ModelIndex.newBuilder().setName("m").setVersion("1").setState("READY"));
    if (!readyOnly) {
      index.addModels(
          ModelIndex.newBuilder()
              .setName("broken")
              .setVersion("1")
              .setState("UNAVAILABLE")
              .setReason("no graph"));
    }
    return index.build();
  }

  @Override
  public void load(String repository, String name, Map<String, Object> parameters) {
    calls.add("load " + name);
    loadParameters = parameters;
    if (loadFailure != null) {
      throw loadFailure;
    }
  }

  @Override
  public void unload(String repository, String name, boolean unloadDependents) {
    calls.add("unload " + name + " " + unloadDependents);
  }

  @Override
  public LogControl logs() {
    return new LogControl() {
      @Override
      public Map<String, Object> settings() {
        return new LinkedHashMap<>(logSettings);
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
        if (!model.isEmpty()) {
          model(model, "");
        }
        return new LinkedHashMap<>(traceSettings);
      }

      @Override
      public void update(String model, Map<String, List<String>> changes) {
        if (changes.getOrDefault("trace_level", List.of()).contains("TIMESTAMPS")) {
          throw new UnmaskException(ErrorCode.UNSUPPORTED, "trace_level=TIMESTAMPS");
        }
        traceSettings.putAll(changes);
      }

      private void model(String name, String version) {
        FakeServer.this.model(name, version);
      }
    };
  }

  @Override
  public KvLoad kvLoad() {
    return new KvLoad(0.5, 2048);
  }
}
