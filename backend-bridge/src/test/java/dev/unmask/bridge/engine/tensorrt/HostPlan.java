package dev.unmask.bridge.engine.tensorrt;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A graph run by ONNX Runtime behind TensorRT's interface: shapes and addresses are set and stay,
 * work is put on the stream, a cache output must have the address of its input, and shapes outside
 * the profile are refused.
 */
final class HostPlan implements LoadedPlan {
  private static final long ACTIVATION_BYTES = 4096;

  private final HostDevice device;
  private final List<PlanProfile> profiles;
  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession session;
  private final Map<String, TensorInfo> types = new HashMap<>();
  private final List<String> inputs;
  private final List<String> outputs;
  private int contexts;

  HostPlan(HostDevice device, Path graph, List<PlanProfile> profiles) {
    this.device = device;
    this.profiles = profiles;
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      options.setSessionLogLevel(ai.onnxruntime.OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
      session = environment.createSession(graph.toString(), options);
      session.getInputInfo().values().forEach(this::addType);
      session.getOutputInfo().values().forEach(this::addType);
      inputs = List.copyOf(session.getInputNames());
      outputs = List.copyOf(session.getOutputNames());
    } catch (OrtException e) {
      throw new DeviceException(
          "deserializeCudaEngine", e.getMessage(), DeviceException.Kind.REFUSED);
    }
  }

  private void addType(NodeInfo node) {
    types.put(node.getName(), (TensorInfo) node.getInfo());
  }

  /** Contexts that are not closed. */
  int contexts() {
    return contexts;
  }

  @Override
  public String version() {
    return "0.0.0";
  }

  @Override
  public List<String> inputs() {
    return inputs;
  }

  @Override
  public List<String> outputs() {
    return outputs;
  }

  @Override
  public String aliasOf(String output) {
    return output.startsWith("present_") ? output.replace("present_", "past_") : null;
  }

  @Override
  public int profiles() {
    return profiles.size();
  }

  @Override
  public long activationBytes(int profile) {
    return ACTIVATION_BYTES;
  }

  @Override
  public PlanContext createContext(int profile, long stream) {
    contexts++;
    return new Context(profiles.get(profile));
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw new AssertionError(e);
    }
  }

  private final class Context implements PlanContext {
    private final PlanProfile profile;
    private final Map<String, long[]> shapes = new HashMap<>();
    private final Map<String, Long> addresses = new HashMap<>();
    private boolean memory;
    private boolean changed;
    private boolean recorded;
    private boolean closed;

    Context(PlanProfile profile) {
      this.profile = profile;
    }

    @Override
    public void setDeviceMemory(long address, long bytes) {
      device.deviceMemory().check(address, bytes);
      memory = bytes >= ACTIVATION_BYTES;
    }

    @Override
    public void setInputShape(String input, long... shape) {
      long[] declared = types.get(input).getShape();
      for (int i = 0; i < shape.length; i++) {
        if (declared.length != shape.length || (declared[i] >= 0 && declared[i] != shape[i])) {
          throw new AssertionError(input + ": dimension " + i + " is " + shape[i]);
        }
      }
      change();
      shapes.put(input, shape.clone());
    }

    @Override
    public void setTensorAddress(String tensor, long address) {
      if (address % KvLayout.ALIGNMENT != 0) {
        throw new AssertionError(tensor + " at " + address + " is not aligned");
      }
      change();
      addresses.put(tensor, address);
    }

    /** A graph depends on what its context was when it was recorded. */
    private void change() {
      if (recorded) {
        throw new AssertionError("the context of a recorded graph is changed");
      }
      changed = true;
    }

    @Override
    public void enqueue(long stream) {
      int batch = (int) shapes.get("input_ids")[0];
      int query = (int) shapes.get("input_ids")[1];
      int rows = (int) shapes.get("output_rows")[0];
      if (!memory || closed || !profile.holds(batch, query, rows)) {
        throw new AssertionError(batch + " x " + query + ", " + rows + ": not in " + profile);
      }
      boolean capturing = device.isCapturing(stream);
      if (capturing && changed) {
        throw new AssertionError("recorded without a run of the same shape right before");
      }
      changed = false;
      recorded |= capturing;
      Map<String, long[]> runShapes = Map.copyOf(shapes);
      Map<String, Long> runAddresses = Map.copyOf(addresses);
      device.put(stream, () -> run(runShapes, runAddresses, rows));
    }

    private void run(Map<String, long[]> runShapes, Map<String, Long> runAddresses, int rows) {
      Map<String, OnnxTensor> feeds = new HashMap<>();
      Map<String, OnnxValue> fetches = new HashMap<>();
      try {
        for (String input : inputs) {
          feeds.put(input, tensor(input, runShapes.get(input), runAddresses.get(input)));
        }
        for (String output : outputs) {
          String alias = aliasOf(output);
          if (alias == null) {
            long[] shape = types.get(output).getShape().clone();
            shape[0] = rows;
            fetches.put(output, tensor(output, shape, runAddresses.get(output)));
          } else if (runAddresses.get(output).equals(runAddresses.get(alias))) {
            fetches.put(output, feeds.get(alias));
          } else {
            throw new AssertionError(output + " has not the address of " + alias);
          }
        }
        session.run(feeds, fetches).close();
      } catch (OrtException e) {
        throw new AssertionError(e);
      } finally {
        feeds.values().forEach(OnnxTensor::close);
        fetches.values().stream()
            .filter(value -> !((OnnxTensor) value).isClosed())
            .forEach(OnnxValue::close);
      }
    }

    private OnnxTensor tensor(String name, long[] shape, long address) throws OrtException {
      OnnxJavaType type = types.get(name).type;
      long elements = 1;
      for (long size : shape) {
        elements *= size;
      }
      ByteBuffer bytes = device.deviceMemory().at(address, elements * type.size);
      return switch (type) {
        case FLOAT -> OnnxTensor.createTensor(environment, bytes.asFloatBuffer(), shape);
        case INT64 -> OnnxTensor.createTensor(environment, bytes.asLongBuffer(), shape);
        case FLOAT16 -> OnnxTensor.createTensor(environment, bytes.asShortBuffer(), shape, type);
        default -> OnnxTensor.createTensor(environment, bytes, shape, type);
      };
    }

    @Override
    public void close() {
      if (closed) {
        throw new AssertionError("context closed twice");
      }
      closed = true;
      contexts--;
    }
  }
}
