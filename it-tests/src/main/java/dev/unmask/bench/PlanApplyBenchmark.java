package dev.unmask.bench;

import dev.unmask.scheduler.AttentionKind;
import dev.unmask.scheduler.BlockScheduler;
import dev.unmask.scheduler.GenerationRequest;
import dev.unmask.scheduler.ModelTraits;
import dev.unmask.scheduler.SchedulerConfig;
import dev.unmask.scheduler.SequenceListener;
import dev.unmask.scheduler.SequenceView;
import dev.unmask.scheduler.StepOutputs;
import dev.unmask.scheduler.StepPlan;
import dev.unmask.scheduler.parameters.Algorithm;
import java.util.EnumSet;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Host cost of a D2F step: plan and apply for one sequence with 4 active blocks of 32, without an
 * engine. The outputs are uncertain everywhere, so that a step commits one position and all blocks
 * stay active over the {@value #STEPS} measured steps.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class PlanApplyBenchmark {
  private static final int STEPS = 24;
  private static final int CANDIDATES = 32;
  private static final ModelTraits MODEL =
      new ModelTraits(
          AttentionKind.BLOCK_CAUSAL,
          false,
          768,
          767,
          new int[] {763},
          1024,
          EnumSet.of(Algorithm.D2F),
          Algorithm.D2F,
          Map.of());
  private static final Map<String, Object> PARAMETERS =
      Map.of("block_size", 32, "max_tokens", 128, "block_add_threshold", 0);
  private static final SequenceListener IGNORE =
      new SequenceListener() {
        @Override
        public void onCommitted(SequenceView sequence) {}

        @Override
        public void onFinished(SequenceView sequence) {}
      };

  private final StepOutputs outputs = new StepOutputs(CANDIDATES, new int[] {763, 767});
  private final int[] prompt = new int[64];
  private BlockScheduler scheduler;

  /** Starts a sequence and lets it open its four blocks. */
  @Setup(Level.Invocation)
  public void openFourBlocks() {
    scheduler = new BlockScheduler(MODEL, SchedulerConfig.ofSequences(1));
    scheduler.submit(GenerationRequest.ofPrompt(prompt, PARAMETERS, MODEL), IGNORE);
    for (int i = 0; i < 4; i++) {
      scheduler.plan();
      answer(128);
      scheduler.apply(outputs);
    }
  }

  private void answer(int count) {
    outputs.resize(count);
    for (int o = 0; o < count; o++) {
      for (int c = 0; c < CANDIDATES; c++) {
        outputs.setCandidate(o, c, c, -c);
      }
      outputs.setDistribution(o, 1f + o * 1e-3f, 1f);
    }
  }

  /**
   * The measured steps.
   *
   * @return something that depends on them
   */
  @Benchmark
  @OperationsPerInvocation(STEPS)
  public int planAndApply() {
    int queries = 0;
    for (int i = 0; i < STEPS; i++) {
      StepPlan plan = scheduler.plan();
      queries += plan.queryCount();
      scheduler.apply(outputs);
    }
    return queries;
  }
}
