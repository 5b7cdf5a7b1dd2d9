package dev.unmask.bridge.engine.ort;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import dev.unmask.bridge.engine.step.GraphNames;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Tensors over ranges of rows of a {@link KvCache}, kept until the cache's layout changes. The same
 * tensor is the graph's {@code past} input and its pinned {@code present} output, which makes the
 * graph write new keys and values where they belong and copy nothing.
 */
final class KvViews implements AutoCloseable {
  private static final int VIEWS = 64;

  private final OrtEnvironment environment;
  private final KvCache cache;
  private final Map<Long, View> views = new LinkedHashMap<>(16, 0.75f, true);
  private int generation;

  /**
   * Everything that a run over some rows feeds and fetches; the caller adds the small tensors.
   *
   * @param inputs by graph input
   * @param outputs pinned, by graph output
   * @param tensors the cache tensors among them, owned by the view
   */
  record View(
      Map<String, OnnxTensor> inputs, Map<String, OnnxValue> outputs, OnnxTensor[] tensors) {
    void close() {
      for (OnnxTensor tensor : tensors) {
        if (tensor != null) {
          tensor.close();
        }
      }
    }
  }

  KvViews(OrtEnvironment environment, KvCache cache) {
    this.environment = environment;
    this.cache = cache;
  }

  /** The view of the rows {@code [firstRow, endRow)}, borrowed until the next call. */
  View of(int firstRow, int endRow) throws OrtException {
    if (generation != cache.generation()) {
      close();
      generation = cache.generation();
    }
    Long key = (long) firstRow << 32 | endRow;
    View view = views.get(key);
    if (view == null) {
      view = create(firstRow, endRow);
      views.put(key, view);
      if (views.size() > VIEWS) {
        Iterator<View> eldest = views.values().iterator();
        eldest.next().close();
        eldest.remove();
      }
    }
    return view;
  }

  private View create(int firstRow, int endRow) throws OrtException {
    View view = new View(new HashMap<>(), new HashMap<>(), new OnnxTensor[cache.tensors()]);
    long[] shape = cache.shape(endRow - firstRow);
    long elements = shape[0] * shape[1] * shape[2] * shape[3];
    try {
      for (int i = 0; i < view.tensors.length; i++) {
        OnnxTensor tensor =
            Tensors.over(
                environment,
                cache.rows(i, firstRow, endRow),
                elements,
                shape,
                cache.geometry().elementType());
        view.tensors[i] = tensor;
        view.inputs.put(GraphNames.past(i), tensor);
        view.outputs.put(GraphNames.present(i), tensor);
      }
    } catch (OrtException e) {
      view.close();
      throw e;
    }
    return view;
  }

  /** Closes all views. Idempotent. */
  @Override
  public void close() {
    views.values().forEach(View::close);
    views.clear();
  }
}
