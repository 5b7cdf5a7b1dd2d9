package dev.unmask.server.http;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.InflaterInputStream;

/** Content codings of {@code infer}. Any thread. */
enum Compression {
  /** None. */
  IDENTITY("identity"),
  GZIP("gzip"),
  /** Deflate in the zlib format, as HTTP defines it. */
  DEFLATE("deflate");

  /** What a request may be coded in, for {@code Accept-Encoding}. */
  static final String ACCEPTED = "gzip, deflate";

  private final String id;

  Compression(String id) {
    this.id = id;
  }

  String id() {
    return id;
  }

  /**
   * The coding of a request's body; null for one that is not known.
   *
   * @param contentEncoding null for none
   */
  static Compression ofRequest(String contentEncoding) {
    if (contentEncoding == null || contentEncoding.isBlank()) {
      return IDENTITY;
    }
    return of(contentEncoding);
  }

  private static Compression of(String name) {
    String wanted = name.trim().toLowerCase(Locale.ROOT);
    for (Compression compression : values()) {
      if (compression.id.equals(wanted)) {
        return compression;
      }
    }
    return null;
  }

  /**
   * The coding that a client likes best; the first of several.
   *
   * @param acceptEncoding null for none
   */
  static Compression ofResponse(String acceptEncoding) {
    Compression best = IDENTITY;
    double bestWeight = 0;
    if (acceptEncoding != null) {
      for (String item : acceptEncoding.split(",", -1)) {
        int semicolon = item.indexOf(';');
        Compression offered = of(semicolon < 0 ? item : item.substring(0, semicolon));
        double weight = semicolon < 0 ? 1 : weight(item.substring(semicolon + 1));
        if (offered != null && weight > bestWeight) {
          best = offered;
          bestWeight = weight;
        }
      }
    }
    return best;
  }

  private static double weight(String parameter) {
    String text = parameter.trim();
    if (!text.startsWith("q=")) {
      return 0;
    }
    try {
      return Double.parseDouble(text.substring(2));
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  /**
   * Decompresses a body.
   *
   * @param limit bytes that it may have decompressed
   * @throws UnmaskException INVALID_ARGUMENT where it is too large or damaged
   */
  byte[] decompress(byte[] body, int limit) {
    if (this == IDENTITY) {
      return body;
    }
    try (InputStream in = open(body)) {
      byte[] content = in.readNBytes(limit);
      if (in.read() >= 0) {
        throw UnmaskException.invalid(
            "Request JSON size exceeds the maximum allowed value of "
                + limit
                + " bytes once decompressed. Use --http-max-input-size to increase the limit.");
      }
      return content;
    } catch (IOException e) {
      throw new UnmaskException(
          ErrorCode.INVALID_ARGUMENT, "request body is not valid " + id + " data", e);
    }
  }

  private InputStream open(byte[] body) throws IOException {
    ByteArrayInputStream in = new ByteArrayInputStream(body);
    return this == GZIP ? new GZIPInputStream(in) : new InflaterInputStream(in);
  }

  /** Compresses a body. */
  byte[] compress(byte[] content) {
    if (this == IDENTITY) {
      return content;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream(Math.max(64, content.length / 4));
    try (OutputStream coder =
        this == GZIP ? new GZIPOutputStream(out) : new DeflaterOutputStream(out)) {
      coder.write(content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }
}
