package dev.unmask.server;

import dev.unmask.request.InferRequest;
import dev.unmask.request.InferResponse;
import dev.unmask.request.ResponseObserver;
import dev.unmask.scheduler.UnmaskException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/** What a request was answered, in words. */
final class Answers implements ResponseObserver {
  final List<String> seen = new CopyOnWriteArrayList<>();

  static InferRequest request(String id) {
    return new InferRequest(id, Map.of(), List.of(), Set.of(), System.nanoTime());
  }

  @Override
  public void onResponse(InferResponse response, boolean last) {
    seen.add(last ? "last" : "response");
  }

  @Override
  public void onCompleted() {
    seen.add("completed");
  }

  @Override
  public void onError(UnmaskException error) {
    seen.add(error.code() + ": " + error.getMessage());
  }
}
