package dev.unmask.core;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/**
 * Marks needed symbol versions of an ELF64 library as weak, so that the dynamic linker loads it
 * where the library that should have them is too old. The symbols must come from elsewhere.
 */
final class VersionNeeds {
  private static final int SHT_GNU_VERNEED = 0x6ffffffe;
  private static final short VER_FLG_WEAK = 2;

  private final ByteBuffer elf;

  private VersionNeeds(byte[] content) {
    elf = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Copies a library, with the named versions weak. */
  static void weaken(Path from, Path to, Set<String> versions) throws IOException {
    byte[] content = Files.readAllBytes(from);
    new VersionNeeds(content).weaken(versions);
    Files.write(to, content);
  }

  private void weaken(Set<String> versions) {
    long sections = elf.getLong(0x28);
    int size = elf.getShort(0x3a);
    int count = elf.getShort(0x3c);
    for (int i = 0; i < count; i++) {
      int header = (int) sections + i * size;
      if (elf.getInt(header + 4) == SHT_GNU_VERNEED) {
        int names = (int) sections + elf.getInt(header + 40) * size;
        weaken((int) elf.getLong(header + 24), (int) elf.getLong(names + 24), versions);
      }
    }
  }

  /** Goes through the needed files from {@code need} on, and the versions needed of each. */
  private void weaken(int need, int names, Set<String> versions) {
    for (int at = need; ; at += elf.getInt(at + 12)) {
      int version = at + elf.getInt(at + 8);
      for (int i = 0; i < elf.getShort(at + 2); i++) {
        if (versions.contains(text(names + elf.getInt(version + 8)))) {
          elf.putShort(version + 4, (short) (elf.getShort(version + 4) | VER_FLG_WEAK));
        }
        version += elf.getInt(version + 12);
      }
      if (elf.getInt(at + 12) == 0) {
        return;
      }
    }
  }

  private String text(int at) {
    int end = at;
    while (elf.get(end) != 0) {
      end++;
    }
    return new String(elf.array(), at, end - at, StandardCharsets.UTF_8);
  }
}
