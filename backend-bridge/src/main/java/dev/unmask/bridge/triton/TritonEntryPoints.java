package dev.unmask.bridge.triton;

import static dev.unmask.bridge.triton.TritonErrors.check;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_BackendAttributeAddPreferredInstanceGroup;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_BackendAttributeSetParallelModelInstanceLoading;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_ModelBackend;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONBACKEND_ModelInstanceModel;
import static org.bytedeco.tritonserver.global.tritonserver.TRITONSERVER_INSTANCEGROUPKIND_CPU;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.javacpp.LongPointer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What {@code libtriton_unmask.so} calls, one method for each function that Triton expects of a
 * backend. Takes the addresses of Triton's objects and returns that of a {@code
 * TRITONSERVER_Error}, or 0. What is thrown here nevertheless, such as an OutOfMemoryError while an
 * error is being made, the library turns into one.
 *
 * <p>Several servers, models and instances may be there at once. Any thread.
 */
public final class TritonEntryPoints {
  private static final Logger LOG = LoggerFactory.getLogger(TritonEntryPoints.class);

  private static final Map<Long, TritonBackend> BACKENDS = new ConcurrentHashMap<>();
  private static final Map<Long, TritonModel> MODELS = new ConcurrentHashMap<>();
  private static final Map<Long, TritonInstance> INSTANCES = new ConcurrentHashMap<>();

  private TritonEntryPoints() {}

  /** What an entry point does. */
  private interface Action {
    void run();
  }

  private static long guarded(String entry, Action action) {
    Thread thread = Thread.currentThread();
    if (thread.getContextClassLoader() == null) {
      // A thread of Triton's; libraries look for their services there.
      thread.setContextClassLoader(TritonEntryPoints.class.getClassLoader());
    }
    try {
      action.run();
      return 0;
    } catch (UnmaskException e) {
      return TritonErrors.of(e.code(), e.getMessage()).address();
    } catch (Throwable t) {
      LOG.error("{} failed", entry, t);
      return TritonErrors.of(ErrorCode.INTERNAL, entry + " failed: " + t).address();
    }
  }

  /**
   * {@code TRITONBACKEND_Initialize}.
   *
   * @param ownProcess whether this virtual machine was made for the backend
   */
  public static long initialize(long backend, boolean ownProcess) {
    return guarded(
        "Initialize",
        () -> BACKENDS.put(backend, TritonBackend.open(new Handles.Backend(backend), ownProcess)));
  }

  /** {@code TRITONBACKEND_Finalize}. */
  public static long finalizeBackend(long backend) {
    return guarded("Finalize", () -> close(BACKENDS.remove(backend)));
  }

  /**
   * {@code TRITONBACKEND_GetBackendAttribute}: where a configuration names no instances there is
   * one on the CPU, and instances may be loaded at the same time.
   */
  public static long attributes(long attributes) {
    return guarded(
        "GetBackendAttribute",
        () -> {
          Handles.Attribute handle = new Handles.Attribute(attributes);
          check(
              TRITONBACKEND_BackendAttributeAddPreferredInstanceGroup(
                  handle, TRITONSERVER_INSTANCEGROUPKIND_CPU, 1, (LongPointer) null, 0));
          check(TRITONBACKEND_BackendAttributeSetParallelModelInstanceLoading(handle, true));
        });
  }

  /** {@code TRITONBACKEND_ModelInitialize}. */
  public static long initializeModel(long model) {
    return guarded(
        "ModelInitialize",
        () -> {
          Handles.Model handle = new Handles.Model(model);
          MODELS.put(model, TritonModel.open(handle, backend(handle).defaults()));
        });
  }

  /** {@code TRITONBACKEND_ModelFinalize}. */
  public static long finalizeModel(long model) {
    MODELS.remove(model);
    return 0;
  }

  /** {@code TRITONBACKEND_ModelInstanceInitialize}. */
  public static long initializeInstance(long instance) {
    return guarded(
        "ModelInstanceInitialize",
        () -> {
          Handles.Instance handle = new Handles.Instance(instance);
          Scratch scratch = Scratch.get();
          check(TRITONBACKEND_ModelInstanceModel(handle, scratch.pointer));
          Handles.Model model = new Handles.Model(scratch.pointer());
          INSTANCES.put(
              instance, TritonInstance.open(handle, MODELS.get(model.address()), backend(model)));
        });
  }

  /** {@code TRITONBACKEND_ModelInstanceFinalize}. */
  public static long finalizeInstance(long instance) {
    return guarded("ModelInstanceFinalize", () -> close(INSTANCES.remove(instance)));
  }

  /** {@code TRITONBACKEND_ModelInstanceReady}. */
  public static long checkInstance(long instance) {
    return guarded("ModelInstanceReady", () -> INSTANCES.get(instance).checkReady());
  }

  /**
   * {@code TRITONBACKEND_ModelInstanceExecute}.
   *
   * @param requests address of an array of {@code count} requests
   */
  public static long execute(long instance, long requests, int count) {
    return guarded("ModelInstanceExecute", () -> INSTANCES.get(instance).execute(requests, count));
  }

  private static TritonBackend backend(Handles.Model model) {
    Scratch scratch = Scratch.get();
    check(TRITONBACKEND_ModelBackend(model, scratch.pointer));
    return BACKENDS.get(scratch.pointer());
  }

  /** Closes what was there; an Initialize that failed leaves nothing. */
  private static void close(AutoCloseable opened) {
    if (opened == null) {
      return;
    }
    try {
      opened.close();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new UnmaskException(ErrorCode.INTERNAL, e.toString(), e);
    }
  }
}
