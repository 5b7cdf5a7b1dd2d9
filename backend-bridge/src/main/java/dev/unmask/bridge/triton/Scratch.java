package dev.unmask.bridge.triton;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;

/**
 * Memory of one thread for the results and the texts of calls into Triton, so that calls allocate
 * nothing. What a call left there is to be read before the next call of the same thread.
 */
final class Scratch {
  /** Most dimensions of a tensor. */
  static final int MAX_DIMS = 8;

  private static final int LONGS = 2 * Long.BYTES;
  private static final int INTS = LONGS + 2 * Long.BYTES;
  private static final int BOOL = INTS + 4 * Integer.BYTES;
  private static final int SHAPE = BOOL + Long.BYTES;
  private static final int SIZE = SHAPE + MAX_DIMS * Long.BYTES;
  private static final int TEXT_BYTES = 256;

  private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

  private final BytePointer memory = new BytePointer(SIZE);
  private final ByteBuffer values = memory.asByteBuffer().order(ByteOrder.nativeOrder());

  /** Where calls put pointers. */
  final PointerPointer<Pointer> pointer = new PointerPointer<>(at(0));

  final PointerPointer<Pointer> secondPointer = new PointerPointer<>(at(Long.BYTES));

  /** Where calls put 64-bit numbers. */
  final LongPointer number = new LongPointer(at(LONGS));

  final LongPointer secondNumber = new LongPointer(at(LONGS + Long.BYTES));

  /** Where calls put 32-bit numbers. */
  final IntPointer count = new IntPointer(at(INTS));

  final IntPointer secondCount = new IntPointer(at(INTS + Integer.BYTES));
  final IntPointer thirdCount = new IntPointer(at(INTS + 2 * Integer.BYTES));

  /** Where calls put booleans. */
  final BoolPointer flag = new BoolPointer(at(BOOL));

  /** Where shapes are given to calls; see {@link #putShape}. */
  final LongPointer shape = new LongPointer(at(SHAPE));

  private BytePointer text = new BytePointer(TEXT_BYTES);

  private Scratch() {}

  /** That of the calling thread. */
  static Scratch get() {
    return OF_THREAD.get();
  }

  private Pointer at(int offset) {
    return new Handles.Address(memory.address() + offset);
  }

  long pointer() {
    return values.getLong(0);
  }

  long secondPointer() {
    return values.getLong(Long.BYTES);
  }

  long number() {
    return values.getLong(LONGS);
  }

  long secondNumber() {
    return values.getLong(LONGS + Long.BYTES);
  }

  int count() {
    return values.getInt(INTS);
  }

  int secondCount() {
    return values.getInt(INTS + Integer.BYTES);
  }

  int thirdCount() {
    return values.getInt(INTS + 2 * Integer.BYTES);
  }

  boolean flag() {
    return values.get(BOOL) != 0;
  }

  /** Says what memory a call is to use: {@link #count} gets the type, {@link #number} the id. */
  void putMemory(int type, long id) {
    values.putInt(INTS, type);
    values.putLong(LONGS, id);
  }

  /** Puts a shape of at most {@link #MAX_DIMS} dimensions where {@link #shape} points. */
  void putShape(long[] dims) {
    for (int i = 0; i < dims.length; i++) {
      values.putLong(SHAPE + i * Long.BYTES, dims[i]);
    }
  }

  /** A text as C has it, valid until the next call of this method. */
  BytePointer text(String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    if (bytes.length >= text.capacity()) {
      BytePointer longer = new BytePointer(Math.max(2 * text.capacity(), bytes.length + 1L));
      text.deallocate();
      text = longer;
    }
    text.position(0).put(bytes, 0, bytes.length);
    text.put(bytes.length, (byte) 0);
    return text;
  }

  /** A text of C's that ends with a zero; empty for none. */
  static String text(long address) {
    return address == 0
        ? ""
        : new BytePointer(new Handles.Address(address)).getString(StandardCharsets.UTF_8);
  }

  /** An element of an array of pointers. */
  static long pointerAt(long array, int index) {
    return view(array + (long) index * Long.BYTES, Long.BYTES)
        .order(ByteOrder.nativeOrder())
        .getLong(0);
  }

  /** A view of native memory, valid as long as that is. */
  static ByteBuffer view(long address, long size) {
    if (size == 0) {
      return ByteBuffer.allocate(0);
    }
    return new BytePointer(new Handles.Address(address)).capacity(size).asByteBuffer();
  }
}
