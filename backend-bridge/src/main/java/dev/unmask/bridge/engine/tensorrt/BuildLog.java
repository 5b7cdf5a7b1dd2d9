package dev.unmask.bridge.engine.tensorrt;

import org.bytedeco.tensorrt.nvinfer.ILogger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TensorRT's messages while a plan is built: in this process's log at debug, because an error among
 * them is thrown, and the first error kept for that. Any thread.
 */
final class BuildLog {
  private static final Logger LOG = LoggerFactory.getLogger("dev.unmask.tensorrt");

  private String firstError;

  /** Takes a message. */
  void log(ILogger.Severity severity, String message) {
    switch (severity.intern()) {
      case kINTERNAL_ERROR, kERROR -> {
        LOG.debug("error: {}", message);
        keep(message);
      }
      case kWARNING -> LOG.debug("warning: {}", message);
      default -> LOG.trace("{}", message);
    }
  }

  private synchronized void keep(String message) {
    if (firstError == null) {
      firstError = message.strip().replaceAll("\\s*\\R\\s*", "; ");
    }
  }

  /** The first error since the last call, in one line; says so where there was none. */
  synchronized String takeError() {
    String error = firstError == null ? "no message from TensorRT" : firstError;
    firstError = null;
    return error;
  }
}
