package dev.unmask.server.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.unmask.protocol.GRPCInferenceServiceGrpc;
import dev.unmask.protocol.InferParameter;
import dev.unmask.protocol.ModelInferRequest;
import dev.unmask.protocol.ModelInferRequest.InferInputTensor;
import dev.unmask.protocol.ModelInferResponse;
import dev.unmask.request.InferRequest;
import dev.unmask.request.InferResponse;
import dev.unmask.request.Tensor;
import dev.unmask.scheduler.ErrorCode;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ModelInferTest {
  private GrpcFixture grpc;

  @BeforeEach
  void start() {
    grpc = GrpcFixture.start();
  }

  @AfterEach
  void stop() {
    grpc.close();
  }

  private Future<ModelInferResponse> send(ModelInferRequest request) {
    return GRPCInferenceServiceGrpc.newFutureStub(grpc.channel).modelInfer(request);
  }

  private static ModelInferResponse get(Future<ModelInferResponse> future) throws Exception {
    return future.get(GrpcFixture.TIMEOUT_SECONDS, TimeUnit.SECONDS);
  }

  private static void assertFails(
      Status.Code code, String message, Future<ModelInferResponse> future) {
    ExecutionException e = assertThrows(ExecutionException.class, () -> get(future));
    Status status = Status.fromThrowable(e);
    assertEquals(code, status.getCode(), status::toString);
    assertEquals(message, status.getDescription());
  }

  @Test
  void request_reachesModelAsItWasSent() throws Exception {
    ModelInferRequest message =
        GrpcFixture.request("single", "q").toBuilder()
            .addInputs(
                InferInputTensor.newBuilder().setName("input_ids").setDatatype("INT32").addShape(2))
            .addRawInputContents(ByteString.copyFrom(new byte[] {1, 0, 0, 0, 2, 0, 0, 0}))
            .addOutputs(
                ModelInferRequest.InferRequestedOutputTensor.newBuilder().setName("text_output"))
            .putParameters("timeout", InferParameter.newBuilder().setInt64Param(5).build())
            .build();
    long before = System.nanoTime();
    Future<ModelInferResponse> response = send(message);
    FakeServedModel.Call call = grpc.server.single.next();
    InferRequest request = call.request();
    assertEquals("q", request.id());
    assertEquals(Map.of("timeout", 5L), request.parameters());
    assertEquals(Set.of("text_output"), request.requestedOutputs());
    assertEquals("input_ids INT32[2]", request.inputs().get(0).toString());
    assertEquals(2, request.inputs().get(0).integer(1));
    assertTrue(request.arrivalNanos() - before >= 0);
    assertTrue(System.nanoTime() - request.arrivalNanos() >= 0);
    call.respond("a", true);
    assertEquals("a", StreamClient.text(get(response)));
  }

  @Test
  void response_carriesIdModelParametersAndRawOutputs() throws Exception {
    Future<ModelInferResponse> future = send(GrpcFixture.request("single", "q"));
    grpc.server
        .single
        .next()
        .observer()
        .onResponse(
            new InferResponse(
                Map.of("b", true, "l", 7L, "d", 0.5, "s", "x"),
                List.of(Tensor.ofStrings("t", "é"), Tensor.ofInts("n", 1, -1))),
            true);
    ModelInferResponse response = get(future);
    assertEquals("single", response.getModelName());
    assertEquals("3", response.getModelVersion());
    assertEquals("q", response.getId());
    assertEquals(
        Map.of(
            "b", InferParameter.newBuilder().setBoolParam(true).build(),
            "l", InferParameter.newBuilder().setInt64Param(7).build(),
            "d", InferParameter.newBuilder().setDoubleParam(0.5).build(),
            "s", InferParameter.newBuilder().setStringParam("x").build()),
        response.getParametersMap());
    assertEquals("BYTES", response.getOutputs(0).getDatatype());
    assertEquals("INT32", response.getOutputs(1).getDatatype());
    assertEquals(List.of(2L), response.getOutputs(1).getShapeList());
    assertEquals(
        List.of(
            ByteString.copyFrom(new byte[] {2, 0, 0, 0, (byte) 0xc3, (byte) 0xa9}),
            ByteString.copyFrom(new byte[] {1, 0, 0, 0, -1, -1, -1, -1})),
        response.getRawOutputContentsList());
  }

  @Test
  void response_thenCompleted_isTheAnswer() throws Exception {
    Future<ModelInferResponse> response = send(GrpcFixture.request("single", ""));
    FakeServedModel.Call call = grpc.server.single.next();
    call.respond("a", false);
    call.complete();
    assertEquals("a", StreamClient.text(get(response)));
  }

  @Test
  void response_beforeInferReturns_isTheAnswer() throws Exception {
    grpc.server.single.script(call -> call.respond("a", true));
    assertEquals("a", StreamClient.text(get(send(GrpcFixture.request("single", "")))));
  }

  @Test
  void decoupledModel_isUnimplemented() {
    assertFails(
        Status.Code.UNIMPLEMENTED,
        "ModelInfer RPC doesn't support models with decoupled transaction policy",
        send(GrpcFixture.request("decoupled", "")));
  }

  @Test
  void secondResponse_isInternalErrorAndCancels() throws Exception {
    Future<ModelInferResponse> response = send(GrpcFixture.request("single", ""));
    FakeServedModel.Call call = grpc.server.single.next();
    call.respond("a", false);
    call.respond("b", true);
    call.awaitCancelled();
    call.fail(ErrorCode.CANCELLED, "cancelled");
    assertFails(
        Status.Code.INTERNAL,
        "model 'single' is not decoupled but gave more than one response to a request",
        response);
  }

  @Test
  void noResponse_isInternalError() throws Exception {
    Future<ModelInferResponse> response = send(GrpcFixture.request("single", ""));
    grpc.server.single.next().complete();
    assertFails(
        Status.Code.INTERNAL,
        "model 'single' is not decoupled but gave no response to a request",
        response);
  }

  @Test
  void failure_hasTheStatusOfItsCode() throws Exception {
    Map<ErrorCode, Status.Code> codes =
        Map.of(
            ErrorCode.INVALID_ARGUMENT, Status.Code.INVALID_ARGUMENT,
            ErrorCode.NOT_FOUND, Status.Code.NOT_FOUND,
            ErrorCode.ALREADY_EXISTS, Status.Code.ALREADY_EXISTS,
            ErrorCode.UNSUPPORTED, Status.Code.UNIMPLEMENTED,
            ErrorCode.UNAVAILABLE, Status.Code.UNAVAILABLE,
            ErrorCode.CANCELLED, Status.Code.CANCELLED,
            ErrorCode.INTERNAL, Status.Code.INTERNAL);
    assertEquals(ErrorCode.values().length, codes.size());
    for (Map.Entry<ErrorCode, Status.Code> entry : codes.entrySet()) {
      Future<ModelInferResponse> response = send(GrpcFixture.request("single", ""));
      grpc.server.single.next().fail(entry.getKey(), "because " + entry.getKey());
      assertFails(entry.getValue(), "because " + entry.getKey(), response);
    }
  }

  @Test
  void unknownModel_isNotFound() {
    assertFails(
        Status.Code.NOT_FOUND,
        "Request for unknown model: 'nope' is not found",
        send(GrpcFixture.request("nope", "")));
  }

  @Test
  void unreadableRequest_isInvalidArgumentAndReachesNoModel() {
    ModelInferRequest request =
        GrpcFixture.request("single", "").toBuilder()
            .putParameters("x", InferParameter.getDefaultInstance())
            .build();
    assertFails(
        Status.Code.INVALID_ARGUMENT,
        "invalid value type for 'x' parameter, expected int64_param, uint64_param, bool_param,"
            + " double_param, or string_param.",
        send(request));
    assertFalse(grpc.server.single.hasRequest());
  }

  @Test
  void brokenMessage_failsCallAndServerGoesOn() throws Exception {
    MethodDescriptor<byte[], ModelInferResponse> method =
        RawMessages.of(GRPCInferenceServiceGrpc.getModelInferMethod());
    Status status =
        assertThrows(
                StatusRuntimeException.class,
                () ->
                    ClientCalls.blockingUnaryCall(
                        grpc.channel,
                        method,
                        grpc.blocking().getCallOptions(),
                        new byte[] {(byte) 0xff, (byte) 0xff}))
            .getStatus();
    assertEquals(Status.Code.INTERNAL, status.getCode(), status::toString);
    assertEquals("request message cannot be parsed", status.getDescription());
    grpc.server.single.script(call -> call.respond("a", true));
    assertEquals("a", StreamClient.text(get(send(GrpcFixture.request("single", "")))));
  }

  @Test
  void clientCancels_requestIsCancelled() throws Exception {
    Future<ModelInferResponse> response = send(GrpcFixture.request("single", ""));
    FakeServedModel.Call call = grpc.server.single.next();
    assertTrue(response.cancel(true));
    call.awaitCancelled();
    call.fail(ErrorCode.CANCELLED, "cancelled");
  }

  @Test
  void deadlinePasses_requestIsCancelled() throws Exception {
    Future<ModelInferResponse> response =
        GRPCInferenceServiceGrpc.newFutureStub(grpc.channel)
            .withDeadlineAfter(2, TimeUnit.SECONDS)
            .modelInfer(GrpcFixture.request("single", ""));
    FakeServedModel.Call call = grpc.server.single.next();
    call.awaitCancelled();
    call.respond("too late", true);
    ExecutionException e = assertThrows(ExecutionException.class, () -> get(response));
    assertEquals(Status.Code.DEADLINE_EXCEEDED, Status.fromThrowable(e).getCode());
  }

  @Test
  void connectionEnds_requestIsCancelled() throws Exception {
    Future<ModelInferResponse> response = send(GrpcFixture.request("single", ""));
    FakeServedModel.Call call = grpc.server.single.next();
    grpc.channel.shutdownNow();
    call.awaitCancelled();
    assertThrows(ExecutionException.class, () -> get(response));
  }

  @Test
  void longMessage_isCutToWhatClientsTake() {
    String name = "é".repeat(20_000);
    ExecutionException e =
        assertThrows(
            ExecutionException.class,
            () ->
                get(
                    send(
                        GrpcFixture.request("single", "").toBuilder().setModelName(name).build())));
    Status status = Status.fromThrowable(e);
    assertEquals(Status.Code.NOT_FOUND, status.getCode(), status::toString);
    assertTrue(status.getDescription().startsWith("Request for unknown model: 'éé"));
  }
}
