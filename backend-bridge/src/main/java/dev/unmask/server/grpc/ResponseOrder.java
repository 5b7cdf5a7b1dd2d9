package dev.unmask.server.grpc;

import dev.unmask.protocol.ModelStreamInferResponse;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Gives the responses of requests to models that are not decoupled in the order in which the
 * requests came, as Triton does. Not thread safe.
 */
final class ResponseOrder {
  private final Deque<StreamedRequest> waiting = new ArrayDeque<>();
  private final Map<StreamedRequest, ModelStreamInferResponse> answers = new HashMap<>();

  /** Keeps a place for a request. */
  void add(StreamedRequest request) {
    waiting.add(request);
  }

  /**
   * Takes a response.
   *
   * @param out is given it and those it held up; at once where its request has no place in the
   *     order
   */
  void take(
      StreamedRequest request,
      ModelStreamInferResponse response,
      Consumer<ModelStreamInferResponse> out) {
    if (!waiting.contains(request)) {
      out.accept(response);
      return;
    }
    answers.put(request, response);
    while (!waiting.isEmpty() && answers.containsKey(waiting.peek())) {
      out.accept(answers.remove(waiting.remove()));
    }
  }
}
