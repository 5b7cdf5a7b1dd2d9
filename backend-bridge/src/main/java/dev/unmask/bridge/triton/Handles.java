package dev.unmask.bridge.triton;

import org.bytedeco.javacpp.Pointer;
import org.bytedeco.tritonserver.tritonserver.TRITONBACKEND_Backend;
import org.bytedeco.tritonserver.tritonserver.TRITONBACKEND_BackendAttribute;
import org.bytedeco.tritonserver.tritonserver.TRITONBACKEND_Input;
import org.bytedeco.tritonserver.tritonserver.TRITONBACKEND_Model;
import org.bytedeco.tritonserver.tritonserver.TRITONBACKEND_ModelInstance;
import org.bytedeco.tritonserver.tritonserver.TRITONBACKEND_ModelInstanceResponseStatistics;
import org.bytedeco.tritonserver.tritonserver.TRITONBACKEND_Output;
import org.bytedeco.tritonserver.tritonserver.TRITONBACKEND_Request;
import org.bytedeco.tritonserver.tritonserver.TRITONBACKEND_Response;
import org.bytedeco.tritonserver.tritonserver.TRITONBACKEND_ResponseFactory;
import org.bytedeco.tritonserver.tritonserver.TRITONSERVER_Message;
import org.bytedeco.tritonserver.tritonserver.TRITONSERVER_Metric;
import org.bytedeco.tritonserver.tritonserver.TRITONSERVER_MetricArgs;
import org.bytedeco.tritonserver.tritonserver.TRITONSERVER_MetricFamily;

/**
 * Addresses that Triton gave, typed as the bindings want them. They own nothing: freeing is said
 * where it is done.
 */
final class Handles {
  private Handles() {}

  /** Any memory. */
  static final class Address extends Pointer {
    Address(long address) {
      super((Pointer) null);
      this.address = address;
    }
  }

  static final class Backend extends TRITONBACKEND_Backend {
    Backend(long address) {
      super((Pointer) null);
      this.address = address;
    }
  }

  static final class Attribute extends TRITONBACKEND_BackendAttribute {
    Attribute(long address) {
      super((Pointer) null);
      this.address = address;
    }
  }

  static final class Model extends TRITONBACKEND_Model {
    Model(long address) {
      super((Pointer) null);
      this.address = address;
    }
  }

  static final class Instance extends TRITONBACKEND_ModelInstance {
    Instance(long address) {
      super((Pointer) null);
      this.address = address;
    }
  }

  static final class Request extends TRITONBACKEND_Request {
    Request(long address) {
      super((Pointer) null);
      this.address = address;
    }
  }

  static final class Factory extends TRITONBACKEND_ResponseFactory {
    /** Not there yet. */
    Factory() {
      super((Pointer) null);
    }

    void set(long value) {
      address = value;
    }
  }

  static final class Response extends TRITONBACKEND_Response {
    Response(long address) {
      super((Pointer) null);
      this.address = address;
    }
  }

  static final class Input extends TRITONBACKEND_Input {
    Input(long address) {
      super((Pointer) null);
      this.address = address;
    }
  }

  static final class Output extends TRITONBACKEND_Output {
    Output(long address) {
      super((Pointer) null);
      this.address = address;
    }
  }

  static final class ResponseStatistics extends TRITONBACKEND_ModelInstanceResponseStatistics {
    ResponseStatistics(long address) {
      super((Pointer) null);
      this.address = address;
    }
  }

  static final class Message extends TRITONSERVER_Message {
    Message(long address) {
      super((Pointer) null);
      this.address = address;
    }
  }

  static final class Family extends TRITONSERVER_MetricFamily {
    Family(long address) {
      super((Pointer) null);
      this.address = address;
    }
  }

  static final class Metric extends TRITONSERVER_Metric {
    Metric(long address) {
      super((Pointer) null);
      this.address = address;
    }
  }

  static final class MetricArgs extends TRITONSERVER_MetricArgs {
    MetricArgs(long address) {
      super((Pointer) null);
      this.address = address;
    }
  }
}
