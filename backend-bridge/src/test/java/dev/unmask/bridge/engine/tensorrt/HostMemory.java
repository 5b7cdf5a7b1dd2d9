package dev.unmask.bridge.engine.tensorrt;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/** Allocated memory by address: what is not allocated, or freed twice, is an error. */
final class HostMemory {
  private final TreeMap<Long, Block> blocks = new TreeMap<>();

  private record Block(Pointer memory, long address, long bytes) {}

  /** Allocates memory whose contents are not zero, at a multiple of 256. */
  long allocate(long bytes) {
    Pointer memory = Pointer.malloc(bytes + KvLayout.ALIGNMENT);
    long address =
        (memory.address() + KvLayout.ALIGNMENT - 1) / KvLayout.ALIGNMENT * KvLayout.ALIGNMENT;
    // Not a number in every format: whoever reads what nobody wrote will notice.
    Pointer.memset(new Address(address), 0xff, bytes);
    blocks.put(address, new Block(memory, address, bytes));
    return address;
  }

  /** Frees what was allocated. */
  void free(long address) {
    Block block = blocks.remove(address);
    if (block == null) {
      throw new AssertionError("free of " + address + ", which is not allocated");
    }
    Pointer.free(block.memory());
  }

  /** The bytes {@code [address, address + bytes)}, which lie in one allocation. */
  ByteBuffer at(long address, long bytes) {
    check(address, bytes);
    return new BytePointer(new Address(address))
        .capacity(bytes)
        .asByteBuffer()
        .order(ByteOrder.nativeOrder());
  }

  /** Refuses a range that is not in one allocation. */
  void check(long address, long bytes) {
    Map.Entry<Long, Block> entry = blocks.floorEntry(address);
    if (bytes < 0
        || entry == null
        || address + bytes > entry.getValue().address() + entry.getValue().bytes()) {
      throw new AssertionError("[" + address + ", +" + bytes + ") is not allocated");
    }
  }

  /** Bytes that are allocated. */
  long liveBytes() {
    return blocks.values().stream().mapToLong(Block::bytes).sum();
  }
}
