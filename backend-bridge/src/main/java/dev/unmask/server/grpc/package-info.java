/**
 * The gRPC front end: {@code inference.GRPCInferenceService} and {@code grpc.health.v1.Health} over
 * {@link dev.unmask.server.InferenceServer}. Calls are read on gRPC's threads; responses are
 * written by the thread that has them, one at a time per call, and never block it.
 */
package dev.unmask.server.grpc;
