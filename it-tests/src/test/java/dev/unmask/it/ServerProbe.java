package dev.unmask.it;

import com.sun.management.UnixOperatingSystemMXBean;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import dev.unmask.load.MetricsText;
import dev.unmask.load.ServerProcess;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.management.MBeanServerConnection;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/** Looks at the memory, threads and descriptors of a server process. */
final class ServerProbe implements AutoCloseable {
  private static final double MIB = 1 << 20;

  private final ServerProcess server;
  private final JMXConnector connector;
  private final MemoryMXBean memory;
  private final BufferPoolMXBean direct;
  private final ThreadMXBean threads;
  private final UnixOperatingSystemMXBean system;

  // The address comes from the process that was started here.
  @SuppressWarnings("BanJNDI")
  ServerProbe(ServerProcess server) throws IOException, AttachNotSupportedException {
    this.server = server;
    VirtualMachine machine = VirtualMachine.attach(Long.toString(server.pid()));
    try {
      connector =
          JMXConnectorFactory.connect(new JMXServiceURL(machine.startLocalManagementAgent()));
    } finally {
      machine.detach();
    }
    MBeanServerConnection beans = connector.getMBeanServerConnection();
    memory = ManagementFactory.getPlatformMXBean(beans, MemoryMXBean.class);
    threads = ManagementFactory.getPlatformMXBean(beans, ThreadMXBean.class);
    system = ManagementFactory.getPlatformMXBean(beans, UnixOperatingSystemMXBean.class);
    direct =
        ManagementFactory.getPlatformMXBeans(beans, BufferPoolMXBean.class).stream()
            .filter(pool -> pool.getName().equals("direct"))
            .findFirst()
            .orElseThrow();
  }

  /**
   * The process at one moment.
   *
   * @param heapMib heap in use after a collection
   * @param directMib direct buffers: KV caches, the engine's inputs and outputs, Netty's
   * @param residentMib memory of the process in all
   * @param descriptors open files and sockets
   * @param kvBlocks KV blocks in use by sequences: kept entries are not counted
   * @param keptBlocks KV blocks of kept entries
   * @param sequences sequences that run, wait or are pending
   */
  record Sample(
      double heapMib,
      double directMib,
      double residentMib,
      int threads,
      long descriptors,
      long kvBlocks,
      long keptBlocks,
      long sequences) {}

  Sample sample() throws IOException {
    memory.gc();
    MetricsText metrics = server.metrics();
    long kept = (long) metrics.sum("unmask_kv_cache_kept_blocks");
    long used =
        (long) metrics.sum("nv_trt_llm_kv_cache_block_metrics", "kv_cache_block_type=\"used\"");
    double sequences =
        metrics.sum("unmask_requests") + metrics.sum("nv_inference_pending_request_count");
    return new Sample(
        memory.getHeapMemoryUsage().getUsed() / MIB,
        direct.getMemoryUsed() / MIB,
        residentMib(),
        threads.getThreadCount(),
        system.getOpenFileDescriptorCount(),
        used - kept,
        kept,
        (long) sequences);
  }

  private double residentMib() throws IOException {
    return Files.readAllLines(Path.of("/proc", Long.toString(server.pid()), "status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) / 1024)
        .findFirst()
        .orElse(0);
  }

  @Override
  public void close() throws IOException {
    connector.close();
  }
}
