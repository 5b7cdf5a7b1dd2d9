package dev.unmask.server.grpc;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** A client that speaks as much HTTP/2 as it takes to ping, and to be sent away. */
final class Http2Socket implements AutoCloseable {
  static final int NO_ERROR = 0;
  static final int ENHANCE_YOUR_CALM = 0xb;

  private static final int SETTINGS = 4;
  private static final int PING = 6;
  private static final int GOAWAY = 7;
  private static final int ACK = 1;

  private final Socket socket;
  private final DataInputStream in;
  private final DataOutputStream out;

  Http2Socket(int port) throws IOException {
    socket = new Socket("127.0.0.1", port);
    socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(GrpcFixture.TIMEOUT_SECONDS));
    in = new DataInputStream(socket.getInputStream());
    out = new DataOutputStream(socket.getOutputStream());
    out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    write(SETTINGS, new byte[0]);
  }

  void ping() throws IOException {
    write(PING, new byte[Long.BYTES]);
  }

  private void write(int type, byte[] payload) throws IOException {
    out.write(new byte[] {0, 0, (byte) payload.length, (byte) type, 0, 0, 0, 0, 0});
    out.write(payload);
    out.flush();
  }

  /** Reads until a ping is answered. */
  void awaitPong() throws IOException {
    while (true) {
      Frame frame = read();
      if (frame.type == GOAWAY) {
        throw new EOFException("sent away with code " + frame.errorCode());
      }
      if (frame.type == PING && frame.flags == ACK) {
        return;
      }
    }
  }

  /** Reads until the server sends the client away; returns why. */
  int awaitGoAway() throws IOException {
    while (true) {
      Frame frame = read();
      if (frame.type == GOAWAY) {
        return frame.errorCode();
      }
    }
  }

  private Frame read() throws IOException {
    int length = in.readUnsignedShort() << 8 | in.readUnsignedByte();
    int type = in.readUnsignedByte();
    int flags = in.readUnsignedByte();
    int stream = in.readInt();
    byte[] payload = new byte[length];
    in.readFully(payload);
    return new Frame(type, flags, stream, payload);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  private record Frame(int type, int flags, int stream, byte[] payload) {
    int errorCode() {
      return ByteBuffer.wrap(payload).getInt(Integer.BYTES);
    }
  }
}
