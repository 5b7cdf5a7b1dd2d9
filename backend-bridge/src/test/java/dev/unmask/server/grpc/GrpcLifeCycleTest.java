package dev.unmask.server.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.protocol.ModelReadyRequest;
import dev.unmask.protocol.ServerLiveRequest;
import dev.unmask.protocol.ServerReadyRequest;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class GrpcLifeCycleTest {
  private static final String DRAINING =
      "GRPC server is shutting down and has stopped accepting new requests";

  @Test
  void start_portZero_bindsFreePort() throws Exception {
    try (GrpcFixture grpc = GrpcFixture.start()) {
      assertNotEquals(0, grpc.frontEnd.port());
      assertEquals("GRPC", grpc.frontEnd.name());
      assertThrows(IllegalStateException.class, grpc.frontEnd::start);
    }
  }

  @Test
  void start_portInUse_isUnavailableAndNamesIt() throws Exception {
    try (GrpcFixture grpc = GrpcFixture.start()) {
      int port = grpc.frontEnd.port();
      GrpcFrontEnd second =
          new GrpcFrontEnd(GrpcFixture.options("--grpc-port=" + port), grpc.server);
      UnmaskException e = assertThrows(UnmaskException.class, second::start);
      assertEquals(ErrorCode.UNAVAILABLE, e.code());
      assertTrue(
          e.getMessage()
              .startsWith(
                  "cannot listen on 127.0.0.1:" + port + " (--grpc-address, --grpc-port): "),
          e.getMessage());
      assertFalse(e.getMessage().contains("\n"));
    }
  }

  @Test
  void start_reusedPort_bindsTwice() throws Exception {
    try (GrpcFixture grpc = GrpcFixture.start("--reuse-grpc-port=true")) {
      GrpcOptions options =
          GrpcFixture.options("--reuse-grpc-port", "--grpc-port=" + grpc.frontEnd.port());
      try (GrpcFrontEnd second = new GrpcFrontEnd(options, grpc.server)) {
        second.start();
        assertEquals(grpc.frontEnd.port(), second.port());
      }
    }
  }

  @Test
  void start_unknownHost_isUnavailable() {
    GrpcFrontEnd frontEnd =
        new GrpcFrontEnd(
            GrpcFixture.options("--grpc-address=no.such.host.invalid"), new FakeInferenceServer());
    UnmaskException e = assertThrows(UnmaskException.class, frontEnd::start);
    assertEquals(ErrorCode.UNAVAILABLE, e.code());
    assertEquals("--grpc-address=no.such.host.invalid is an unknown host", e.getMessage());
  }

  @Test
  void drain_refusesNewRequestsAndLetsThoseInProgressGoOn() throws Exception {
    try (GrpcFixture grpc = GrpcFixture.start()) {
      StreamClient client = StreamClient.open(grpc.async()).send("decoupled", "a");
      FakeServedModel.Call a = grpc.server.decoupled.next();

      grpc.frontEnd.drain();
      client.send("decoupled", "b");
      client.expectError("b", DRAINING);
      GrpcFixture.assertFails(
          Status.Code.UNAVAILABLE,
          DRAINING,
          () -> grpc.blocking().modelInfer(GrpcFixture.request("single", "")));
      a.respond("1", true);
      client.expect("a", "1", true);
      client.halfClose();
      assertEquals(Status.OK, client.end());
      assertFalse(grpc.server.decoupled.hasRequest());
    }
  }

  @Test
  void drain_healthSaysNotReadyButLive() throws Exception {
    try (GrpcFixture grpc = GrpcFixture.start()) {
      grpc.frontEnd.drain();
      assertEquals(
          ServingStatus.NOT_SERVING,
          HealthGrpc.newBlockingStub(grpc.channel)
              .withDeadlineAfter(GrpcFixture.TIMEOUT_SECONDS, TimeUnit.SECONDS)
              .check(HealthCheckRequest.getDefaultInstance())
              .getStatus());
      assertFalse(grpc.blocking().serverReady(ServerReadyRequest.getDefaultInstance()).getReady());
      assertFalse(
          grpc.blocking()
              .modelReady(ModelReadyRequest.newBuilder().setName("single").build())
              .getReady());
      assertTrue(grpc.blocking().serverLive(ServerLiveRequest.getDefaultInstance()).getLive());
    }
  }

  @Test
  void close_cancelsRequestsAndFreesPort() throws Exception {
    try (GrpcFixture grpc = GrpcFixture.start()) {
      StreamClient client = StreamClient.open(grpc.async()).send("decoupled", "a");
      FakeServedModel.Call a = grpc.server.decoupled.next();
      int port = grpc.frontEnd.port();
      grpc.frontEnd.close();
      a.awaitCancelled();
      assertFalse(client.end().isOk());
      grpc.frontEnd.close();
      try (GrpcFrontEnd next =
          new GrpcFrontEnd(GrpcFixture.options("--grpc-port=" + port), grpc.server)) {
        next.start();
        assertEquals(port, next.port());
      }
    }
  }

  @Test
  void close_notStarted_doesNothing() {
    new GrpcFrontEnd(GrpcFixture.options(), new FakeInferenceServer()).close();
  }
}
