package dev.unmask.load;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.util.concurrent.TimeUnit;

/** Makes clients of one server. gRPC clients share a channel. Any thread. */
public final class LoadClients implements AutoCloseable {
  private static final String HOST = "127.0.0.1";

  private final int httpPort;
  private final ManagedChannel channel;

  /** Opens no connection yet. */
  public LoadClients(ServerProcess server) {
    httpPort = server.httpPort();
    channel =
        NettyChannelBuilder.forAddress(HOST, server.grpcPort())
            .usePlaintext()
            .directExecutor()
            .build();
  }

  /** A new client. */
  public LoadClient open(LoadProtocol protocol) {
    return switch (protocol) {
      case GRPC -> new GrpcLoadClient(channel);
      case HTTP -> new SseLoadClient(HOST, httpPort);
    };
  }

  /** Closes the channel; an interrupt cuts the waiting for it short. */
  @Override
  public void close() {
    channel.shutdownNow();
    try {
      channel.awaitTermination(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
