package dev.unmask.server.grpc;

import dev.unmask.server.ApiCategory;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallExecutorSupplier;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads of a server: one that accepts, some that read and write sockets, a fixed number for
 * inference calls, and as many as are needed for the others, so that a load that takes long holds
 * nothing up.
 */
final class GrpcThreads implements ServerCallExecutorSupplier, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GrpcThreads.class);
  private static final long CLOSE_SECONDS = 5;

  private final EventLoopGroup acceptor = eventLoops("grpc-accept", 1);
  private final EventLoopGroup sockets = eventLoops("grpc-io", 0);
  private final ExecutorService inference;
  private final ExecutorService control =
      Executors.newCachedThreadPool(new DefaultThreadFactory("grpc-control", true));

  /**
   * @param inferenceThreads how many read inference requests
   */
  GrpcThreads(int inferenceThreads) {
    inference =
        Executors.newFixedThreadPool(
            inferenceThreads, new DefaultThreadFactory("grpc-infer", true));
  }

  /**
   * @param count 0 for Netty's choice
   */
  private static EventLoopGroup eventLoops(String name, int count) {
    return new MultiThreadIoEventLoopGroup(
        count, new DefaultThreadFactory(name, true), NioIoHandler.newFactory());
  }

  /** Has a server use them. */
  void apply(NettyServerBuilder builder) {
    builder
        .channelType(NioServerSocketChannel.class)
        .bossEventLoopGroup(acceptor)
        .workerEventLoopGroup(sockets)
        .executor(control)
        .callExecutor(this);
  }

  @Override
  public <Q, R> Executor getExecutor(ServerCall<Q, R> call, Metadata metadata) {
    return CallCategories.of(call.getMethodDescriptor()) == ApiCategory.INFERENCE
        ? inference
        : control;
  }

  /**
   * Ends them, those that serve calls first, since they still hand over what they write. Waits a
   * few seconds for what they do.
   */
  @Override
  public void close() {
    inference.shutdown();
    control.shutdown();
    try {
      boolean ended = inference.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
      ended &= control.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
      Future<?> acceptorEnd = shutDown(acceptor);
      Future<?> socketsEnd = shutDown(sockets);
      ended &= acceptorEnd.await(CLOSE_SECONDS, TimeUnit.SECONDS);
      ended &= socketsEnd.await(CLOSE_SECONDS, TimeUnit.SECONDS);
      if (!ended) {
        LOG.warn("threads of the gRPC server still run after {} s", CLOSE_SECONDS);
      }
    } catch (InterruptedException e) {
      Future<?> unusedAcceptorEnd = shutDown(acceptor);
      Future<?> unusedSocketsEnd = shutDown(sockets);
      Thread.currentThread().interrupt();
    }
  }

  private static Future<?> shutDown(EventLoopGroup group) {
    return group.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS);
  }
}
