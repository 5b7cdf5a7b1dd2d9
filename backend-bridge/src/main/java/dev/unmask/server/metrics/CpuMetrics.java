package dev.unmask.server.metrics;

import com.sun.management.OperatingSystemMXBean;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/** Load and memory of the machine, or of the container where there is one. */
final class CpuMetrics {
  private final OperatingSystemMXBean system =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  List<MetricSnapshot> collect() {
    List<MetricSnapshot> result = new ArrayList<>();
    double load = system.getCpuLoad();
    if (load >= 0) {
      result.add(gauge("nv_cpu_utilization", "CPU utilization rate [0.0 - 1.0]", load));
    }
    long total = system.getTotalMemorySize();
    long used = total - system.getFreeMemorySize();
    result.add(gauge("nv_cpu_memory_total_bytes", "CPU total memory (RAM), in bytes", total));
    result.add(gauge("nv_cpu_memory_used_bytes", "CPU used memory (RAM), in bytes", used));
    return result;
  }

  private static GaugeSnapshot gauge(String name, String help, double value) {
    return GaugeSnapshot.builder()
        .name(name)
        .help(help)
        .dataPoint(GaugeDataPointSnapshot.builder().value(value).build())
        .build();
  }
}
