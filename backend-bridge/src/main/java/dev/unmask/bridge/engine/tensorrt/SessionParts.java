package dev.unmask.bridge.engine.tensorrt;

import dev.unmask.bridge.engine.EngineCapabilities;

/**
 * What an open session is made of.
 *
 * @param model its name, for messages
 * @param vocabSize tokens are below it
 * @param stream on which everything is done
 * @param staging by turns
 * @param resources everything that is to be given back
 */
record SessionParts(
    String model,
    int vocabSize,
    DeviceRuntime device,
    long stream,
    EngineCapabilities capabilities,
    DeviceKvCache cache,
    RunShapes shapes,
    StagingLayouts layouts,
    PlanRunner runner,
    StagingSet[] staging,
    Resources resources) {}
