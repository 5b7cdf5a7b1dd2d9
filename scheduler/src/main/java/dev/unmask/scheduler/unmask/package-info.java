/**
 * Which token a masked position would take and which positions a denoising step commits. Pure
 * functions over a few numbers per position; called by the decoders on the thread that owns the
 * scheduler.
 */
package dev.unmask.scheduler.unmask;
