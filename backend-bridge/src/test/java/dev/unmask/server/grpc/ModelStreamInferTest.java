package dev.unmask.server.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.unmask.protocol.GRPCInferenceServiceGrpc;
import dev.unmask.protocol.InferParameter;
import dev.unmask.protocol.ModelInferResponse;
import dev.unmask.protocol.ModelStreamInferResponse;
import dev.unmask.scheduler.ErrorCode;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ModelStreamInferTest {
  private GrpcFixture grpc;
  private FakeServedModel decoupled;
  private FakeServedModel single;

  @BeforeEach
  void start() {
    // With one thread for inference, what it does has an order.
    grpc = GrpcFixture.start("--grpc-infer-thread-count=1");
    decoupled = grpc.server.decoupled;
    single = grpc.server.single;
  }

  @AfterEach
  void stop() {
    grpc.close();
  }

  private StreamClient open() {
    return StreamClient.open(grpc.async());
  }

  private StreamClient openEndingOnError() {
    return StreamClient.open(
        grpc.async().withInterceptors(GrpcFixture.metadata("triton_grpc_error", "true")));
  }

  @Test
  void responses_oneRequest_comeAtOnceAndInOrder() throws Exception {
    StreamClient client = open().send("decoupled", "a");
    FakeServedModel.Call call = decoupled.next();
    call.respond("1", false);
    client.expect("a", "1", false);
    call.respond("2", false);
    client.expect("a", "2", false);
    call.respond("3", true);
    client.expect("a", "3", true);
    client.halfClose();
    assertEquals(Status.OK, client.end());
    assertFalse(client.hasResponse());
  }

  @Test
  void responses_namesModelAndVersion() throws Exception {
    StreamClient client = open().send("decoupled", "a");
    decoupled.next().respond("1", true);
    ModelInferResponse response = client.next().getInferResponse();
    assertEquals("decoupled", response.getModelName());
    assertEquals("3", response.getModelVersion());
  }

  @Test
  void responses_requestsInterleaved_keepTheirIds() throws Exception {
    StreamClient client = open().send("decoupled", "a").send("decoupled", "b");
    FakeServedModel.Call a = decoupled.next();
    FakeServedModel.Call b = decoupled.next();
    b.respond("b1", false);
    a.respond("a1", false);
    b.respond("b2", true);
    a.respond("a2", true);
    client.expect("b", "b1", false);
    client.expect("a", "a1", false);
    client.expect("b", "b2", true);
    client.expect("a", "a2", true);
  }

  @Test
  void responses_fromManyThreads_areAllWhole() throws Exception {
    int requests = 4;
    int responses = 500;
    StreamClient client = open();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < requests; i++) {
      client.send("decoupled", "r" + i);
      FakeServedModel.Call call = decoupled.next();
      threads.add(
          new Thread(
              () -> {
                for (int n = 0; n < responses; n++) {
                  call.respond(call.request().id() + ":" + n, n == responses - 1);
                }
              }));
    }
    client.halfClose();
    threads.forEach(Thread::start);
    Map<String, Integer> counts = new HashMap<>();
    for (int i = 0; i < requests * responses; i++) {
      ModelStreamInferResponse response = client.next();
      String id = response.getInferResponse().getId();
      int n = counts.merge(id, 1, Integer::sum) - 1;
      assertEquals(id + ":" + n, StreamClient.text(response.getInferResponse()));
      assertEquals(n == responses - 1, StreamClient.isFinal(response));
    }
    assertEquals(Status.OK, client.end());
    for (Thread thread : threads) {
      thread.join();
    }
  }

  @Test
  void completed_withoutEmptyFinal_sendsNothing() throws Exception {
    StreamClient client = open().send("decoupled", "a");
    FakeServedModel.Call call = decoupled.next();
    call.respond("1", false);
    call.complete();
    client.expect("a", "1", false);
    client.halfClose();
    assertEquals(Status.OK, client.end());
    assertFalse(client.hasResponse());
  }

  @Test
  void completed_withEmptyFinal_sendsFinalWithoutContent() throws Exception {
    StreamClient client = open().sendWithEmptyFinal("decoupled", "a");
    FakeServedModel.Call call = decoupled.next();
    assertEquals(Map.of(), call.request().parameters());
    call.respond("1", false);
    call.complete();
    client.expect("a", "1", false);
    ModelStreamInferResponse last = client.next();
    assertEquals(
        ModelStreamInferResponse.newBuilder()
            .setInferResponse(
                ModelInferResponse.newBuilder()
                    .setId("a")
                    .setModelName("decoupled")
                    .setModelVersion("3")
                    .putParameters(
                        "triton_final_response",
                        InferParameter.newBuilder().setBoolParam(true).build()))
            .build(),
        last);
  }

  @Test
  void lastResponse_withEmptyFinal_isTheOnlyFinal() throws Exception {
    StreamClient client = open().sendWithEmptyFinal("decoupled", "a");
    decoupled.next().respond("1", true);
    client.expect("a", "1", true);
    client.halfClose();
    assertEquals(Status.OK, client.end());
    assertFalse(client.hasResponse());
  }

  @Test
  void singleResponseModels_answerInOrderOfRequests() throws Exception {
    StreamClient client =
        open().send("single", "a").send("single", "b").send("decoupled", "c").send("single", "d");
    FakeServedModel.Call a = single.next();
    FakeServedModel.Call b = single.next();
    FakeServedModel.Call d = single.next();
    b.respond("2", true);
    decoupled.next().respond("3", true);
    client.expect("c", "3", true);
    d.fail(ErrorCode.UNAVAILABLE, "full");
    a.respond("1", false);
    a.complete();
    client.expect("a", "1", true);
    client.expect("b", "2", true);
    client.expectError("d", "full");
  }

  @Test
  void singleResponseModel_secondResponse_isError() throws Exception {
    StreamClient client = open().send("single", "a");
    FakeServedModel.Call call = single.next();
    call.respond("1", false);
    call.respond("2", true);
    client.expectError(
        "a", "model 'single' is not decoupled but gave more than one response to a request");
    call.awaitCancelled();
  }

  @Test
  void failure_afterResponses_isToldInStream() throws Exception {
    StreamClient client = open().send("decoupled", "a").send("decoupled", "b");
    FakeServedModel.Call a = decoupled.next();
    FakeServedModel.Call b = decoupled.next();
    a.respond("1", false);
    a.fail(ErrorCode.INTERNAL, "engine failed");
    client.expect("a", "1", false);
    client.expectError("a", "engine failed");
    b.respond("2", true);
    client.expect("b", "2", true);
    client.halfClose();
    assertEquals(Status.OK, client.end());
  }

  @Test
  void failure_beforeAnyModel_isToldInStream() throws Exception {
    StreamClient client = open();
    client.send("nope", "a");
    client.expectError("a", "Request for unknown model: 'nope' is not found");
    client.send("loading", "b");
    client.expectError("b", "Request for unknown model: 'loading' has no available versions");
    client.send(
        GrpcFixture.request("decoupled", "c").toBuilder()
            .putParameters("p", InferParameter.getDefaultInstance())
            .build());
    client.expectError(
        "c",
        "invalid value type for 'p' parameter, expected int64_param, uint64_param, bool_param,"
            + " double_param, or string_param.");
    client.send("decoupled", "d");
    decoupled.next().respond("1", true);
    client.expect("d", "1", true);
  }

  @Test
  void failure_modelThrows_isInternalError() throws Exception {
    decoupled.script(
        call -> {
          throw new IllegalStateException("a fault with a secret");
        });
    StreamClient client =
        StreamClient.open(
            grpc.async().withInterceptors(GrpcFixture.metadata("x-request-id", "id-1")));
    client.send("decoupled", "a");
    client.expectError("a", "internal error, see the log for request id id-1");
  }

  @Test
  void failure_withGrpcErrors_endsStreamAndCancelsOthers() throws Exception {
    StreamClient client = openEndingOnError().send("decoupled", "a").send("decoupled", "b");
    FakeServedModel.Call a = decoupled.next();
    FakeServedModel.Call b = decoupled.next();
    a.respond("1", false);
    a.fail(ErrorCode.UNAVAILABLE, "queue is full");
    b.awaitCancelled();
    assertFalse(a.isCancelled());
    b.respond("too late", false);
    b.fail(ErrorCode.CANCELLED, "cancelled");
    client.expect("a", "1", false);
    Status end = client.end();
    assertEquals(Status.Code.UNAVAILABLE, end.getCode());
    assertEquals("queue is full", end.getDescription());
    assertFalse(client.hasResponse());
  }

  @Test
  void failure_withGrpcErrorsBeforeAnyModel_endsStream() throws Exception {
    StreamClient client = openEndingOnError().send("nope", "a");
    Status end = client.end();
    assertEquals(Status.Code.NOT_FOUND, end.getCode());
    assertEquals("Request for unknown model: 'nope' is not found", end.getDescription());
  }

  @Test
  void cancel_givesUpAllRequestsOfTheStreamOnly() throws Exception {
    StreamClient other = open().send("decoupled", "o");
    FakeServedModel.Call o = decoupled.next();
    StreamClient client = open().send("decoupled", "a").send("single", "b").send("decoupled", "c");
    FakeServedModel.Call a = decoupled.next();
    FakeServedModel.Call b = single.next();
    FakeServedModel.Call c = decoupled.next();
    c.respond("1", true);
    client.expect("c", "1", true);
    client.cancel();
    a.awaitCancelled();
    b.awaitCancelled();
    a.respond("too late", false);
    a.fail(ErrorCode.CANCELLED, "cancelled");
    b.fail(ErrorCode.CANCELLED, "cancelled");
    assertEquals(Status.Code.CANCELLED, client.end().getCode());
    assertFalse(c.isCancelled());
    assertFalse(o.isCancelled());
    o.respond("2", true);
    other.expect("o", "2", true);
  }

  @Test
  void connectionEnds_requestsAreCancelled() throws Exception {
    open().send("decoupled", "a");
    FakeServedModel.Call a = decoupled.next();
    grpc.channel.shutdownNow();
    a.awaitCancelled();
  }

  @Test
  void brokenMessage_endsStreamAndCancelsRequests() throws Exception {
    ClientCall<byte[], ModelStreamInferResponse> call =
        grpc.channel.newCall(
            RawMessages.of(GRPCInferenceServiceGrpc.getModelStreamInferMethod()),
            CallOptions.DEFAULT);
    CompletableFuture<Status> end = new CompletableFuture<>();
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onClose(Status status, Metadata trailers) {
            end.complete(status);
          }
        },
        new Metadata());
    call.request(1);
    call.sendMessage(GrpcFixture.request("decoupled", "a").toByteArray());
    FakeServedModel.Call a = decoupled.next();
    call.sendMessage(new byte[] {(byte) 0xff});
    call.sendMessage(new byte[] {(byte) 0xff});
    call.halfClose();
    a.awaitCancelled();
    a.fail(ErrorCode.CANCELLED, "cancelled");
    Status status = end.get(GrpcFixture.TIMEOUT_SECONDS, TimeUnit.SECONDS);
    assertEquals(Status.Code.INTERNAL, status.getCode());
    assertEquals("request message cannot be parsed", status.getDescription());
  }

  @Test
  void halfClose_waitsForRequestsInProgress() throws Exception {
    StreamClient client = open().send("decoupled", "a").send("single", "b");
    FakeServedModel.Call a = decoupled.next();
    FakeServedModel.Call b = single.next();
    client.halfClose();
    b.respond("2", true);
    client.expect("b", "2", true);
    a.respond("1", false);
    client.expect("a", "1", false);
    a.complete();
    assertEquals(Status.OK, client.end());
    assertFalse(a.isCancelled());
  }

  @Test
  void halfClose_withoutRequests_endsStream() throws Exception {
    StreamClient client = open();
    client.halfClose();
    assertEquals(Status.OK, client.end());
  }

  @Test
  void slowReader_noFurtherRequestIsReadUntilItCatchesUp() throws Exception {
    StreamClient client = StreamClient.open(grpc.async(), false);
    client.send("decoupled", "a");
    FakeServedModel.Call a = decoupled.next();
    String large = "x".repeat(1 << 20);
    for (int i = 0; i < 16; i++) {
      a.respond(large, false);
    }
    client.send("decoupled", "b");
    client.send("decoupled", "c");
    // On this connection and the one inference thread, this comes after the third request.
    single.script(call -> call.respond("after", true));
    grpc.blocking().modelInfer(GrpcFixture.request("single", ""));
    // One may have been asked for before there was anything to read, as soon as the first was read.
    FakeServedModel.Call b = decoupled.hasRequest() ? decoupled.next() : null;
    assertFalse(decoupled.hasRequest());

    client.readAll();
    for (int i = 0; i < 16; i++) {
      client.expect("a", large, false);
    }
    b = b == null ? decoupled.next() : b;
    assertEquals("b", b.request().id());
    FakeServedModel.Call c = decoupled.next();
    assertEquals("c", c.request().id());
    for (FakeServedModel.Call call : List.of(a, b, c)) {
      call.respond("end", true);
      client.expect(call.request().id(), "end", true);
    }
    client.halfClose();
    assertEquals(Status.OK, client.end());
  }

  @Test
  void slowReader_cancels_requestsAreCancelled() throws Exception {
    StreamClient client = StreamClient.open(grpc.async(), false);
    client.send("decoupled", "a");
    FakeServedModel.Call a = decoupled.next();
    for (int i = 0; i < 16; i++) {
      a.respond("x".repeat(1 << 20), false);
    }
    client.cancel();
    a.awaitCancelled();
    assertEquals(Status.Code.CANCELLED, client.end().getCode());
  }
}
