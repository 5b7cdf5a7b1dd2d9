/**
 * The scheduler: which sequences take part in a step, which positions are computed, and which
 * tokens are committed. Three verbs: {@code plan}, (the engine's) {@code run}, {@code apply}.
 *
 * <p>One thread, the decode thread, owns everything here; nothing is synchronised. The scheduler
 * logs nothing and has no dependencies.
 */
package dev.unmask.scheduler;
