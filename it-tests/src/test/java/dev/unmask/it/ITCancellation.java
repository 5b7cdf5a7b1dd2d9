package dev.unmask.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.protocol.GRPCInferenceServiceGrpc;
import dev.unmask.protocol.ModelInferRequest;
import dev.unmask.protocol.ModelInferResponse;
import dev.unmask.protocol.ModelStreamInferResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A client that goes away frees what its request held. The requests would decode for minutes: that
 * the server is idle soon after shows that they ended with their clients.
 */
class ITCancellation extends ServedTest {
  /** Passes of a request that nobody cancels. */
  private static final int ALL_PASSES = 896;

  @BeforeEach
  void start() {
    start(
        EmbeddedServer.of(
            WireRepository.bundled()
                .add("unary_llada", "tiny_llada", WireRepository.NOT_DECOUPLED)));
  }

  @AfterEach
  void stop() {
    stopServer();
  }

  private static void awaitRunning(String model, int sequences) {
    Poll.until(
        sequences + " sequences run",
        () -> Scrape.of(server).requests(model, "running") == sequences);
  }

  private static void assertCancelled(String model, int requests) {
    Poll.until("nothing is in progress", () -> Scrape.of(server).isIdle(model));
    Scrape scrape = Scrape.of(server);
    assertEquals(requests, scrape.failures(model, "CANCELED"));
    assertEquals(0, scrape.of("nv_inference_request_success", model));
    assertTrue(scrape.of("unmask_forward_passes_total", model) < ALL_PASSES);
  }

  @Test
  void httpStream_clientDisconnects_isCancelled() throws IOException {
    try (RawConnection connection = raw()) {
      connection.post(
          "/v2/models/tiny_llada/generate_stream",
          HttpClientFixture.write(endless("stream", true)));
      assertTrue(connection.firstChunk().startsWith("data: "));
      assertTrue(Scrape.of(server).requests("tiny_llada", "running") == 1);
    }
    assertCancelled("tiny_llada", 1);
  }

  @Test
  void httpGenerate_clientDisconnectsBeforeAnyResponse_isCancelled() throws IOException {
    try (RawConnection connection = raw()) {
      connection.post("/v2/models/tiny_llada/generate", HttpClientFixture.write(endless()));
      awaitRunning("tiny_llada", 1);
    }
    assertCancelled("tiny_llada", 1);
  }

  @Test
  void httpInfer_clientDisconnects_isCancelled() throws IOException {
    try (RawConnection connection = raw()) {
      connection.post(
          "/v2/models/unary_llada/infer",
          "{\"inputs\":[{\"name\":\"text_input\",\"shape\":[1],\"datatype\":\"BYTES\",\"data\":"
              + "[\"a\"]},{\"name\":\"sampling_parameters\",\"shape\":[1],\"datatype\":\"BYTES\","
              + "\"data\":["
              + HttpClientFixture.write(HttpClientFixture.write(parameters()))
              + "]}]}");
      awaitRunning("unary_llada", 1);
    }
    assertCancelled("unary_llada", 1);
  }

  private static Object parameters() {
    var parameters = endless();
    parameters.remove("text_input");
    return parameters;
  }

  private static ModelInferRequest.Builder request(String model) {
    return GrpcClientFixture.request(
        model,
        GrpcClientFixture.texts("text_input", PROMPT),
        GrpcClientFixture.texts("sampling_parameters", HttpClientFixture.write(parameters())));
  }

  @Test
  void grpcStream_cancelled_givesUpAllItsRequests() {
    try (GrpcStream stream = grpc.stream()) {
      for (int i = 0; i < 3; i++) {
        stream.send(
            request("tiny_llada").addInputs(GrpcClientFixture.bool("stream", true)).build());
      }
      ModelStreamInferResponse first = stream.next();
      assertNotNull(first);
      awaitRunning("tiny_llada", 3);
      stream.cancel();
      assertEquals(Status.Code.CANCELLED, stream.status().getCode());
    }
    assertCancelled("tiny_llada", 3);
  }

  @Test
  void grpcStream_connectionLost_isCancelled() {
    try (GrpcClientFixture client = new GrpcClientFixture(server.grpcPort());
        GrpcStream stream = client.stream()) {
      stream.send(request("tiny_llada").addInputs(GrpcClientFixture.bool("stream", true)).build());
      assertNotNull(stream.next());
      client.channel().shutdownNow();
      stream.status();
    }
    assertCancelled("tiny_llada", 1);
  }

  @Test
  void grpcUnary_cancelled_isCancelled() throws Exception {
    Future<ModelInferResponse> answer =
        GRPCInferenceServiceGrpc.newFutureStub(grpc.channel())
            .modelInfer(request("unary_llada").build());
    awaitRunning("unary_llada", 1);
    assertTrue(answer.cancel(true));
    try {
      answer.get();
      throw new AssertionError("the call was answered");
    } catch (CancellationException e) {
      assertCancelled("unary_llada", 1);
    }
  }

  @Test
  void grpcUnary_deadlineOfTheClient_isCancelled() {
    try {
      grpc.blocking()
          .withDeadlineAfter(500, TimeUnit.MILLISECONDS)
          .modelInfer(request("unary_llada").build());
      throw new AssertionError("the call was answered");
    } catch (StatusRuntimeException e) {
      assertEquals(Status.Code.DEADLINE_EXCEEDED, e.getStatus().getCode());
    }
    assertCancelled("unary_llada", 1);
  }

  @Test
  void cancelled_othersGoOn() throws IOException {
    try (RawConnection connection = raw()) {
      connection.post(
          "/v2/models/tiny_ar/generate_stream",
          HttpClientFixture.write(body("stream", true, "max_tokens", 900, "ignore_eos", true)));
      connection.firstChunk();
      assertEquals(
          AR_ANSWER,
          http.generate("tiny_ar", body()).expect(200).json().get("text_output").asText());
    }
    Poll.until("nothing is in progress", () -> Scrape.of(server).isIdle("tiny_ar"));
    assertTrue(Scrape.of(server).of("nv_inference_request_success", "tiny_ar") >= 1);
  }
}
