package dev.unmask.server.openai;

import dev.unmask.protocol.ModelStatistics;
import dev.unmask.protocol.RepositoryIndexResponse;
import dev.unmask.protocol.RepositoryIndexResponse.ModelIndex;
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

/** A server with models by name. One thread. */
final class FakeServer implements InferenceServer {
  final Map<String, FakeModel> models = new LinkedHashMap<>();
  String version = "1.0";

  /** Thrown by {@link #model} where it is not null. */
  RuntimeException failure;

  FakeModel add(String name) {
    FakeModel model = new FakeModel(name);
    models.put(name, model);
    return model;
  }

  @Override
  public ServedModel model(String name, String wanted) {
    if (failure != null) {
      throw failure;
    }
    ServedModel model = models.get(name);
    if (model == null || !wanted.isEmpty()) {
      throw new UnmaskException(
          ErrorCode.NOT_FOUND, "Request for unknown model: '" + name + "' is not found");
    }
    return model;
  }

  @Override
  public RepositoryIndexResponse index(String repository, boolean readyOnly) {
    RepositoryIndexResponse.Builder index = RepositoryIndexResponse.newBuilder();
    for (String name : models.keySet()) {
      index.addModels(ModelIndex.newBuilder().setName(name).setVersion("1").setState("READY"));
      index.addModels(ModelIndex.newBuilder().setName(name).setVersion("2").setState("READY"));
    }
    if (!readyOnly) {
      index.addModels(ModelIndex.newBuilder().setName("broken").setState("UNAVAILABLE"));
    }
    return index.build();
  }

  @Override
  public ServerMetadataResponse metadata() {
    return ServerMetadataResponse.newBuilder().setName("unmask").setVersion(version).build();
  }

  @Override
  public boolean isLive() {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean isReady() {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean isModelReady(String name, String wanted) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<ModelStatistics> statistics(String name, String wanted) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void load(String repository, String name, Map<String, Object> parameters) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void unload(String repository, String name, boolean unloadDependents) {
    throw new UnsupportedOperationException();
  }

  @Override
  public LogControl logs() {
    throw new UnsupportedOperationException();
  }

  @Override
  public TraceControl traces() {
    throw new UnsupportedOperationException();
  }

  @Override
  public KvLoad kvLoad() {
    throw new UnsupportedOperationException();
  }
}
