package dev.unmask.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Structure;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * Memory in use in this process at a quiet moment.
 *
 * @param heapBytes Java objects after a collection
 * @param directBytes direct buffers
 * @param mallocBytes what native code has allocated and not freed, in all of malloc's arenas,
 *     without what the virtual machine has where it is told to count that ({@code
 *     -XX:NativeMemoryTracking=summary}): its compilers take tens of megabytes and give them back
 *     when they please
 */
record ProcessMemory(long heapBytes, long directBytes, long mallocBytes) {
  /** The C library's accounts. */
  public interface Malloc extends Library {
    /** What {@code malloc} gave out. */
    Info.ByValue mallinfo2();
  }

  /** {@code struct mallinfo2}. */
  @Structure.FieldOrder({
    "arena",
    "ordblks",
    "smblks",
    "hblks",
    "hblkhd",
    "usmblks",
    "fsmblks",
    "uordblks",
    "fordblks",
    "keepcost"
  })
  public static class Info extends Structure {
    public long arena;
    public long ordblks;
    public long smblks;
    public long hblks;
    public long hblkhd;
    public long usmblks;
    public long fsmblks;
    public long uordblks;
    public long fordblks;
    public long keepcost;

    /** As it is returned. */
    public static final class ByValue extends Info implements Structure.ByValue {}
  }

  private static final Malloc C = Native.load("c", Malloc.class);
  private static final int COLLECTIONS = 3;

  /** In the virtual machine's summary; missing where it does not track. */
  private static final Pattern TRACKED = Pattern.compile("malloc: (\\d+) #");

  static ProcessMemory now() {
    for (int i = 0; i < COLLECTIONS; i++) {
      System.gc();
    }
    Info info = C.mallinfo2();
    long direct =
        ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .filter(pool -> pool.getName().equals("direct"))
            .mapToLong(BufferPoolMXBean::getMemoryUsed)
            .sum();
    return new ProcessMemory(
        ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(),
        direct,
        info.uordblks + info.hblkhd - virtualMachineBytes());
  }

  /** Whether the virtual machine tells what it has. */
  static boolean isTracked() {
    return virtualMachineBytes() > 0;
  }

  private static long virtualMachineBytes() {
    try {
      Object summary =
          ManagementFactory.getPlatformMBeanServer()
              .invoke(
                  new ObjectName("com.sun.management:type=DiagnosticCommand"),
                  "vmNativeMemory",
                  new Object[] {new String[] {"summary", "scale=b"}},
                  new String[] {String[].class.getName()});
      Matcher malloc = TRACKED.matcher(summary.toString());
      return malloc.find() ? Long.parseLong(malloc.group(1)) : 0;
    } catch (JMException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The least of each. */
  static ProcessMemory least(List<ProcessMemory> moments) {
    return new ProcessMemory(
        moments.stream().mapToLong(ProcessMemory::heapBytes).min().orElseThrow(),
        moments.stream().mapToLong(ProcessMemory::directBytes).min().orElseThrow(),
        moments.stream().mapToLong(ProcessMemory::mallocBytes).min().orElseThrow());
  }

  ProcessMemory minus(ProcessMemory before) {
    return new ProcessMemory(
        heapBytes - before.heapBytes,
        directBytes - before.directBytes,
        mallocBytes - before.mallocBytes);
  }

  /** Fails where any of them is more. */
  void assertBelow(long bytes) {
    assertTrue(
        heapBytes < bytes && directBytes < bytes && mallocBytes < bytes,
        () -> this + " is above " + bytes);
  }
}
