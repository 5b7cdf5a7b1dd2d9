package dev.unmask.bridge.engine.tensorrt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.bridge.engine.tensorrt.PlanStatus.State;
import dev.unmask.repository.ModelManifest;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlanFitTest {
  private static final ModelManifest MODEL = PlanFixtures.model("bf16", 1024, 16);
  private static final PlanManifest PLAN = PlanFixtures.plan(MODEL);
  private static final GpuReport NO_GPU = new GpuReport(List.of(), null, List.of(), "none");

  @TempDir Path directory;

  private static void refused(ModelManifest model, String version, String capability, String why) {
    UnmaskException e =
        assertThrows(UnmaskException.class, () -> PlanFit.check(PLAN, model, version, capability));
    assertEquals(ErrorCode.INVALID_ARGUMENT, e.code());
    assertTrue(e.getMessage().contains(why), e.getMessage());
    assertTrue(
        e.getMessage().endsWith("; './unmask build-engine --model m' builds it anew"),
        e.getMessage());
  }

  @Test
  void planOfThisGraphAndDevice_passes() {
    PlanFit.check(PLAN, MODEL, PlanFixtures.VERSION, PlanFixtures.CAPABILITY);
  }

  @Test
  void anythingElse_isRefusedWithTheCommand() {
    String version = PlanFixtures.VERSION;
    String capability = PlanFixtures.CAPABILITY;
    String hash = "c".repeat(64);
    ModelManifest other = PlanFixtures.model("bf16", 1024, 16, Map.of("model.onnx", hash));
    refused(other, version, capability, "another graph, graph_sha256=" + "a".repeat(64));
    refused(
        PlanFixtures.model("fp16", 1024, 16),
        version,
        capability,
        "dtype=bf16, the model's is fp16");
    refused(
        PlanFixtures.model("bf16", 512, 16),
        version,
        capability,
        "capacity=1024, the model's max_context is 512");
    refused(MODEL, "11.1.0", capability, "built by TensorRT 11.2.1, this is 11.1.0");
    refused(MODEL, version, "8.9", "compute capability 9.0, this device has 8.9");
  }

  @Test
  void weightsApart_countToo() throws Exception {
    Files.writeString(directory.resolve("model.onnx"), "graph");
    String alone = GraphHash.computed(directory);
    assertEquals(sha256("graph"), alone);
    Files.writeString(directory.resolve("model.onnx.data"), "weights");
    String both = GraphHash.computed(directory);
    assertNotEquals(alone, both);
    Map<String, String> hashes =
        Map.of("model.onnx", sha256("graph"), "model.onnx.data", sha256("weights"));
    assertEquals(both, GraphHash.noted(PlanFixtures.model("fp32", 64, null, hashes)));
    Files.writeString(directory.resolve("model.onnx.data"), "others");
    assertNotEquals(both, GraphHash.computed(directory));
  }

  @Test
  void graph_isFoundByEitherName() throws Exception {
    UnmaskException e = assertThrows(UnmaskException.class, () -> GraphHash.file(directory));
    assertEquals(ErrorCode.NOT_FOUND, e.code());
    Path other = Files.writeString(directory.resolve("model.unmask"), "graph");
    assertEquals(other, GraphHash.file(directory));
    Path graph = Files.writeString(directory.resolve("model.onnx"), "graph");
    assertEquals(graph, GraphHash.file(directory));
  }

  @Test
  void status_saysWhatMayBeDone() throws Exception {
    assertEquals(State.MISSING, PlanStatus.of(directory, MODEL, NO_GPU, 0).state());
    Files.write(directory.resolve(PlanManifest.PLAN_FILE_NAME), new byte[1]);
    Path manifest = Files.writeString(directory.resolve(PlanManifest.FILE_NAME), PLAN.toJson());
    assertEquals(State.UNKNOWN, PlanStatus.of(directory, MODEL, NO_GPU, 0).state());
    assertEquals(State.FITS, PlanStatus.of(directory, MODEL, gpu("9.0"), 0).state());
    assertEquals(State.FOREIGN, PlanStatus.of(directory, MODEL, gpu("10.0"), 0).state());
    PlanStatus noDevice = PlanStatus.of(directory, MODEL, gpu("9.0"), 1);
    assertEquals(State.FOREIGN, noDevice.state());
    assertTrue(noDevice.detail().contains("device=1"), noDevice.detail());
    assertEquals(
        State.STALE,
        PlanStatus.of(directory, PlanFixtures.model("fp16", 1024, 16), gpu("9.0"), 0).state());
    Files.writeString(manifest, "{}");
    assertEquals(State.DAMAGED, PlanStatus.of(directory, MODEL, gpu("9.0"), 0).state());
  }

  private static GpuReport gpu(String capability) {
    return new GpuReport(
        List.of(),
        PlanFixtures.VERSION,
        List.of(new GpuReport.Device(0, "GPU", capability, 2, 1L)),
        null);
  }

  private static String sha256(String text) throws Exception {
    return HexFormat.of()
        .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8)));
  }
}
