/**
 * The engine contract: what runs a step plan. The decode thread calls it; implementations live in
 * packages below this one.
 */
package dev.unmask.bridge.engine;
