package dev.unmask.bridge;

import dev.unmask.bridge.engine.EngineSession;
import dev.unmask.scheduler.ModelTraits;
import dev.unmask.scheduler.SchedulerConfig;

/** Decode workers by themselves. */
final class Workers {
  private Workers() {}

  /** Starts one; the engine is its own from now on. */
  static DecodeWorker start(
      String model,
      EngineSession engine,
      ModelTraits traits,
      SchedulerConfig config,
      Telemetry telemetry) {
    DecodeLoop loop = new DecodeLoop(engine, traits, config, telemetry);
    WaitingRoom waiting = new WaitingRoom(model, config.maxWaiting());
    DecodeWorker worker = new DecodeWorker(model, 0, engine, loop, waiting, telemetry, () -> {});
    worker.begin();
    return worker;
  }
}
