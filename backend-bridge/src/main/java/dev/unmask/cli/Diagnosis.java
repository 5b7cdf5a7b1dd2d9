package dev.unmask.cli;

import ai.onnxruntime.OrtEnvironment;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.unmask.bridge.engine.tensorrt.GpuReport;
import dev.unmask.bridge.engine.tensorrt.PlanStatus;
import dev.unmask.model.ModelSettings;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a machine and a model repository have for serving. JSON keys are the component names in
 * snake case.
 *
 * @param defaultEngine used where a model's configuration names none
 * @param cpu ONNX Runtime's version; null where it does not run
 * @param cpuProblem why ONNX Runtime does not run, in one line; null where it does
 * @param gpu driver, CUDA, TensorRT, devices
 * @param repository looked into
 */
record Diagnosis(
    String defaultEngine,
    String cpu,
    String cpuProblem,
    GpuReport gpu,
    String repository,
    List<ModelDiagnosis> models) {

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  /** Looks at this machine and a repository; changes nothing. */
  static Diagnosis of(Path repository, GpuReport gpu) {
    String version = null;
    String problem = null;
    try {
      version = OrtEnvironment.getEnvironment().getVersion();
    } catch (LinkageError | RuntimeException e) {
      problem = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }
    List<ModelDiagnosis> models = new ArrayList<>();
    for (String name : ModelDirectories.names(repository)) {
      models.add(ModelDiagnosis.of(repository, name, gpu, problem));
    }
    return new Diagnosis(
        ModelSettings.DEFAULT.engine(), version, problem, gpu, repository.toString(), models);
  }

  /** Whether the default engine runs on this machine. */
  boolean canServe() {
    return cpuProblem == null || gpu.usable();
  }

  /** As JSON. */
  String toJson() {
    try {
      return JSON.writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new UnmaskException(ErrorCode.INTERNAL, "doctor: " + e.getOriginalMessage(), e);
    }
  }

  /** For people, a line for each thing. */
  void print(PrintWriter out) {
    out.println("CPU");
    line(out, cpuProblem == null, "ONNX Runtime", cpuProblem == null ? cpu : cpuProblem);
    out.println("GPU");
    for (GpuReport.Library library : gpu.libraries()) {
      String detail =
          library.present() ? library.file() : library.file() + ": " + library.problem();
      line(out, library.present(), library.role(), detail);
    }
    if (gpu.tensorRtVersion() != null) {
      line(out, true, "TensorRT version", gpu.tensorRtVersion());
    }
    for (GpuReport.Device device : gpu.devices()) {
      line(
          out,
          true,
          "device " + device.ordinal(),
          device.name()
              + ", compute capability "
              + device.computeCapability()
              + ", "
              + (device.freeBytes() == null
                  ? ByteSize.text(device.totalBytes())
                  : ByteSize.text(device.freeBytes())
                      + " of "
                      + ByteSize.text(device.totalBytes())
                      + " free"));
    }
    if (gpu.deviceProblem() != null) {
      line(out, false, "devices", gpu.deviceProblem());
    }
    out.println("Models in " + repository + (models.isEmpty() ? ": none" : ""));
    models.forEach(model -> print(out, model));
    out.println(
        "Default engine "
            + defaultEngine
            + (canServe() ? ": can serve" : ": cannot serve: " + cpuProblem));
  }

  private static void print(PrintWriter out, ModelDiagnosis model) {
    if (model.plan() == null) {
      line(out, false, model.name(), model.problem());
      return;
    }
    line(
        out,
        model.problem() == null,
        model.name(),
        model.engine() + (model.problem() == null ? "" : ": " + model.problem()));
    detail(
        out,
        "graph "
            + model.dtype()
            + ", "
            + ByteSize.text(model.graphBytes())
            + "; KV cache "
            + ByteSize.text(model.cacheBytesPerSequence())
            + " for a sequence of "
            + model.maxContext());
    boolean missing = model.plan().state() == PlanStatus.State.MISSING;
    detail(
        out,
        "plan "
            + model.plan().state().name().toLowerCase(Locale.ROOT)
            + (missing ? ": " : ", ")
            + model.plan().detail());
  }

  private static void line(PrintWriter out, boolean good, String what, String detail) {
    out.printf("  %-3s %-17s %s%n", good ? "yes" : "no", what, detail);
  }

  private static void detail(PrintWriter out, String text) {
    out.printf("  %-3s %-17s %s%n", "", "", text);
  }
}
