package dev.unmask.server.grpc;

import dev.unmask.server.ApiCategory;
import io.grpc.MethodDescriptor;

/** Which category each call belongs to, as Triton groups them. */
final class CallCategories {
  private CallCategories() {}

  /** The category of a call. Server reflection tells what metadata tells, and counts as such. */
  static ApiCategory of(MethodDescriptor<?, ?> method) {
    return switch (String.valueOf(method.getBareMethodName())) {
      case "ServerLive", "ServerReady", "ModelReady", "Check", "Watch" -> ApiCategory.HEALTH;
      case "ModelInfer", "ModelStreamInfer" -> ApiCategory.INFERENCE;
      case "ModelConfig" -> ApiCategory.MODEL_CONFIG;
      case "ModelStatistics" -> ApiCategory.STATISTICS;
      case "RepositoryIndex", "RepositoryModelLoad", "RepositoryModelUnload" ->
          ApiCategory.MODEL_REPOSITORY;
      case "SystemSharedMemoryStatus",
          "SystemSharedMemoryRegister",
          "SystemSharedMemoryUnregister",
          "CudaSharedMemoryStatus",
          "CudaSharedMemoryRegister",
          "CudaSharedMemoryUnregister" ->
          ApiCategory.SHARED_MEMORY;
      case "TraceSetting" -> ApiCategory.TRACE;
      case "LogSettings" -> ApiCategory.LOGGING;
      default -> ApiCategory.METADATA;
    };
  }
}
