package dev.unmask.server.grpc;

import dev.unmask.scheduler.UnmaskException;
import io.grpc.MethodDescriptor;
import java.util.Arrays;
import java.util.stream.Collectors;

/** Groups of calls to which access can be restricted, as Triton groups them. */
enum ProtocolCategory {
  HEALTH("health"),
  METADATA("metadata"),
  INFERENCE("inference"),
  SHARED_MEMORY("shared-memory"),
  MODEL_CONFIG("model-config"),
  MODEL_REPOSITORY("model-repository"),
  STATISTICS("statistics"),
  TRACE("trace"),
  LOGGING("logging");

  private final String flagName;

  ProtocolCategory(String flagName) {
    this.flagName = flagName;
  }

  /** The name that is used on the command line. */
  String flagName() {
    return flagName;
  }

  /**
   * Parses a name.
   *
   * @throws UnmaskException INVALID_ARGUMENT for any other text
   */
  static ProtocolCategory of(String name) {
    for (ProtocolCategory category : values()) {
      if (category.flagName.equals(name)) {
        return category;
      }
    }
    throw UnmaskException.invalid(
        "unknown restricted protocol '"
            + name
            + "', allowed are "
            + Arrays.stream(values()).map(c -> c.flagName).collect(Collectors.joining(", ")));
  }

  /** The category of a call. Server reflection tells what metadata tells, and counts as such. */
  static ProtocolCategory of(MethodDescriptor<?, ?> method) {
    return switch (String.valueOf(method.getBareMethodName())) {
      case "ServerLive", "ServerReady", "ModelReady", "Check", "Watch" -> HEALTH;
      case "ModelInfer", "ModelStreamInfer" -> INFERENCE;
      case "ModelConfig" -> MODEL_CONFIG;
      case "ModelStatistics" -> STATISTICS;
      case "RepositoryIndex", "RepositoryModelLoad", "RepositoryModelUnload" -> MODEL_REPOSITORY;
      case "SystemSharedMemoryStatus",
          "SystemSharedMemoryRegister",
          "SystemSharedMemoryUnregister",
          "CudaSharedMemoryStatus",
          "CudaSharedMemoryRegister",
          "CudaSharedMemoryUnregister" ->
          SHARED_MEMORY;
      case "TraceSetting" -> TRACE;
      case "LogSettings" -> LOGGING;
      default -> METADATA;
    };
  }
}
