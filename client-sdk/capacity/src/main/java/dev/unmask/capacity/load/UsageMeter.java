package dev.unmask.capacity.load;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.HashMap;
import java.util.Map;

/** Measures what this process uses from a moment on. */
final class UsageMeter {
  private static final OperatingSystemMXBean SYSTEM =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final long startNanos = System.nanoTime();
  private final long cpuNanos = SYSTEM.getProcessCpuTime();
  private final Map<Long, Long> threadNanos = new HashMap<>();

  UsageMeter() {
    for (long id : THREADS.getAllThreadIds()) {
      threadNanos.put(id, THREADS.getThreadCpuTime(id));
    }
  }

  /**
   * What was used since.
   *
   * @param lateMillis how late requests were sent
   */
  DriverUsage stop(double lateMillis) {
    double elapsed = Math.max(1, System.nanoTime() - startNanos);
    double busiest = 0;
    long own = SYSTEM.getProcessCpuTime() - cpuNanos;
    for (long id : THREADS.getAllThreadIds()) {
      long used = THREADS.getThreadCpuTime(id) - threadNanos.getOrDefault(id, 0L);
      ThreadInfo info = THREADS.getThreadInfo(id);
      if (info == null || used < 0) {
        continue;
      }
      if (isModel(info.getThreadName())) {
        own -= used;
      } else {
        busiest = Math.max(busiest, used / elapsed);
      }
    }
    return new DriverUsage(
        Math.max(0, own) / elapsed / SYSTEM.getAvailableProcessors(), busiest, lateMillis);
  }

  /** Threads of a model in this process, which are what is measured. */
  private static boolean isModel(String name) {
    return name.startsWith("decode-") || name.startsWith("lane-") || name.startsWith("encode");
  }
}
