package dev.unmask.client.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.client.GenerateRequest;
import dev.unmask.client.GenerationEvent;
import dev.unmask.client.RetryPolicy;
import dev.unmask.client.UnmaskClient;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.reactivestreams.tck.TestEnvironment;
import org.reactivestreams.tck.flow.FlowPublisherVerification;
import org.testng.TestListenerAdapter;
import org.testng.TestNG;
import org.testng.annotations.AfterClass;
import org.testng.annotations.BeforeClass;

/** The publishers of either transport against the rules of Reactive Streams. */
class PublisherRulesTest {
  private static final int MOST = 500;

  /** The rules, over gRPC. */
  public static class OverGrpc extends Rules {
    private ScriptedGrpcServer server;

    @BeforeClass
    void start() throws IOException {
      server =
          new ScriptedGrpcServer(
              (request, responses) -> {
                int count = Integer.parseInt(request.getId());
                for (int i = 1; i < count; i++) {
                  responses.onNext(ScriptedGrpcServer.text("a", false));
                }
                responses.onNext(ScriptedGrpcServer.text("", true));
                responses.onCompleted();
              });
      client = UnmaskClient.connect(server.uri());
    }

    @AfterClass
    void stop() {
      client.close();
      server.close();
    }
  }

  /** The rules, over HTTP. */
  public static class OverHttp extends Rules {
    private ScriptedHttpServer server;

    @BeforeClass
    void start() throws IOException {
      server =
          new ScriptedHttpServer(
              (connection, request) -> {
                int count =
                    Integer.parseInt(request.replaceAll("(?s).*\"id\":\"([0-9]+)\".*", "$1"));
                connection.events();
                for (int i = 1; i < count; i++) {
                  connection.event("{\"text_output\":\"a\"}");
                }
                connection.event("{\"text_output\":\"\",\"finish_reason\":\"stop\"}");
                connection.endEvents();
              });
      client = UnmaskClient.connect(server.uri());
    }

    @AfterClass
    void stop() throws IOException {
      client.close();
      server.close();
    }
  }

  /** A generation of as many events as are asked for, the end included. */
  public abstract static class Rules extends FlowPublisherVerification<GenerationEvent> {
    UnmaskClient client;

    Rules() {
      super(new TestEnvironment(2_000, 50));
    }

    @Override
    public long maxElementsFromPublisher() {
      return MOST;
    }

    @Override
    public Flow.Publisher<GenerationEvent> createFlowPublisher(long elements) {
      GenerateRequest request =
          GenerateRequest.builder("m")
              .prompt("p")
              .requestId(Long.toString(Math.max(1, Math.min(MOST, elements))))
              .build();
      return client.publish(request);
    }

    @Override
    public Flow.Publisher<GenerationEvent> createFailedFlowPublisher() {
      return subscriber -> {
        UnmaskClient refused =
            UnmaskClient.builder().endpoints("grpc://localhost:1").retry(RetryPolicy.NONE).build();
        refused.close();
        refused.publish(GenerateRequest.of("m", "p")).subscribe(subscriber);
      };
    }
  }

  @Test
  @Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void rulesHold() throws InterruptedException {
    for (Class<?> rules : List.of(OverGrpc.class, OverHttp.class)) {
      TestListenerAdapter results = new TestListenerAdapter();
      TestNG runner = new TestNG(false);
      runner.setVerbose(0);
      runner.setTestClasses(new Class<?>[] {rules});
      runner.addListener(results);
      runner.run();
      assertEquals(
          List.of(),
          results.getFailedTests().stream()
              .map(test -> test.getName() + ": " + test.getThrowable())
              .toList());
      assertTrue(results.getPassedTests().size() > 20, "rules were checked");
    }
    Threads.assertNoneLeft();
  }
}
