package dev.unmask.server;

import dev.unmask.protocol.ModelConfig;
import dev.unmask.protocol.ModelVersionPolicy;
import dev.unmask.scheduler.UnmaskException;
import java.util.List;
import java.util.NavigableSet;
import java.util.SortedSet;
import java.util.TreeSet;

/** Which of a model's versions its version policy serves. */
final class VersionChoice {
  private VersionChoice() {}

  /**
   * Applies a policy, the latest version only where there is none.
   *
   * @param available versions there are, ascending
   * @return at least one version, ascending
   * @throws UnmaskException INVALID_ARGUMENT where the policy leaves none
   */
  static List<Long> choose(String model, ModelConfig config, NavigableSet<Long> available) {
    ModelVersionPolicy policy = config.getVersionPolicy();
    SortedSet<Long> chosen =
        switch (policy.getPolicyChoiceCase()) {
          case ALL -> available;
          case SPECIFIC -> {
            SortedSet<Long> named = new TreeSet<>(policy.getSpecific().getVersionsList());
            named.retainAll(available);
            yield named;
          }
          case LATEST -> latest(available, policy.getLatest().getNumVersions());
          case POLICYCHOICE_NOT_SET -> latest(available, 1);
        };
    if (chosen.isEmpty()) {
      throw UnmaskException.invalid(
          "at least one version must be available under the version policy of model '"
              + model
              + "'");
    }
    return List.copyOf(chosen);
  }

  private static SortedSet<Long> latest(NavigableSet<Long> available, int count) {
    SortedSet<Long> result = new TreeSet<>();
    // An unset number counts as one, as in the interface's default.
    int wanted = Math.max(1, count);
    for (long version : available.descendingSet()) {
      if (result.size() < wanted) {
        result.add(version);
      }
    }
    return result;
  }
}
