package dev.unmask.server.grpc;

import dev.unmask.scheduler.UnmaskException;
import io.grpc.Codec;
import io.grpc.Compressor;
import io.grpc.CompressorRegistry;
import io.grpc.stub.ServerCallStreamObserver;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Locale;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/** How much work goes into making inference responses small. */
enum ResponseCompression {
  NONE(Deflater.NO_COMPRESSION),
  LOW(Deflater.BEST_SPEED),
  MEDIUM(6),
  HIGH(Deflater.BEST_COMPRESSION);

  private final int deflaterLevel;

  ResponseCompression(int deflaterLevel) {
    this.deflaterLevel = deflaterLevel;
  }

  /**
   * Parses a level.
   *
   * @throws UnmaskException INVALID_ARGUMENT for any other text
   */
  static ResponseCompression of(String name) {
    for (ResponseCompression level : values()) {
      if (level.name().toLowerCase(Locale.ROOT).equals(name)) {
        return level;
      }
    }
    throw UnmaskException.invalid(
        "--grpc-infer-response-compression-level="
            + name
            + " is none of none, low, medium and high");
  }

  /** The compressors of a server. */
  CompressorRegistry registry() {
    CompressorRegistry registry = CompressorRegistry.newEmptyInstance();
    registry.register(Codec.Identity.NONE);
    registry.register(new Gzip(deflaterLevel));
    return registry;
  }

  /** Has the responses of a call compressed, if its client can read that. */
  void apply(ServerCallStreamObserver<?> client) {
    if (this != NONE) {
      client.setCompression(Gzip.NAME);
    }
  }

  /** gzip at a level of choice; grpc-java's own has none. */
  private static final class Gzip implements Compressor {
    static final String NAME = "gzip";

    private final int level;

    Gzip(int level) {
      this.level = level;
    }

    @Override
    public String getMessageEncoding() {
      return NAME;
    }

    @Override
    public OutputStream compress(OutputStream out) throws IOException {
      return new LevelledGzipStream(out, level);
    }
  }

  private static final class LevelledGzipStream extends GZIPOutputStream {
    LevelledGzipStream(OutputStream out, int level) throws IOException {
      super(out);
      def.setLevel(level);
    }
  }
}
