package dev.unmask.bridge.engine.tensorrt;

import java.util.LinkedHashMap;
import java.util.Map;

/** Layouts of the runs seen lately, by shape. */
final class StagingLayouts {
  private static final int KEPT = 256;

  private final StagingLayout.Model model;
  private final Map<Size, StagingLayout> layouts =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Size, StagingLayout> eldest) {
          return size() > KEPT;
        }
      };

  private record Size(int batch, int query, int rows) {}

  StagingLayouts(StagingLayout.Model model) {
    this.model = model;
  }

  /** What the layouts depend on besides the run. */
  StagingLayout.Model model() {
    return model;
  }

  /** The layout of a run. */
  StagingLayout of(RunShape shape) {
    return layouts.computeIfAbsent(
        new Size(shape.batch(), shape.query(), shape.rows()),
        size -> new StagingLayout(model, size.batch(), size.query(), size.rows()));
  }
}
