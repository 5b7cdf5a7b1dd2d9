package dev.unmask.bridge.engine.tensorrt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.javacpp.BytePointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlanFilesTest {
  @TempDir Path directory;

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }

  private static PlanManifest manifest(String planHash) {
    PlanManifest plan = PlanFixtures.plan(PlanFixtures.model("bf16", 1024, 16));
    return new PlanManifest(
        plan.format(),
        plan.tensorRtVersion(),
        plan.computeCapability(),
        plan.graphSha256(),
        planHash,
        plan.dtype(),
        plan.capacity(),
        plan.maxBatch(),
        plan.maxQueryTokens(),
        plan.profiles());
  }

  /** More than is written at once. */
  @Test
  void plan_isWrittenWholeWithItsHash() throws Exception {
    byte[] bytes = new byte[(1 << 26) + 12_345];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (i * 31 + i / 1000);
    }
    try (BytePointer data = new BytePointer(bytes.length);
        PlanFiles plan = new PlanFiles(directory)) {
      data.put(bytes);
      String hash = plan.writePlan(data, bytes.length);
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      assertEquals(HexFormat.of().formatHex(digest), hash);
      assertEquals(List.of(".model.plan.new"), files());
      plan.publish(manifest(hash));
    }
    assertEquals(List.of("model.plan", "model.plan.json"), files());
    assertArrayEquals(bytes, Files.readAllBytes(directory.resolve("model.plan")));
    assertEquals(1024, PlanManifest.read(directory).capacity());
  }

  @Test
  void notPublished_olderPlanStays() throws Exception {
    publish("old");
    try (BytePointer data = new BytePointer("new".getBytes(UTF_8));
        PlanFiles plan = new PlanFiles(directory)) {
      plan.writePlan(data, 3);
      assertThrows(IllegalArgumentException.class, () -> plan.publish(manifest("b".repeat(64))));
    }
    assertEquals(List.of("model.plan", "model.plan.json"), files());
    assertEquals("old", Files.readString(directory.resolve("model.plan")));
    publish("new");
    assertEquals("new", Files.readString(directory.resolve("model.plan")));
  }

  private void publish(String text) {
    try (BytePointer data = new BytePointer(text.getBytes(UTF_8));
        PlanFiles plan = new PlanFiles(directory)) {
      plan.publish(manifest(plan.writePlan(data, text.length())));
    }
  }

  @Test
  void noDirectory_unavailable() {
    try (BytePointer data = new BytePointer(1)) {
      PlanFiles plan = new PlanFiles(directory.resolve("absent"));
      UnmaskException e = assertThrows(UnmaskException.class, () -> plan.writePlan(data, 1));
      assertEquals(ErrorCode.UNAVAILABLE, e.code());
      assertTrue(e.getMessage().contains("absent"), e.getMessage());
    }
  }

  @Test
  void timingCache_isReplaced_emptyWhereAbsent() throws Exception {
    Path file = directory.resolve("timings");
    try (TimingCacheFile.Contents contents = TimingCacheFile.read(file)) {
      assertEquals(0, contents.size());
    }
    for (String text : new String[] {"first", "second one"}) {
      try (BytePointer data = new BytePointer(text.getBytes(UTF_8))) {
        TimingCacheFile.write(file, data, text.length());
      }
      try (TimingCacheFile.Contents contents = TimingCacheFile.read(file)) {
        assertEquals(text.length(), contents.size());
        byte[] read = new byte[text.length()];
        contents.data().get(read);
        assertEquals(text, new String(read, UTF_8));
      }
    }
    assertEquals(List.of("timings"), files());
    try (BytePointer data = new BytePointer(1)) {
      Path nowhere = directory.resolve("absent").resolve("timings");
      assertEquals(
          ErrorCode.UNAVAILABLE,
          assertThrows(UnmaskException.class, () -> TimingCacheFile.write(nowhere, data, 1))
              .code());
    }
  }
}
