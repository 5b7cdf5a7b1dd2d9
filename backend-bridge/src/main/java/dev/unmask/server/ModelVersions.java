package dev.unmask.server;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The versions of one model and their states. Any thread; loads and unloads of the model come one
 * after the other.
 */
final class ModelVersions {
  private final String model;
  private final NavigableMap<Long, Slot> slots = new TreeMap<>();
  private String failure = "";

  /** A version: what serves it, and what is said of it. */
  private static final class Slot {
    private ModelState state = ModelState.LOADING;
    private String reason = "";
    private ReadyModel serving;
    private ReadyModel leaving;
  }

  ModelVersions(String model) {
    this.model = model;
  }

  /** Versions are being loaded; those that serve go on. */
  synchronized void loading(List<Long> versions) {
    failure = "";
    for (long version : versions) {
      Slot slot = slots.computeIfAbsent(version, number -> new Slot());
      if (slot.serving == null) {
        slot.state = ModelState.LOADING;
        slot.reason = "";
      }
    }
  }

  /**
   * Loading failed; what serves goes on.
   *
   * @param versions those that were being loaded; empty where it did not come to that
   */
  synchronized void failed(List<Long> versions, String reason) {
    failure = versions.isEmpty() && allServing().isEmpty() ? reason : "";
    for (long version : versions) {
      Slot slot = slots.get(version);
      if (slot.serving == null) {
        slot.state = ModelState.UNAVAILABLE;
        slot.reason = reason;
      }
    }
  }

  /**
   * Serves these and nothing else from now on.
   *
   * @return what served until now; each is to be retired
   */
  synchronized List<ReadyModel> serve(List<ReadyModel> models) {
    List<ReadyModel> replaced = unload();
    for (ReadyModel next : models) {
      Slot slot = slots.computeIfAbsent(next.versionNumber(), number -> new Slot());
      slot.serving = next;
      slot.leaving = null;
      slot.state = ModelState.READY;
      slot.reason = "";
    }
    return replaced;
  }

  /**
   * Serves nothing from now on.
   *
   * @return what served until now; each is to be retired
   */
  synchronized List<ReadyModel> unload() {
    failure = "";
    List<ReadyModel> result = new ArrayList<>();
    for (Slot slot : slots.values()) {
      if (slot.serving != null) {
        result.add(slot.serving);
        slot.leaving = slot.serving;
        slot.serving = null;
        slot.state = ModelState.UNLOADING;
      } else if (slot.state == ModelState.UNAVAILABLE) {
        slot.reason = VersionStatus.UNLOADED;
      }
    }
    return result;
  }

  /** A retired model is out of memory. */
  synchronized void unloaded(ReadyModel old) {
    Slot slot = slots.get(old.versionNumber());
    if (slot != null && slot.leaving == old) {
      slot.leaving = null;
      slot.state = ModelState.UNAVAILABLE;
      slot.reason = VersionStatus.UNLOADED;
    }
  }

  /**
   * What serves a version.
   *
   * @param version a number, or -1 for the newest that serves
   * @throws UnmaskException NOT_FOUND for an unknown version or where none serves, UNAVAILABLE for
   *     one that does not
   */
  synchronized ReadyModel serving(long version) {
    String asked = "Request for unknown model: '" + model + "'";
    if (version < 0) {
      for (Slot slot : slots.descendingMap().values()) {
        if (slot.serving != null) {
          return slot.serving;
        }
      }
      throw new UnmaskException(ErrorCode.NOT_FOUND, asked + " has no available versions");
    }
    Slot slot = slots.get(version);
    if (slot == null) {
      throw new UnmaskException(
          ErrorCode.NOT_FOUND, asked + " version " + version + " is not found");
    }
    if (slot.serving == null) {
      throw new UnmaskException(
          ErrorCode.UNAVAILABLE, asked + " version " + version + " is not at ready state");
    }
    return slot.serving;
  }

  /** All that serve, ascending by version. */
  synchronized List<ReadyModel> allServing() {
    List<ReadyModel> result = new ArrayList<>();
    for (Slot slot : slots.values()) {
      if (slot.serving != null) {
        result.add(slot.serving);
      }
    }
    return result;
  }

  /** What the index says of each version. */
  synchronized List<VersionStatus> status() {
    List<VersionStatus> result = new ArrayList<>();
    slots.forEach(
        (version, slot) ->
            result.add(new VersionStatus(model, Long.toString(version), slot.state, slot.reason)));
    if (!failure.isEmpty()) {
      result.add(new VersionStatus(model, "", ModelState.UNAVAILABLE, failure));
    }
    return result;
  }
}
