package dev.unmask.server;

import dev.unmask.bridge.Telemetry;
import dev.unmask.model.LoadedModel;
import dev.unmask.model.ModelLoader;
import dev.unmask.model.ModelSource;
import dev.unmask.scheduler.UnmaskException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/** Loads {@link FakeModel}s, fails where it is told to, and waits where it is told to. */
final class FakeLoader implements ModelLoader {
  final List<FakeModel> loaded = new CopyOnWriteArrayList<>();
  final Set<String> failing = ConcurrentHashMap.newKeySet();
  final Map<String, CountDownLatch> held = new ConcurrentHashMap<>();
  final CountDownLatch begun = new CountDownLatch(1);

  @Override
  public LoadedModel load(ModelSource source, Telemetry telemetry) {
    begun.countDown();
    String key = source.name() + ":" + source.version();
    CountDownLatch latch = held.get(key);
    if (latch != null) {
      try {
        latch.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
    if (failing.contains(key)) {
      throw UnmaskException.invalid("graph of " + key + " is broken");
    }
    FakeModel model = new FakeModel(source);
    loaded.add(model);
    return model;
  }

  FakeModel last() {
    return loaded.get(loaded.size() - 1);
  }
}
