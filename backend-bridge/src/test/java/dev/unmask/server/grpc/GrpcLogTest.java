package dev.unmask.server.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.unmask.protocol.InferTensorContents;
import dev.unmask.protocol.ModelInferRequest;
import dev.unmask.protocol.ModelInferRequest.InferInputTensor;
import dev.unmask.scheduler.ErrorCode;
import io.grpc.Status;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GrpcLogTest {
  private static final Logger LOGGER = Logger.getLogger("dev.unmask.server.grpc");

  private final List<LogRecord> records = new CopyOnWriteArrayList<>();
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord logged) {
          records.add(logged);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  private Level level;
  private GrpcFixture grpc;

  @BeforeEach
  void start() {
    level = LOGGER.getLevel();
    LOGGER.setLevel(Level.ALL);
    LOGGER.setUseParentHandlers(false);
    LOGGER.addHandler(handler);
    grpc = GrpcFixture.start();
  }

  @AfterEach
  void stop() {
    grpc.close();
    LOGGER.removeHandler(handler);
    LOGGER.setUseParentHandlers(true);
    LOGGER.setLevel(level);
  }

  @Test
  void log_everyLevel_hasRequestIdsAndNoText() throws Exception {
    StreamClient client =
        StreamClient.open(
            grpc.async().withInterceptors(GrpcFixture.metadata("x-request-id", "id-1")));
    client.send(request("a")).send(request("b"));
    FakeServedModel.Call a = grpc.server.decoupled.next();
    a.respond("generated-text", true);
    grpc.server.decoupled.next().fail(ErrorCode.INVALID_ARGUMENT, "no: prompt-text");
    client.expect("a", "generated-text", true);
    client.expectError("b", "no: prompt-text");
    client.halfClose();
    assertEquals(Status.OK, client.end());
    grpc.close();

    List<String> lines = records.stream().map(LogRecord::getMessage).toList();
    assertTrue(
        lines.containsAll(
            List.of(
                "[request id: id-1] a request of the stream failed: INVALID_ARGUMENT",
                "[request id: id-1] ModelStreamInfer: OK")),
        lines::toString);
    assertFalse(lines.toString().contains("-text"), lines::toString);
  }

  @Test
  void log_faultOfTheServer_hasRequestIdAndTrace() {
    GrpcFixture.assertFails(
        Status.Code.INTERNAL,
        "internal error, see the log for request id id-2",
        () ->
            grpc.blocking()
                .withInterceptors(GrpcFixture.metadata("x-request-id", "id-2"))
                .modelInfer(
                    GrpcFixture.request("single", "").toBuilder().setModelVersion("99").build()));
    LogRecord fault =
        records.stream().filter(r -> r.getLevel().equals(Level.SEVERE)).findFirst().orElseThrow();
    assertEquals("[request id: id-2] failed", fault.getMessage());
    assertEquals(IllegalStateException.class, fault.getThrown().getClass());
  }

  private static ModelInferRequest request(String id) {
    return GrpcFixture.request("decoupled", id).toBuilder()
        .addInputs(
            InferInputTensor.newBuilder()
                .setName("text_input")
                .setDatatype("BYTES")
                .addShape(1)
                .setContents(
                    InferTensorContents.newBuilder()
                        .addBytesContents(ByteString.copyFromUtf8("prompt-text"))))
        .build();
  }
}
