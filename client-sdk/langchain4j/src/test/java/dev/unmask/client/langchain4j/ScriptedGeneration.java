package dev.unmask.client.langchain4j;

import dev.unmask.client.FinishReason;
import dev.unmask.client.GenerationEvent;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.stream.Stream;

/** Tells its subscriber some events and the end, on the subscriber's thread. */
final class ScriptedGeneration implements Flow.Publisher<GenerationEvent>, Flow.Subscription {
  private final List<GenerationEvent> events;
  private final Throwable error;
  private boolean cancelled;

  /**
   * @param error the end; null where it ends well
   * @param parts texts of deltas
   */
  ScriptedGeneration(Throwable error, String... parts) {
    Stream<GenerationEvent> deltas =
        Stream.of(parts).map(part -> new GenerationEvent.Delta(part, new int[0], List.of()));
    GenerationEvent end =
        new GenerationEvent.Finished(Results.of(String.join("", parts), FinishReason.STOP));
    this.events = Stream.concat(deltas, error == null ? Stream.of(end) : Stream.of()).toList();
    this.error = error;
  }

  boolean cancelled() {
    return cancelled;
  }

  @Override
  public void subscribe(Flow.Subscriber<? super GenerationEvent> subscriber) {
    subscriber.onSubscribe(this);
    for (GenerationEvent event : events) {
      if (cancelled) {
        return;
      }
      subscriber.onNext(event);
    }
    if (cancelled) {
      return;
    }
    if (error == null) {
      subscriber.onComplete();
    } else {
      subscriber.onError(error);
    }
  }

  @Override
  public void request(long n) {}

  @Override
  public void cancel() {
    cancelled = true;
  }
}
