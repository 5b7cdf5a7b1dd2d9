/**
 * The request layer: what the inputs of a served model mean, how they are checked, and how a
 * generation becomes responses. The same for the embedded server and for Triton; edges turn their
 * protocol into {@link dev.unmask.request.InferRequest} and back. No transport is known here.
 */
package dev.unmask.request;
