package dev.unmask.repository;

import java.util.Iterator;
import java.util.List;

/** Writes {@code config.pbtxt}, complete, so that a server needs no auto-completion. */
public final class ConfigPbtxtWriter {
  /** Name under which Triton finds the backend. */
  public static final String BACKEND = "unmask";

  private ConfigPbtxtWriter() {}

  /** The text of a model's {@code config.pbtxt}. */
  public static String write(ModelManifest manifest) {
    StringBuilder text = new StringBuilder();
    text.append("name: \"").append(manifest.name()).append("\"\n");
    text.append("backend: \"").append(BACKEND).append("\"\n");
    text.append("max_batch_size: 0\n");
    text.append("model_transaction_policy {\n  decoupled: true\n}\n");
    tensors(text, "input", TensorSpecs.INPUTS);
    tensors(text, "output", TensorSpecs.OUTPUTS);
    parameter(text, "family", manifest.family());
    parameter(text, "attention", manifest.attention());
    parameter(text, "dtype", manifest.dtype());
    parameter(text, "max_context", Integer.toString(manifest.maxContext()));
    parameter(text, "algorithms", String.join(",", manifest.algorithms()));
    parameter(text, "default_algorithm", manifest.defaultAlgorithm());
    if (manifest.blockSize() != null) {
      parameter(text, "block_size", manifest.blockSize().toString());
    }
    return text.toString();
  }

  private static void tensors(StringBuilder text, String field, List<TensorSpec> specs) {
    text.append(field).append(" [\n");
    for (Iterator<TensorSpec> i = specs.iterator(); i.hasNext(); ) {
      TensorSpec spec = i.next();
      text.append("  {\n    name: \"").append(spec.name()).append("\"\n");
      text.append("    data_type: ").append(spec.configType()).append('\n');
      text.append("    dims: [ ").append(spec.dim()).append(" ]\n");
      if (spec.optional()) {
        text.append("    optional: true\n");
      }
      text.append(i.hasNext() ? "  },\n" : "  }\n");
    }
    text.append("]\n");
  }

  private static void parameter(StringBuilder text, String key, String value) {
    text.append("parameters {\n  key: \"")
        .append(key)
        .append("\"\n  value {\n    string_value: \"")
        .append(value)
        .append("\"\n  }\n}\n");
  }
}
