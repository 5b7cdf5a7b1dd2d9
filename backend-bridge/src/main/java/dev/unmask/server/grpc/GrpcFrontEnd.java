package dev.unmask.server.grpc;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import dev.unmask.server.FrontEnd;
import dev.unmask.server.InferenceServer;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.netty.channel.socket.nio.NioChannelOption;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The gRPC front end, on grpc-java over Netty. */
public final class GrpcFrontEnd implements FrontEnd {
  private static final Logger LOG = LoggerFactory.getLogger(GrpcFrontEnd.class);
  private static final long CLOSE_SECONDS = 5;

  private final GrpcOptions options;
  private final InferenceServer inferenceServer;
  private final Admission admission = new Admission();
  private GrpcThreads threads;
  private Server server;

  /**
   * @param options checked when it starts
   * @param server what it serves
   */
  public GrpcFrontEnd(GrpcOptions options, InferenceServer server) {
    this.options = options;
    this.inferenceServer = server;
  }

  @Override
  public String name() {
    return "GRPC";
  }

  @Override
  public synchronized void start() {
    if (threads != null) {
      throw new IllegalStateException("already started");
    }
    threads = new GrpcThreads(options.inferThreads());
    try {
      server = builder().build().start();
    } catch (IOException e) {
      close();
      throw unavailable(e);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private NettyServerBuilder builder() {
    InetSocketAddress address = new InetSocketAddress(options.address(), options.port());
    if (address.isUnresolved()) {
      throw new UnmaskException(
          ErrorCode.UNAVAILABLE, "--grpc-address=" + options.address() + " is an unknown host");
    }
    ResponseCompression compression = options.compression();
    NettyServerBuilder builder = secured(address);
    threads.apply(builder);
    options.connections().apply(builder);
    builder
        .maxInboundMessageSize(options.maxRequestBytes())
        .compressorRegistry(compression.registry())
        .addService(
            UnreadableMessages.guard(new InferenceService(inferenceServer, admission, compression)))
        .addService(UnreadableMessages.guard(new HealthService(inferenceServer, admission)))
        .intercept(options.restricted())
        // The last one is the first to see a call.
        .intercept(new CallInfoInterceptor());
    if (options.reflection()) {
      builder.addService(ProtoReflectionServiceV1.newInstance());
    }
    if (options.reusePort()) {
      builder.withOption(NioChannelOption.of(StandardSocketOptions.SO_REUSEPORT), true);
    }
    return builder;
  }

  private NettyServerBuilder secured(InetSocketAddress address) {
    ServerCredentials credentials = options.tls().credentials();
    try {
      return NettyServerBuilder.forAddress(address, credentials);
    } catch (IllegalArgumentException e) {
      throw options.tls().unusable(e);
    }
  }

  private UnmaskException unavailable(IOException e) {
    Throwable reason = e.getCause() == null ? e : e.getCause();
    return new UnmaskException(
        ErrorCode.UNAVAILABLE,
        "cannot listen on "
            + options.address()
            + ":"
            + options.port()
            + " (--grpc-address, --grpc-port): "
            + reason.getMessage(),
        e);
  }

  @Override
  public synchronized int port() {
    if (server == null) {
      throw new IllegalStateException("not started");
    }
    return server.getPort();
  }

  @Override
  public void drain() {
    admission.close();
  }

  @Override
  public synchronized void close() {
    admission.close();
    if (server != null) {
      server.shutdownNow();
      try {
        if (!server.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
          LOG.warn("connections of the gRPC server are open after {} s", CLOSE_SECONDS);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      server = null;
    }
    if (threads != null) {
      threads.close();
    }
  }
}
