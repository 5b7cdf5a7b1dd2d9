package dev.unmask.bridge.engine.ort;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Direct memory in native byte order, aligned to a cache line and freed when told rather than when
 * collected. Nothing may use {@link #bytes()} or a view of it after {@link #close()}.
 */
final class NativeBuffer implements AutoCloseable {
  /** Largest size of one buffer, in bytes. */
  static final long MAX_BYTES = Integer.MAX_VALUE - 128L;

  private static final int ALIGNMENT = 64;

  /** Bytes that a buffer takes besides its contents. */
  static final int PADDING = 2 * ALIGNMENT;

  private static final Object UNSAFE;
  private static final Method INVOKE_CLEANER;

  static {
    try {
      Class<?> type = Class.forName("sun.misc.Unsafe");
      Field field = type.getDeclaredField("theUnsafe");
      field.setAccessible(true);
      UNSAFE = field.get(null);
      INVOKE_CLEANER = type.getMethod("invokeCleaner", ByteBuffer.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private static final AtomicLong LIVE_BYTES = new AtomicLong();

  private ByteBuffer owner;
  private ByteBuffer bytes;

  private NativeBuffer(ByteBuffer owner) {
    this.owner = owner;
    this.bytes = owner.alignedSlice(ALIGNMENT).order(ByteOrder.nativeOrder());
    LIVE_BYTES.addAndGet(owner.capacity());
  }

  /**
   * Allocates zeroed memory.
   *
   * @param size bytes wanted; the buffer may hold a few more
   * @param purpose what for, named in the error
   * @throws UnmaskException UNAVAILABLE where there is no such memory
   */
  static NativeBuffer allocate(long size, String purpose) {
    if (size > MAX_BYTES) {
      throw new UnmaskException(
          ErrorCode.UNSUPPORTED, purpose + ": " + size + " bytes, one buffer holds " + MAX_BYTES);
    }
    try {
      return new NativeBuffer(ByteBuffer.allocateDirect((int) size + PADDING));
    } catch (OutOfMemoryError e) {
      throw new UnmaskException(
          ErrorCode.UNAVAILABLE, purpose + ": " + size + " bytes: " + e.getMessage(), e);
    }
  }

  /** Bytes allocated by this class in this process and not freed yet. Any thread. */
  static long liveBytes() {
    return LIVE_BYTES.get();
  }

  /** The memory, from index 0 to its capacity. */
  ByteBuffer bytes() {
    return bytes;
  }

  /** Frees the memory. Idempotent. */
  @Override
  public void close() {
    ByteBuffer freed = owner;
    owner = null;
    bytes = null;
    if (freed != null) {
      LIVE_BYTES.addAndGet(-freed.capacity());
      try {
        INVOKE_CLEANER.invoke(UNSAFE, freed);
      } catch (IllegalAccessException | InvocationTargetException e) {
        throw new UnmaskException(ErrorCode.INTERNAL, "freeing a direct buffer: " + e, e);
      }
    }
  }
}
