package dev.unmask.bridge.engine.tensorrt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.Mockito.atLeastOnce;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.withSettings;

import dev.unmask.bridge.engine.ContractModels;
import dev.unmask.bridge.engine.EngineOptions;
import dev.unmask.bridge.engine.EngineSession;
import dev.unmask.bridge.engine.step.GraphTensors;
import dev.unmask.repository.ModelManifest;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.RowKind;
import dev.unmask.scheduler.StepOutputs;
import dev.unmask.scheduler.StepPlan;
import dev.unmask.scheduler.UnmaskException;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.mockito.InOrder;
import org.mockito.stubbing.Answer;

/**
 * Calls over the seams: their order, and every one of them failing in turn. Nothing is computed:
 * memory and handles are those of {@link HostDevice}, the plan only answers questions.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SeamFailuresTest {
  private static final String NO_LEAKS =
      "device bytes 0, host bytes 0, streams 0, events 0, graphs 0, executables 0";

  /** Calls that give back. They are never made to fail, as nothing could be done about it. */
  private static final Set<String> RELEASES =
      Set.of(
          "free",
          "hostFree",
          "streamDestroy",
          "eventDestroy",
          "graphDestroy",
          "graphExecDestroy",
          "close",
          "toString");

  private Path directory;
  private ModelManifest manifest;

  @BeforeAll
  void importModel(@TempDir Path repository) {
    ContractModels.Model model = ContractModels.load("llada-gqa-tied", "fp32", repository);
    directory = model.directory();
    manifest = model.manifest();
    HostPlatform.writePlan(directory, manifest, 4, manifest.maxContext());
  }

  /** Counts the calls, and lets one of them fail. */
  private final class Seams implements DevicePlatform {
    private final HostDevice device = new HostDevice(1L << 30);
    private final List<String> calls = new ArrayList<>();
    private final int failAt;
    private final DeviceException.Kind kind;
    private final boolean watched;
    private final DeviceRuntime runtime;
    private final LoadedPlan plan;
    private final PlanContext context;
    private int contexts;
    private int plans;
    private String failed;
    private boolean recording;
    private boolean failedWhileRecording;

    /** No call fails. */
    Seams() {
      this(0, DeviceException.Kind.REFUSED, true);
    }

    Seams(int failAt, DeviceException.Kind kind) {
      this(failAt, kind, false);
    }

    private Seams(int failAt, DeviceException.Kind kind, boolean watched) {
      this.watched = watched;
      this.failAt = failAt;
      this.kind = kind;
      runtime = seam(DeviceRuntime.class, delegate(device));
      context =
          seam(PlanContext.class, invocation -> contextCall(invocation.getMethod().getName()));
      plan =
          seam(
              LoadedPlan.class,
              invocation -> planCall(invocation.getMethod().getName(), invocation.getArguments()));
    }

    private <T> T seam(Class<T> type, Answer<?> answer) {
      return mock(
          type,
          (watched ? withSettings() : withSettings().stubOnly())
              .defaultAnswer(
                  invocation -> {
                    String name = invocation.getMethod().getName();
                    try {
                      call(name);
                    } catch (DeviceException e) {
                      if (name.equals("endCapture")) {
                        // As CUDA does: the recording ends, with or without a graph.
                        device.graphDestroy(device.endCapture(invocation.getArgument(0)));
                      }
                      throw e;
                    }
                    return answer.answer(invocation);
                  }));
    }

    private void call(String name) {
      if (RELEASES.contains(name)) {
        return;
      }
      calls.add(name);
      // The first call of a step is setDevice; contexts made after it are for recording.
      recording |= name.equals("createContext") && calls.contains("setDevice");
      if (calls.size() == failAt || (failed != null && kind == DeviceException.Kind.LOST)) {
        if (failed == null) {
          failed = name;
          failedWhileRecording = recording;
        }
        throw new DeviceException(name, "made to fail", kind);
      }
      recording &= !name.equals("graphInstantiate");
    }

    private static Answer<Object> delegate(Object target) {
      return invocation -> {
        try {
          return invocation.getMethod().invoke(target, invocation.getArguments());
        } catch (InvocationTargetException e) {
          throw e.getCause();
        }
      };
    }

    private Object contextCall(String name) {
      if (name.equals("close")) {
        contexts--;
      }
      return null;
    }

    private Object planCall(String name, Object[] arguments) {
      return switch (name) {
        case "version" -> "0.0.0";
        case "inputs" -> GraphTensors.inputs(manifest);
        case "outputs" -> GraphTensors.outputs(manifest);
        case "aliasOf" ->
            ((String) arguments[0]).startsWith("present_")
                ? ((String) arguments[0]).replace("present_", "past_")
                : null;
        case "profiles" -> 2;
        case "activationBytes" -> 1024L;
        case "createContext" -> {
          contexts++;
          yield context;
        }
        case "close" -> {
          plans--;
          yield null;
        }
        default -> null;
      };
    }

    @Override
    public DeviceRuntime open(int ordinal) {
      call("open");
      return runtime;
    }

    @Override
    public String version() {
      return "0.0.0";
    }

    @Override
    public LoadedPlan load(Path file) {
      call("load");
      plans++;
      return plan;
    }

    void assertNothingIsLeft() {
      String what = failed + ", call " + failAt + ": ";
      assertEquals(NO_LEAKS, device.leaks(), what);
      assertEquals(0, contexts, what + "contexts");
      assertEquals(0, plans, what + "plans");
    }
  }

  private EngineSession open(Seams seams) {
    return new TensorRtEngineProvider(seams)
        .open(directory, manifest, new EngineOptions(4, 1, 4096));
  }

  private static StepPlan row(int slot, int start, int count) {
    StepPlan plan = new StepPlan();
    addRow(plan, slot, start, count);
    return plan;
  }

  private static void addRow(StepPlan plan, int slot, int start, int count) {
    plan.beginRow(slot, RowKind.DENOISE, start);
    for (int i = 0; i < count; i++) {
      plan.addOutput(plan.addQuery(3, start + i, 0, start + count));
    }
  }

  /** Everything that a session does: prompts, blocks, saves, restores, moves, several runs. */
  private static List<StepPlan> steps() {
    StepPlan prompts = row(0, 0, 40);
    addRow(prompts, 1, 0, 7);
    addRow(prompts, 2, 0, 200);
    StepPlan save = row(1, 7, 8);
    save.addSave(0, 5, 40);
    save.addReleasedSlot(0);
    StepPlan restore = row(3, 40, 8);
    restore.addRestore(5, 3, 40);
    addRow(restore, 1, 7, 8);
    StepPlan end = new StepPlan();
    end.addDrop(5);
    end.addReleasedSlot(1);
    return List.of(prompts, save, restore, row(1, 7, 8), row(1, 7, 8), row(1, 7, 8), end);
  }

  private static StepOutputs outputsOf(EngineSession session) {
    return new StepOutputs(
        session.capabilities().candidateCount(), session.capabilities().specialTokenIds());
  }

  /** Does all steps; returns how many failed. */
  private int runAll(EngineSession session, ErrorCode expected) {
    int failures = 0;
    for (StepPlan step : steps()) {
      try {
        session.run(step, outputsOf(session));
      } catch (UnmaskException e) {
        // After a failure the slots may be empty: then later steps are refused by name.
        assertTrue(
            e.code() == expected || (failures > 0 && e.code() == ErrorCode.INVALID_ARGUMENT),
            e.toString());
        failures++;
      }
    }
    return failures;
  }

  /**
   * The calls of an undisturbed session that are made to fail: all of those that open it, and of
   * each kind the first and the last in every step.
   */
  private Set<Integer> callsToFail() {
    Seams intact = new Seams();
    Set<Integer> chosen = new TreeSet<>();
    try (EngineSession session = open(intact)) {
      IntStream.rangeClosed(1, intact.calls.size()).forEach(chosen::add);
      for (StepPlan step : steps()) {
        int before = intact.calls.size();
        session.run(step, outputsOf(session));
        Map<String, Integer> last = new HashMap<>();
        for (int call = before; call < intact.calls.size(); call++) {
          if (last.put(intact.calls.get(call), call + 1) == null) {
            chosen.add(call + 1);
          }
        }
        chosen.addAll(last.values());
      }
    }
    return chosen;
  }

  @Test
  void everyCall_failing_freesEverythingOnce() {
    int failures = 0;
    for (int call : callsToFail()) {
      Seams seams = new Seams(call, DeviceException.Kind.REFUSED);
      try (EngineSession session = open(seams)) {
        int failed = runAll(session, ErrorCode.INTERNAL);
        // A recording that is refused costs the recording only.
        boolean recording = seams.failedWhileRecording;
        assertEquals(recording ? 0 : 1, Math.min(failed, 1), seams.failed);
        assertTrue(session.isUsable());
        failures += failed;
      } catch (UnmaskException e) {
        assertEquals(ErrorCode.INTERNAL, e.code());
        assertTrue(e.getMessage().contains(seams.failed + ": made to fail"), e.getMessage());
      }
      seams.assertNothingIsLeft();
    }
    assertTrue(failures > 50, failures + " failed steps");
  }

  @Test
  void everyCall_losingTheDevice_endsTheSession() {
    int lost = 0;
    for (int call : callsToFail()) {
      Seams seams = new Seams(call, DeviceException.Kind.LOST);
      try (EngineSession session = open(seams)) {
        runAll(session, ErrorCode.UNAVAILABLE);
        assertFalse(session.isUsable(), seams.failed);
        int before = seams.calls.size();
        UnmaskException e =
            assertThrows(
                UnmaskException.class, () -> session.run(row(3, 0, 1), outputsOf(session)));
        assertTrue(e.getMessage().contains(seams.failed + ": made to fail"), e.getMessage());
        assertEquals(before, seams.calls.size(), "a lost device is not called again");
        lost++;
      } catch (UnmaskException e) {
        assertEquals(ErrorCode.UNAVAILABLE, e.code());
        assertTrue(e.getMessage().contains(seams.failed + ": made to fail"), e.getMessage());
      }
      seams.assertNothingIsLeft();
    }
    assertTrue(lost > 50, lost + " lost sessions");
  }

  @Test
  void memoryThatRunsOut_isUnavailableAndTheSessionGoesOn() {
    Seams intact = new Seams();
    try (EngineSession session = open(intact)) {
      runAll(session, ErrorCode.UNAVAILABLE);
    }
    int entry = intact.calls.lastIndexOf("hostAlloc") + 1;
    Seams seams = new Seams(entry, DeviceException.Kind.OUT_OF_MEMORY);
    try (EngineSession session = open(seams)) {
      assertTrue(runAll(session, ErrorCode.UNAVAILABLE) > 0);
      assertTrue(session.isUsable());
    }
    seams.assertNothingIsLeft();
  }

  @Test
  void step_putsCopiesAroundTheRun_inOrder() {
    Seams seams = new Seams();
    try (EngineSession session = open(seams)) {
      runAll(session, ErrorCode.INTERNAL);
    }
    InOrder order = inOrder(seams.runtime, seams.context);
    order.verify(seams.runtime).setDevice();
    order.verify(seams.runtime, atLeastOnce()).clear(anyLong(), anyLong(), anyLong());
    order.verify(seams.runtime).copyToDevice(anyLong(), anyLong(), anyLong(), anyLong());
    order.verify(seams.context).enqueue(anyLong());
    order.verify(seams.runtime).copyToHost(anyLong(), anyLong(), anyLong(), anyLong());
    order.verify(seams.runtime).eventRecord(anyLong(), anyLong());
    order.verify(seams.runtime).eventSynchronize(anyLong());
  }
}
