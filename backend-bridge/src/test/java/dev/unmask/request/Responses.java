package dev.unmask.request;

import dev.unmask.scheduler.UnmaskException;
import java.util.ArrayList;
import java.util.List;

/** Records the responses of one request. */
final class Responses implements ResponseObserver {
  final List<InferResponse> all = new ArrayList<>();

  /** How it ended: {@code last}, {@code completed}, an error's code and message; empty before. */
  String end = "";

  @Override
  public void onResponse(InferResponse response, boolean last) {
    requireOpen();
    all.add(response);
    end = last ? "last" : "";
  }

  @Override
  public void onCompleted() {
    requireOpen();
    end = "completed";
  }

  @Override
  public void onError(UnmaskException error) {
    requireOpen();
    end = error.code() + " " + error.getMessage();
  }

  private void requireOpen() {
    if (!end.isEmpty()) {
      throw new AssertionError("ended already: " + end);
    }
  }

  /** The names of a response's outputs. */
  List<String> names(int response) {
    return all.get(response).outputs().stream().map(Tensor::name).toList();
  }

  /** All tensors of one output, one per response that carries it. */
  List<Tensor> tensors(String name) {
    return all.stream()
        .flatMap(response -> response.outputs().stream())
        .filter(tensor -> tensor.name().equals(name))
        .toList();
  }

  /** The texts of an output, one per response that carries it. */
  List<String> texts(String name) {
    return tensors(name).stream().map(tensor -> tensor.text(0)).toList();
  }
}
