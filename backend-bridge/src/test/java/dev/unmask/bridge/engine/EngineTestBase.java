package dev.unmask.bridge.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.repository.ModelManifest;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.StepOutputs;
import dev.unmask.scheduler.StepPlan;
import dev.unmask.scheduler.UnmaskException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Models and sessions for {@link EngineContractTest}, and short ways to run a step. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class EngineTestBase {
  /** Between two ways of computing the same thing in float32. */
  static final float SAME = 1e-4f;

  /** Between a row alone and the same row in company. */
  static final float INVARIANT = 1e-5f;

  private final List<EngineSession> sessions = new ArrayList<>();
  ContractModels.Model diffusion;
  ContractModels.Model causal;

  /** Opens a session of the engine under test; the contract test closes it. */
  protected abstract EngineSession open(
      Path versionDirectory, ModelManifest manifest, EngineOptions options);

  @BeforeAll
  void importModels(@TempDir Path repository) {
    diffusion = ContractModels.load("llada-gqa-tied", "fp32", repository);
    causal = ContractModels.load("qwen3-gqa", "fp32", repository);
  }

  @AfterEach
  void closeSessions() {
    sessions.forEach(EngineSession::close);
    sessions.clear();
  }

  EngineSession open(ContractModels.Model model, int maxSequences) {
    return open(model, new EngineOptions(maxSequences, 1));
  }

  EngineSession open(ContractModels.Model model, EngineOptions options) {
    EngineSession session = open(model.directory(), model.manifest(), options);
    sessions.add(session);
    return session;
  }

  static StepPlan plan(StepRow... rows) {
    StepPlan plan = new StepPlan();
    for (StepRow row : rows) {
      row.addTo(plan);
    }
    return plan;
  }

  static List<StepOutput> run(EngineSession session, StepPlan plan) {
    EngineCapabilities can = session.capabilities();
    StepOutputs outputs = new StepOutputs(can.candidateCount(), can.specialTokenIds());
    session.run(plan, outputs);
    return StepOutput.copy(outputs);
  }

  static List<StepOutput> run(EngineSession session, StepRow... rows) {
    return run(session, plan(rows));
  }

  static void release(EngineSession session, int... slots) {
    StepPlan plan = new StepPlan();
    for (int slot : slots) {
      plan.addReleasedSlot(slot);
    }
    assertTrue(run(session, plan).isEmpty());
  }

  /** The outputs of a row in a session of its own, after nothing else. */
  List<StepOutput> alone(ContractModels.Model model, StepRow row) {
    return run(open(model, 1), row.inSlot(0));
  }

  static void assertRefused(EngineSession session, StepPlan plan, String part) {
    assertRefused(session, plan, ErrorCode.INVALID_ARGUMENT, part);
  }

  static void assertRefused(EngineSession session, StepPlan plan, ErrorCode code, String part) {
    UnmaskException e = assertThrows(UnmaskException.class, () -> run(session, plan));
    assertEquals(code, e.code());
    assertTrue(e.getMessage().contains(part), e.getMessage());
    assertTrue(e.getMessage().lines().count() == 1, e.getMessage());
  }
}
