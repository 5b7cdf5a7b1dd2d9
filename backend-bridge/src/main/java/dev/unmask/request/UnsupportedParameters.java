package dev.unmask.request;

import dev.unmask.scheduler.UnmaskException;
import java.util.Collection;
import java.util.Map;
import java.util.Set;

/**
 * Parameters of other language model backends that this one does not have and whose effect a client
 * would miss in the answer. Values that ask for nothing pass, since some clients send all that they
 * know.
 */
final class UnsupportedParameters {
  /** Their names. */
  static final Set<String> NAMES =
      Set.of(
          "n",
          "best_of",
          "logit_bias",
          "lora_name",
          "use_beam_search",
          "guided_decoding",
          "structured_outputs",
          "include_stop_str_in_output");

  /** Numbers of answers: this backend gives one. */
  private static final Set<String> ANSWERS = Set.of("n", "best_of");

  private UnsupportedParameters() {}

  /**
   * Refuses values that ask for something.
   *
   * @throws UnmaskException INVALID_ARGUMENT naming the parameter
   */
  static void refuse(RequestValues values) {
    for (String name : NAMES) {
      Object value = values.get(name);
      if (value == null) {
        continue;
      }
      if (ANSWERS.contains(name)) {
        if (values.count(name, Integer.MAX_VALUE, 1) != 1) {
          throw UnmaskException.invalid(name + "=" + value + " is not supported, it must be 1");
        }
      } else if (!asksNothing(value)) {
        throw UnmaskException.invalid(name + "=" + value + " is not supported");
      }
    }
  }

  private static boolean asksNothing(Object value) {
    return value.equals(false)
        || value.equals("")
        || (value instanceof Collection<?> list && list.isEmpty())
        || (value instanceof Map<?, ?> map && map.isEmpty());
  }
}
