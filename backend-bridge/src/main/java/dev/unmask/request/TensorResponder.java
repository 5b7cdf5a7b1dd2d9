package dev.unmask.request;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns a generation into responses. Without streaming there is one, at the end. With it there is
 * one per delta that brings something wanted, and one per snapshot; the end is on the last response
 * where that has content, and told on its own otherwise. Confined to the thread that calls it, most
 * often the decode thread.
 */
final class TensorResponder implements GenerationObserver {
  private static final Logger LOG = LoggerFactory.getLogger(TensorResponder.class);

  /** A delta of tokens alone is worth a response where one of these is wanted. */
  private static final EnumSet<Output> PER_TOKEN = EnumSet.of(Output.LOGPROBS, Output.OUTPUT_IDS);

  private final EnumSet<Output> wanted;
  private final boolean stream;
  private final String echo;
  private final String requestId;
  private final ResponseObserver observer;
  private final boolean wantsTokens;
  private final boolean wantsEnd;

  /** Tokens that no response has counted yet. */
  private int newTokens;

  private boolean contentSent;

  TensorResponder(TensorRequest request, ResponseObserver observer) {
    this.wanted = request.outputs();
    this.stream = request.input().stream();
    this.echo = request.echo();
    this.requestId = request.input().requestId();
    this.observer = observer;
    this.wantsTokens = wanted.stream().anyMatch(PER_TOKEN::contains);
    this.wantsEnd = wanted.stream().anyMatch(Output::isLastOnly);
  }

  @Override
  public void onScheduled(long inputNanos) {
    observer.onScheduled(inputNanos);
  }

  @Override
  public void onDelta(GenerationDelta delta) {
    newTokens += delta.tokenIds().length;
    if (isWorthResponse(delta)) {
      send(Output.tensors(wanted, ResponseContent.of(delta, newTokens)), false);
      newTokens = 0;
      contentSent = true;
    }
  }

  @Override
  public void onSnapshot(BlockSnapshot snapshot) {
    if (wanted.contains(Output.BLOCK_SNAPSHOT)) {
      send(Output.tensors(wanted, ResponseContent.of(snapshot)), false);
    }
  }

  @Override
  public void onFinished(GenerationDelta rest, GenerationResult result) {
    newTokens += rest.tokenIds().length;
    List<Tensor> tensors;
    try {
      tensors =
          Output.tensors(wanted, ResponseContent.last(echo + rest.text(), rest, newTokens, result));
    } catch (RuntimeException | OutOfMemoryError e) {
      // Who calls takes this call for the end whatever comes of it.
      LOG.error("the last response to request {} cannot be made", requestId, e);
      String message = "response cannot be made: " + e.getClass().getSimpleName();
      observer.onError(new UnmaskException(ErrorCode.INTERNAL, message, e));
      return;
    }
    boolean counts = newTokens > 0 && wanted.contains(Output.NUM_OUTPUT_TOKENS);
    boolean worth = wantsEnd || counts || isWorthResponse(rest) || !contentSent;
    if (!stream || (worth && !tensors.isEmpty())) {
      send(tensors, true);
    } else {
      observer.onCompleted();
    }
  }

  @Override
  public void onError(UnmaskException error) {
    observer.onError(error);
  }

  private boolean isWorthResponse(GenerationDelta delta) {
    return (!delta.text().isEmpty() && wanted.contains(Output.TEXT_OUTPUT))
        || (delta.tokenIds().length > 0 && wantsTokens);
  }

  private void send(List<Tensor> tensors, boolean last) {
    observer.onResponse(new InferResponse(Map.of(), tensors), last);
  }
}
