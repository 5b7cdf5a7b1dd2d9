package dev.unmask.server.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.unmask.protocol.ModelInferRequest;
import dev.unmask.protocol.ModelInferRequest.InferInputTensor;
import dev.unmask.protocol.ServerLiveRequest;
import io.grpc.ClientInterceptor;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class GrpcConnectionTest {
  private static final Metadata.Key<String> ENCODING =
      Metadata.Key.of("grpc-encoding", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> REQUEST_ID =
      Metadata.Key.of("x-request-id", Metadata.ASCII_STRING_MARSHALLER);

  @Test
  void pings_tooMany_areToldToCalmDown() throws Exception {
    try (GrpcFixture grpc = GrpcFixture.start();
        Http2Socket client = new Http2Socket(grpc.frontEnd.port())) {
      for (int i = 0; i < 4; i++) {
        client.ping();
      }
      assertEquals(Http2Socket.ENHANCE_YOUR_CALM, client.awaitGoAway());
    }
  }

  @Test
  void pings_noLimit_areAllAnswered() throws Exception {
    try (GrpcFixture grpc = GrpcFixture.start("--grpc-http2-max-ping-strikes=0");
        Http2Socket client = new Http2Socket(grpc.frontEnd.port())) {
      for (int i = 0; i < 20; i++) {
        client.ping();
        client.awaitPong();
      }
    }
  }

  @Test
  void pings_withoutCallsPermittedAndNoInterval_areAllAnswered() throws Exception {
    try (GrpcFixture grpc =
            GrpcFixture.start(
                "--grpc-keepalive-permit-without-calls",
                "--grpc-http2-min-recv-ping-interval-without-data=0");
        Http2Socket client = new Http2Socket(grpc.frontEnd.port())) {
      for (int i = 0; i < 20; i++) {
        client.ping();
        client.awaitPong();
      }
    }
  }

  @Test
  void connection_ofMaximumAge_isEnded() throws Exception {
    try (GrpcFixture grpc =
            GrpcFixture.start(
                "--grpc-max-connection-age=100", "--grpc-max-connection-age-grace=100");
        Http2Socket client = new Http2Socket(grpc.frontEnd.port())) {
      assertEquals(Http2Socket.NO_ERROR, client.awaitGoAway());
    }
  }

  @Test
  void request_beyondLimit_isResourceExhausted() throws Exception {
    try (GrpcFixture grpc = GrpcFixture.start("--grpc-max-request-bytes=1000")) {
      Status status =
          assertThrows(
                  StatusRuntimeException.class, () -> grpc.blocking().modelInfer(request(1001)))
              .getStatus();
      assertEquals(Status.Code.RESOURCE_EXHAUSTED, status.getCode(), status::toString);
      StreamClient client = StreamClient.open(grpc.async()).send(request(1001));
      assertEquals(Status.Code.RESOURCE_EXHAUSTED, client.end().getCode());
      grpc.server.single.script(call -> call.respond("a", true));
      assertEquals("a", StreamClient.text(grpc.blocking().modelInfer(request(500))));
    }
  }

  @Test
  void request_largerThanFourMegabytes_isServed() throws Exception {
    try (GrpcFixture grpc = GrpcFixture.start()) {
      grpc.server.single.script(call -> call.respond("a", true));
      assertEquals("a", StreamClient.text(grpc.blocking().modelInfer(request(8 << 20))));
      assertEquals(8 << 20, grpc.server.single.next().request().inputs().get(0).elements());
    }
  }

  private static ModelInferRequest request(int bytes) {
    return GrpcFixture.request("single", "").toBuilder()
        .addInputs(InferInputTensor.newBuilder().setName("x").setDatatype("UINT8").addShape(bytes))
        .addRawInputContents(ByteString.copyFrom(new byte[bytes]))
        .build();
  }

  @Test
  void compression_asked_isAppliedToInferenceOnly() throws Exception {
    try (GrpcFixture grpc = GrpcFixture.start("--grpc-infer-response-compression-level=low")) {
      AtomicReference<Metadata> headers = new AtomicReference<>();
      ClientInterceptor capture =
          MetadataUtils.newCaptureMetadataInterceptor(headers, new AtomicReference<>());
      String text = "text".repeat(1000);
      grpc.server.single.script(call -> call.respond(text, true));
      assertEquals(
          text,
          StreamClient.text(
              grpc.blocking()
                  .withInterceptors(capture)
                  .modelInfer(GrpcFixture.request("single", ""))));
      assertEquals("gzip", headers.get().get(ENCODING));

      StreamClient client =
          StreamClient.open(grpc.async().withInterceptors(capture)).send("decoupled", "a");
      grpc.server.decoupled.next().respond(text, true);
      client.expect("a", text, true);
      assertEquals("gzip", headers.get().get(ENCODING));

      assertTrue(
          grpc.blocking()
              .withInterceptors(capture)
              .serverLive(ServerLiveRequest.getDefaultInstance())
              .getLive());
      assertEquals("identity", headers.get().get(ENCODING));
    }
  }

  @Test
  void compression_default_isNone() throws Exception {
    try (GrpcFixture grpc = GrpcFixture.start()) {
      AtomicReference<Metadata> headers = new AtomicReference<>();
      grpc.server.single.script(call -> call.respond("a", true));
      assertEquals(
          "a",
          StreamClient.text(
              grpc.blocking()
                  .withInterceptors(
                      MetadataUtils.newCaptureMetadataInterceptor(headers, new AtomicReference<>()))
                  .modelInfer(GrpcFixture.request("single", ""))));
      assertEquals("identity", headers.get().get(ENCODING));
    }
  }

  @Test
  void compression_higherLevel_isSmaller() throws Exception {
    Random random = new Random(7);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 20_000; i++) {
      text.append("word").append(random.nextInt(300)).append(' ');
    }
    int low = compressed(ResponseCompression.LOW, text.toString());
    int medium = compressed(ResponseCompression.MEDIUM, text.toString());
    int high = compressed(ResponseCompression.HIGH, text.toString());
    assertTrue(high < medium && medium < low && low < text.length());
    for (ResponseCompression level : ResponseCompression.values()) {
      assertEquals(level, ResponseCompression.of(level.name().toLowerCase(Locale.ROOT)));
    }
  }

  private static int compressed(ResponseCompression level, String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = level.registry().lookupCompressor("gzip").compress(bytes)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.size();
  }

  @Test
  void requestId_givenOrNot_isTold() throws Exception {
    try (GrpcFixture grpc = GrpcFixture.start()) {
      assertEquals("id-1", requestId(grpc, GrpcFixture.metadata("x-request-id", "id-1")));
      String made = requestId(grpc, GrpcFixture.metadata("other", "x"));
      assertEquals(36, made.length());
      String tooLong = "x".repeat(129);
      assertEquals(36, requestId(grpc, GrpcFixture.metadata("x-request-id", tooLong)).length());
    }
  }

  private static String requestId(GrpcFixture grpc, ClientInterceptor metadata) {
    AtomicReference<Metadata> headers = new AtomicReference<>();
    assertTrue(
        grpc.blocking()
            .withInterceptors(
                metadata,
                MetadataUtils.newCaptureMetadataInterceptor(headers, new AtomicReference<>()))
            .serverLive(ServerLiveRequest.getDefaultInstance())
            .getLive());
    return headers.get().get(REQUEST_ID);
  }

  @Test
  void reflection_onlyIfAsked_listsServices() throws Exception {
    try (GrpcFixture grpc = GrpcFixture.start("--grpc-reflection")) {
      ServerReflectionResponse response =
          services(grpc).get(GrpcFixture.TIMEOUT_SECONDS, TimeUnit.SECONDS);
      List<String> names =
          response.getListServicesResponse().getServiceList().stream()
              .map(service -> service.getName())
              .sorted()
              .collect(Collectors.toList());
      assertEquals(
          List.of(
              "grpc.health.v1.Health",
              "grpc.reflection.v1.ServerReflection",
              "inference.GRPCInferenceService"),
          names);
    }
    try (GrpcFixture grpc = GrpcFixture.start()) {
      Exception e =
          assertThrows(
              Exception.class,
              () -> services(grpc).get(GrpcFixture.TIMEOUT_SECONDS, TimeUnit.SECONDS));
      assertEquals(Status.Code.UNIMPLEMENTED, Status.fromThrowable(e).getCode());
    }
  }

  private static CompletableFuture<ServerReflectionResponse> services(GrpcFixture grpc) {
    CompletableFuture<ServerReflectionResponse> answer = new CompletableFuture<>();
    StreamObserver<ServerReflectionRequest> requests =
        ServerReflectionGrpc.newStub(grpc.channel)
            .serverReflectionInfo(
                new StreamObserver<>() {
                  @Override
                  public void onNext(ServerReflectionResponse response) {
                    answer.complete(response);
                  }

                  @Override
                  public void onError(Throwable t) {
                    answer.completeExceptionally(t);
                  }

                  @Override
                  public void onCompleted() {}
                });
    requests.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
    requests.onCompleted();
    return answer;
  }
}
