package dev.unmask.bridge.engine.ort;

import dev.unmask.bridge.engine.EngineContractTest;
import dev.unmask.bridge.engine.EngineOptions;
import dev.unmask.bridge.engine.EngineSession;
import dev.unmask.repository.ModelManifest;
import java.nio.file.Path;

class OrtEngineSessionTest extends EngineContractTest {
  @Override
  protected EngineSession open(
      Path versionDirectory, ModelManifest manifest, EngineOptions options) {
    return new OrtEngineProvider().open(versionDirectory, manifest, options);
  }
}
