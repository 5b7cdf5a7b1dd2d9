package dev.unmask.client.internal;

import dev.unmask.client.ModelMetadata;
import dev.unmask.client.RepositoryModel;
import dev.unmask.client.ServerMetadata;
import dev.unmask.protocol.ModelMetadataResponse;
import dev.unmask.protocol.RepositoryIndexResponse;
import dev.unmask.protocol.ServerMetadataResponse;
import java.util.List;

/** Answers about servers and models as messages of gRPC. */
final class ControlMessages {
  private ControlMessages() {}

  static ServerMetadata serverMetadata(ServerMetadataResponse message) {
    return new ServerMetadata(message.getName(), message.getVersion(), message.getExtensionsList());
  }

  static ModelMetadata modelMetadata(ModelMetadataResponse message) {
    return new ModelMetadata(
        message.getName(),
        message.getVersionsList(),
        message.getPlatform(),
        tensors(message.getInputsList()),
        tensors(message.getOutputsList()));
  }

  private static List<ModelMetadata.TensorMetadata> tensors(
      List<ModelMetadataResponse.TensorMetadata> messages) {
    return messages.stream()
        .map(
            tensor ->
                new ModelMetadata.TensorMetadata(
                    tensor.getName(),
                    ResponseTensors.datatype(tensor.getDatatype(), tensor.getName()),
                    tensor.getShapeList()))
        .toList();
  }

  static List<RepositoryModel> repositoryIndex(RepositoryIndexResponse message) {
    return message.getModelsList().stream()
        .map(
            model ->
                new RepositoryModel(
                    model.getName(), model.getVersion(), model.getState(), model.getReason()))
        .toList();
  }
}
