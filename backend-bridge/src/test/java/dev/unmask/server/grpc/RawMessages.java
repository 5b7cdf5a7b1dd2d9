package dev.unmask.server.grpc;

import io.grpc.MethodDescriptor;
import java.io.ByteArrayInputStream;
import java.io.InputStream;

/** Sends bytes where a message is expected. */
final class RawMessages implements MethodDescriptor.Marshaller<byte[]> {
  private RawMessages() {}

  /** A call whose requests are bytes. */
  static <R> MethodDescriptor<byte[], R> of(MethodDescriptor<?, R> method) {
    return method.toBuilder(new RawMessages(), method.getResponseMarshaller()).build();
  }

  @Override
  public InputStream stream(byte[] value) {
    return new ByteArrayInputStream(value);
  }

  @Override
  public byte[] parse(InputStream stream) {
    throw new UnsupportedOperationException();
  }
}
