/**
 * KV memory as the scheduler counts it: the budget of blocks, and which requests' keys and values
 * are kept for later ones. Nothing here touches an engine; used by the decode thread alone.
 */
package dev.unmask.scheduler.kv;
