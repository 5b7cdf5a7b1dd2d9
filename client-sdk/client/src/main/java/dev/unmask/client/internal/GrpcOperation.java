package dev.unmask.client.internal;

import io.grpc.MethodDescriptor;

/**
 * An operation as a gRPC call with one request.
 *
 * @param method what is called
 * @param request its message
 * @param reader reads the responses of one attempt
 * @param <Q> request message
 * @param <S> response message
 * @param <R> what the consumer gets
 */
public record GrpcOperation<Q, S, R>(
    MethodDescriptor<Q, S> method, Q request, ResponseReader<S, R> reader) {}
