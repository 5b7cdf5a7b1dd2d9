/**
 * What engines share: checking a step plan, where rows lie in the cache, how a step is split into
 * runs of the graph, and how plan and results are laid out in the graph's inputs and outputs. No
 * class here knows a runtime.
 */
package dev.unmask.bridge.engine.step;
