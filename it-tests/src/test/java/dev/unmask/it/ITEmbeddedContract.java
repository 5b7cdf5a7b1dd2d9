package dev.unmask.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.scheduler.ErrorCode;
import org.junit.jupiter.api.Test;

/** The behavioural contract on the embedded server, over gRPC. */
class ITEmbeddedContract extends ServingContract {
  @Override
  ServingTarget start() {
    return new EmbeddedTarget(EmbeddedServer.of(repository()).start());
  }

  /** The embedded server refuses where Triton lets requests wait in its own queue. */
  @Test
  void queueFull_isUnavailable() {
    Answer busy = Ask.endless(TIGHT).flag("stream_blocks").start(target());
    busy.awaitResponses(1);
    Answer first = Ask.prompt(TIGHT).start(target());
    Answer second = Ask.prompt(TIGHT).start(target());
    Poll.until("two wait", () -> target().scrape().requests(TIGHT, "waiting") == 2);
    String message = Ask.prompt(TIGHT).start(target()).failure(ErrorCode.UNAVAILABLE);
    assertTrue(message.contains("queue"), message);
    busy.cancel();
    busy.failure(ErrorCode.CANCELLED);
    first.ok();
    second.ok();
  }
}
