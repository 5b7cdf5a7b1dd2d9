package dev.unmask.server;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;

/** Binds a port and writes down what happens to it. */
final class FakeFrontEnd implements FrontEnd {
  private final String name;
  private final int wanted;
  private final List<String> events;
  private ServerSocket socket;

  FakeFrontEnd(String name, int wanted, List<String> events) {
    this.name = name;
    this.wanted = wanted;
    this.events = events;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void start() {
    try {
      socket = new ServerSocket();
      socket.setReuseAddress(false);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), wanted));
      events.add("start " + name);
    } catch (IOException e) {
      throw new UnmaskException(ErrorCode.UNAVAILABLE, name + ": port " + wanted + " in use", e);
    }
  }

  @Override
  public int port() {
    return socket.getLocalPort();
  }

  @Override
  public void drain() {
    events.add("drain " + name);
  }

  @Override
  public void close() {
    events.add("close " + name);
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
