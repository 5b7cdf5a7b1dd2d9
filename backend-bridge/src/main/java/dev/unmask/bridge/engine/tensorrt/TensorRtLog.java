package dev.unmask.bridge.engine.tensorrt;

import org.bytedeco.tensorrt.nvinfer.ILogger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TensorRT's messages in this process's log. TensorRT has one logger in a process, the first it is
 * given, and calls it from its own threads: so there is one, which is never freed.
 *
 * <p>While a plan is built, errors are for the builder, who throws them.
 */
final class TensorRtLog extends ILogger {
  private static final Logger LOG = LoggerFactory.getLogger("dev.unmask.tensorrt");
  private static final TensorRtLog SHARED = new TensorRtLog();

  private volatile BuildLog builder;

  private TensorRtLog() {}

  /** The logger of the process; where TensorRT's library is loaded. */
  static TensorRtLog shared() {
    return SHARED;
  }

  /** Lets a builder have the messages, null to end that. */
  void listen(BuildLog listener) {
    builder = listener;
  }

  @Override
  public void log(Severity severity, String message) {
    BuildLog listener = builder;
    if (listener != null) {
      listener.log(severity, message);
      return;
    }
    switch (severity.intern()) {
      case kINTERNAL_ERROR, kERROR -> LOG.error("{}", message);
      case kWARNING -> LOG.warn("{}", message);
      default -> LOG.debug("{}", message);
    }
  }
}
