package dev.unmask.bridge.engine.tensorrt;

import org.bytedeco.tensorrt.nvinfer.ILogger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TensorRT's messages in this process's log. Must be referenced as long as what it was given to.
 */
final class TensorRtLog extends ILogger {
  private static final Logger LOG = LoggerFactory.getLogger("dev.unmask.tensorrt");

  @Override
  public void log(Severity severity, String message) {
    switch (severity.intern()) {
      case kINTERNAL_ERROR, kERROR -> LOG.error("{}", message);
      case kWARNING -> LOG.warn("{}", message);
      default -> LOG.debug("{}", message);
    }
  }
}
