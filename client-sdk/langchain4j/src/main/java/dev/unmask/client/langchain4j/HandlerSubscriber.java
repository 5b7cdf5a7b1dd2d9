package dev.unmask.client.langchain4j;

import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.chat.response.StreamingHandle;
import dev.unmask.client.GenerateResult;
import dev.unmask.client.GenerationEvent;
import java.util.concurrent.Flow;

/**
 * Tells a handler what a generation brings. Signals come one at a time, {@code cancel} any time.
 */
final class HandlerSubscriber implements Flow.Subscriber<GenerationEvent>, StreamingHandle {
  private static final System.Logger LOG =
      System.getLogger(UnmaskStreamingChatModel.class.getName());

  private final StreamingChatResponseHandler handler;
  private final PartialResponseContext context = new PartialResponseContext(this);
  private Flow.Subscription subscription;
  private GenerateResult result;
  private volatile boolean cancelled;

  HandlerSubscriber(StreamingChatResponseHandler handler) {
    this.handler = handler;
  }

  @Override
  public void onSubscribe(Flow.Subscription started) {
    subscription = started;
    started.request(Long.MAX_VALUE);
  }

  @Override
  public void onNext(GenerationEvent event) {
    if (event instanceof GenerationEvent.Delta delta && !delta.text().isEmpty()) {
      tell(() -> handler.onPartialResponse(new PartialResponse(delta.text()), context));
    } else if (event instanceof GenerationEvent.Finished finished) {
      result = finished.result();
    }
  }

  @Override
  public void onComplete() {
    tell(() -> handler.onCompleteResponse(ChatResponses.of(result)));
  }

  @Override
  public void onError(Throwable error) {
    if (!cancelled) {
      tellError(ChatErrors.of(error));
    }
  }

  @Override
  public void cancel() {
    cancelled = true;
    subscription.cancel();
  }

  @Override
  public boolean isCancelled() {
    return cancelled;
  }

  private void tell(Runnable callback) {
    if (cancelled) {
      return;
    }
    try {
      callback.run();
    } catch (RuntimeException e) {
      tellError(e);
    }
  }

  private void tellError(Throwable error) {
    try {
      handler.onError(error);
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.WARNING, "a handler's onError failed", e);
    }
  }
}
