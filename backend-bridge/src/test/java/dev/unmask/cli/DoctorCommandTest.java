package dev.unmask.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.unmask.bridge.engine.ContractModels;
import dev.unmask.bridge.engine.tensorrt.GpuReport;
import dev.unmask.cli.CommandLineFixture.Result;
import dev.unmask.repository.ModelManifest;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final GpuReport GPU =
      new GpuReport(
          List.of(new GpuReport.Library("NVIDIA driver", "libcuda.so.1", null)),
          "11.2.1",
          List.of(new GpuReport.Device(0, "NVIDIA H100", "9.0", 80L << 30, 70L << 30)),
          null);

  @TempDir Path repository;
  private ModelManifest manifest;
  private Path directory;

  @BeforeEach
  void importModel() {
    ContractModels.Model model = ContractModels.load("qwen3-gqa", "bf16", repository);
    manifest = model.manifest();
    directory = model.directory();
  }

  private String text(Diagnosis diagnosis) {
    StringWriter text = new StringWriter();
    diagnosis.print(new PrintWriter(text, true));
    return text.toString();
  }

  private void useTensorRt() throws IOException {
    Files.writeString(
        repository.resolve("qwen3-gqa-bf16/config.pbtxt"),
        "parameters { key: 'engine' value { string_value: 'tensorrt' } }\n",
        StandardOpenOption.APPEND);
  }

  private void writePlan(String capability) throws IOException {
    Files.write(directory.resolve("model.plan"), new byte[1]);
    Files.writeString(
        directory.resolve("model.plan.json"),
        """
        {"format": 1, "tensor_rt_version": "11.2.1", "compute_capability": "%s",
         "graph_sha256": "%s", "plan_sha256": "%s", "dtype": "bf16", "capacity": 512,
         "max_batch": 1, "max_query_tokens": 1,
         "profiles": [{"name": "decode", "batch": {"min": 1, "opt": 1, "max": 1},
          "query": {"min": 1, "opt": 1, "max": 1}, "rows": {"min": 1, "opt": 1, "max": 1}}]}
        """
            .formatted(capability, manifest.hashes().get("model.onnx"), "b".repeat(64)));
  }

  @Test
  void thisMachine_defaultEngineServes() {
    Result result = CommandLineFixture.run("doctor", "--model-repository", repository.toString());
    assertEquals(0, result.exitCode(), result.err());
    assertEquals("", result.err());
    for (String part :
        new String[] {
          "ONNX Runtime",
          "NVIDIA driver",
          "TensorRT",
          "qwen3-gqa-bf16",
          "ONNX Runtime runs no bf16 on a CPU",
          "plan missing: './unmask build-engine --model qwen3-gqa-bf16' builds it",
          "Default engine auto: can serve"
        }) {
      assertTrue(result.out().contains(part), result.out());
    }
  }

  @Test
  void json_hasTheSame() throws Exception {
    Result result =
        CommandLineFixture.run("doctor", "--json", "--repository", repository.toString());
    assertEquals(0, result.exitCode(), result.err());
    JsonNode json = JSON.readTree(result.out());
    assertEquals("auto", json.get("default_engine").asText());
    assertTrue(json.get("cpu_problem").isNull());
    assertTrue(json.path("gpu").path("libraries").size() > 5);
    JsonNode model = json.path("models").get(0);
    assertEquals("qwen3-gqa-bf16", model.get("name").asText());
    assertEquals("MISSING", model.path("plan").path("state").asText());
    assertEquals(
        2L * manifest.layers() * manifest.kvHeads() * manifest.headDim() * 2 * 512,
        model.get("cache_bytes_per_sequence").asLong());
  }

  @Test
  void device_isDescribed_andPlanFits() throws Exception {
    useTensorRt();
    writePlan("9.0");
    Diagnosis diagnosis = Diagnosis.of(repository, GPU);
    String text = text(diagnosis);
    assertTrue(
        text.contains("NVIDIA H100, compute capability 9.0, 70.0 GiB of 80.0 GiB free"), text);
    assertTrue(text.contains("yes qwen3-gqa-bf16    tensorrt"), text);
    assertTrue(text.contains("plan fits"), text);
    assertEquals(null, diagnosis.models().get(0).problem());
  }

  @Test
  void planOfAnotherDevice_isForeign() throws Exception {
    useTensorRt();
    writePlan("8.9");
    String text = text(Diagnosis.of(repository, GPU));
    assertTrue(text.contains("built for compute capability 8.9, this device has 9.0"), text);
    assertTrue(text.contains("plan foreign"), text);
  }

  @Test
  void unreadableModel_isALineOfItsOwn() throws Exception {
    Files.createDirectories(repository.resolve("broken").resolve("1"));
    Files.createDirectories(repository.resolve("empty"));
    Files.delete(directory.resolve("model.onnx"));
    Diagnosis diagnosis = Diagnosis.of(repository, GPU);
    String text = text(diagnosis);
    assertEquals(3, diagnosis.models().size());
    assertTrue(text.contains("no unmask.json in"), text);
    assertTrue(text.contains("no model 'empty'"), text);
    assertTrue(text.contains("no model.onnx in"), text);
  }

  @Test
  void noCpuEngine_cannotServe() {
    GpuReport noGpu = new GpuReport(List.of(), null, List.of(), "no device");
    Diagnosis diagnosis = new Diagnosis("auto", null, "no library", noGpu, "nowhere", List.of());
    assertFalse(diagnosis.canServe());
    assertTrue(text(diagnosis).contains("cannot serve: no library"), text(diagnosis));
    assertEquals(List.of(), Diagnosis.of(repository.resolve("absent"), GPU).models());
  }
}
