package dev.unmask.bridge.engine.tensorrt;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.javacpp.Pointer;

/**
 * A device in host memory. Work on a stream waits until somebody waits for it, as late as may be,
 * so that memory which is used too early shows; a graph is the list of what was put on the stream
 * while it was recorded. Device and host memory are kept apart, and every handle must be one that
 * was given out and not destroyed.
 */
final class HostDevice implements DeviceRuntime {
  private final HostMemory device = new HostMemory();
  private final HostMemory host = new HostMemory();
  private final long totalBytes;
  private final Map<Long, List<Runnable>> streams = new HashMap<>();
  private final Map<Long, List<Runnable>> graphs = new HashMap<>();
  private final Map<Long, List<Runnable>> executables = new HashMap<>();

  /** Work that was on the stream when an event was recorded, by event. */
  private final Map<Long, Long> events = new HashMap<>();

  private final Map<Long, Long> done = new HashMap<>();
  private final Map<Long, Long> eventStream = new HashMap<>();
  private final Set<Long> capturing = new HashSet<>();
  private long nextHandle = 1;
  private int launches;
  private boolean closed;

  HostDevice(long totalBytes) {
    this.totalBytes = totalBytes;
  }

  /** Graphs launched so far. */
  int launches() {
    return launches;
  }

  /** Handles and bytes that were not given back, in words. */
  String leaks() {
    return "device bytes "
        + device.liveBytes()
        + ", host bytes "
        + host.liveBytes()
        + ", streams "
        + streams.size()
        + ", events "
        + events.size()
        + ", graphs "
        + graphs.size()
        + ", executables "
        + executables.size();
  }

  /** Whether it was closed. */
  boolean closed() {
    return closed;
  }

  /** Device memory, for what runs on the device. */
  HostMemory deviceMemory() {
    return device;
  }

  /** Whether a stream is recorded. */
  boolean isCapturing(long stream) {
    return capturing.contains(stream);
  }

  /** Puts work on a stream, or into the graph that is recorded. */
  void put(long stream, Runnable work) {
    List<Runnable> queue = streams.get(stream);
    if (queue == null) {
      throw new AssertionError("stream " + stream + " does not exist");
    }
    queue.add(work);
  }

  @Override
  public String description() {
    return "host memory (compute capability 0.0)";
  }

  @Override
  public String computeCapability() {
    return "0.0";
  }

  @Override
  public void setDevice() {}

  @Override
  public long freeBytes() {
    return totalBytes - device.liveBytes();
  }

  @Override
  public long malloc(long bytes) {
    if (bytes > freeBytes()) {
      throw new DeviceException(
          "cudaMalloc of " + bytes + " bytes", "out of memory", DeviceException.Kind.OUT_OF_MEMORY);
    }
    return device.allocate(bytes);
  }

  @Override
  public void free(long address) {
    device.free(address);
  }

  @Override
  public long hostAlloc(long bytes) {
    return host.allocate(bytes);
  }

  @Override
  public void hostFree(long address) {
    host.free(address);
  }

  @Override
  public ByteBuffer view(long address, int bytes) {
    return host.at(address, bytes);
  }

  @Override
  public void clear(long address, long bytes, long stream) {
    put(
        stream,
        () -> {
          device.check(address, bytes);
          Pointer.memset(new Address(address), 0, bytes);
        });
  }

  @Override
  public void copyToDevice(long to, long from, long bytes, long stream) {
    put(stream, () -> copy(device, to, host, from, bytes));
  }

  @Override
  public void copyToHost(long to, long from, long bytes, long stream) {
    put(stream, () -> copy(host, to, device, from, bytes));
  }

  @Override
  public void copyWithin(long to, long from, long bytes, long stream) {
    if (Math.abs(to - from) < bytes) {
      throw new AssertionError("ranges of " + bytes + " at " + from + " and " + to + " overlap");
    }
    put(stream, () -> copy(device, to, device, from, bytes));
  }

  private static void copy(HostMemory target, long to, HostMemory source, long from, long bytes) {
    target.check(to, bytes);
    source.check(from, bytes);
    Pointer.memcpy(new Address(to), new Address(from), bytes);
  }

  @Override
  public void memcpy2d(
      long to,
      long toPitch,
      long from,
      long fromPitch,
      long width,
      long height,
      Direction direction,
      long stream) {
    if (width > toPitch || width > fromPitch) {
      throw new AssertionError("width " + width + " of pitches " + toPitch + ", " + fromPitch);
    }
    boolean up = direction == Direction.TO_DEVICE;
    put(
        stream,
        () -> {
          for (long line = 0; line < height; line++) {
            copy(
                up ? device : host,
                to + line * toPitch,
                up ? host : device,
                from + line * fromPitch,
                width);
          }
        });
  }

  @Override
  public long streamCreate() {
    streams.put(nextHandle, new ArrayList<>());
    done.put(nextHandle, 0L);
    return nextHandle++;
  }

  @Override
  public void streamSynchronize(long stream) {
    checkNotCapturing(stream);
    run(stream, Integer.MAX_VALUE);
  }

  private void run(long stream, long until) {
    List<Runnable> queue = streams.get(stream);
    long first = done.get(stream);
    int count = (int) Math.min(queue.size(), Math.max(0, until - first));
    for (int i = 0; i < count; i++) {
      queue.get(i).run();
    }
    queue.subList(0, count).clear();
    done.put(stream, first + count);
  }

  private void checkNotCapturing(long stream) {
    if (!streams.containsKey(stream) || capturing.contains(stream)) {
      throw new AssertionError("stream " + stream + " does not exist or is recorded");
    }
  }

  @Override
  public void streamDestroy(long stream) {
    if (streams.remove(stream) == null) {
      throw new AssertionError("stream " + stream + " destroyed twice");
    }
  }

  @Override
  public long eventCreate() {
    events.put(nextHandle, 0L);
    return nextHandle++;
  }

  @Override
  public void eventRecord(long event, long stream) {
    events.put(event, done.get(stream) + streams.get(stream).size());
    eventStream.put(event, stream);
  }

  @Override
  public void eventSynchronize(long event) {
    run(eventStream.get(event), events.get(event));
  }

  @Override
  public void eventDestroy(long event) {
    if (events.remove(event) == null) {
      throw new AssertionError("event " + event + " destroyed twice");
    }
  }

  @Override
  public void beginCapture(long stream) {
    // What was queued before would be mixed up with what is recorded.
    streamSynchronize(stream);
    capturing.add(stream);
  }

  @Override
  public long endCapture(long stream) {
    if (!capturing.remove(stream)) {
      throw new AssertionError("stream " + stream + " is not recorded");
    }
    List<Runnable> queue = streams.get(stream);
    graphs.put(nextHandle, List.copyOf(queue));
    queue.clear();
    return nextHandle++;
  }

  @Override
  public long graphInstantiate(long graph) {
    executables.put(nextHandle, graphs.get(graph));
    return nextHandle++;
  }

  @Override
  public void graphLaunch(long executable, long stream) {
    checkNotCapturing(stream);
    List<Runnable> work = executables.get(executable);
    if (work == null) {
      throw new AssertionError("graph " + executable + " does not exist");
    }
    launches++;
    put(stream, () -> work.forEach(Runnable::run));
  }

  @Override
  public void graphDestroy(long graph) {
    if (graphs.remove(graph) == null) {
      throw new AssertionError("graph " + graph + " destroyed twice");
    }
  }

  @Override
  public void graphExecDestroy(long executable) {
    if (executables.remove(executable) == null) {
      throw new AssertionError("executable graph " + executable + " destroyed twice");
    }
  }

  @Override
  public void close() {
    closed = true;
  }
}
