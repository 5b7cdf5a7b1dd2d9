package dev.unmask.capacity.simulate;

import dev.unmask.bridge.DecodeLoop;
import dev.unmask.bridge.engine.EngineOptions;
import dev.unmask.bridge.engine.EngineProviders;
import dev.unmask.bridge.text.ChatMessage;
import dev.unmask.bridge.text.ChatTemplate;
import dev.unmask.bridge.text.PromptEncoder;
import dev.unmask.bridge.text.TextTokenizer;
import dev.unmask.capacity.load.PromptEntry;
import dev.unmask.capacity.load.PromptSource;
import dev.unmask.capacity.measure.Distribution;
import dev.unmask.capacity.targets.Prompt;
import dev.unmask.cli.Exactness;
import dev.unmask.repository.ModelManifest;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.FinishReason;
import dev.unmask.scheduler.GenerationRequest;
import dev.unmask.scheduler.SchedulerConfig;
import dev.unmask.scheduler.SequenceListener;
import dev.unmask.scheduler.SequenceView;
import dev.unmask.scheduler.UnmaskException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The real scheduler with a real small model, in the time of other hardware: users who each ask
 * again when they were answered. What the small model accepts in each pass stands for what a large
 * one would; what follows from it, batching above all, is what would happen. One thread.
 */
public final class Simulation implements AutoCloseable {
  private final ModelManifest manifest;
  private final TextTokenizer tokenizer;
  private final PromptEncoder encoder;
  private final SimulatedEngine engine;
  private final Map<String, Object> parameters;

  /**
   * Opens the small model.
   *
   * @param version directory of its version
   * @param maxUsers sequences decoded at once at most
   * @param parameters of all requests
   * @param cost of a pass on the hardware
   */
  public Simulation(Path version, int maxUsers, Map<String, Object> parameters, PassCost cost) {
    this.manifest = ModelManifest.read(version);
    this.parameters = Map.copyOf(parameters);
    this.tokenizer = TextTokenizer.load(version);
    try {
      encoder = new PromptEncoder(tokenizer, ChatTemplate.load(version));
      engine =
          new SimulatedEngine(
              EngineProviders.find("onnxruntime")
                  .open(version, manifest, new EngineOptions(maxUsers, 0)),
              cost);
    } catch (RuntimeException e) {
      tokenizer.close();
      throw e;
    }
  }

  /**
   * What a load gave, in simulated time.
   *
   * @param users who asked
   * @param requests that were counted
   * @param tokensPerSecond of all answers
   * @param latency of a request, in ms
   * @param firstBlock time to the first tokens, in ms
   * @param tokensPerPass tokens of the answers by the passes that they took part in
   * @param exact share of the answers that equal the expected ones
   */
  public record Result(
      int users,
      int requests,
      double tokensPerSecond,
      Distribution latency,
      Distribution firstBlock,
      double tokensPerPass,
      double exact) {}

  /**
   * Runs a load. The first answers, as many as there are users, do not count.
   *
   * @param requests that count
   */
  public Result run(int users, int requests, List<PromptEntry> prompts, long seed) {
    SchedulerConfig config =
        SchedulerConfig.builder(users)
            .passCosts(engine.passCosts(manifest.traits().vocabSize()))
            .build();
    DecodeLoop loop = new DecodeLoop(engine, manifest.traits(), config);
    PromptSource source = new PromptSource(prompts, seed);
    Tally tally = new Tally(users, requests);
    while (!tally.complete()) {
      while (loop.size() < users) {
        long unused = loop.submit(request(source, tally), tally.next());
      }
      boolean worked = loop.step();
      if (!worked) {
        throw new IllegalStateException("nothing to decode for " + loop.size() + " sequences");
      }
    }
    tally.stop(loop);
    return tally.result();
  }

  private GenerationRequest request(PromptSource source, Tally tally) {
    PromptEntry entry = source.next();
    tally.asked = entry;
    Map<String, Object> all = new HashMap<>(parameters);
    all.putAll(entry.parameters());
    Prompt prompt = entry.prompt();
    int[] ids =
        prompt.raw()
            ? tokenizer.encodePlainPrompt(prompt.text())
            : encoder.encode(
                prompt.messages().stream()
                    .map(m -> new ChatMessage(m.role(), m.content()))
                    .toList(),
                true);
    return GenerationRequest.ofPrompt(ids, all, manifest.traits());
  }

  @Override
  public void close() {
    try {
      engine.close();
    } finally {
      tokenizer.close();
    }
  }

  /** Adds up what ends. */
  private final class Tally {
    private final int users;
    private final int requests;
    private final Distribution latency = new Distribution("ms");
    private final Distribution firstBlock = new Distribution("ms");
    private final Map<Long, Answer> open = new HashMap<>();
    private PromptEntry asked;
    private int ended;
    private double from;
    private double to;
    private long tokens;
    private long passes;
    private int scored;
    private int exact;

    Tally(int users, int requests) {
      this.users = users;
      this.requests = requests;
    }

    boolean complete() {
      return ended >= users + requests;
    }

    SequenceListener next() {
      return new Answer(asked);
    }

    /** Gives up what is still being decoded. */
    void stop(DecodeLoop loop) {
      for (Long id : List.copyOf(open.keySet())) {
        boolean unused = loop.cancel(id);
      }
      loop.drain();
    }

    Result result() {
      return new Result(
          users,
          requests,
          tokens / (to - from),
          latency,
          firstBlock,
          (double) tokens / passes,
          scored == 0 ? Double.NaN : (double) exact / scored);
    }

    private void count(SequenceView view, PromptEntry prompt, double start, double first) {
      ended++;
      if (ended == users) {
        from = engine.seconds();
      }
      if (ended <= users || ended > users + requests) {
        return;
      }
      to = engine.seconds();
      int[] ids = view.answerIds();
      tokens += ids.length;
      passes += view.forwardPasses();
      latency.add((to - start) * 1e3);
      firstBlock.add((first - start) * 1e3);
      if (prompt.expected() != null) {
        scored++;
        exact += Exactness.isExact(prompt.expected(), tokenizer.decode(ids, true)) ? 1 : 0;
      }
    }

    /** One sequence. */
    private final class Answer implements SequenceListener {
      private final PromptEntry prompt;
      private final double start = engine.seconds();
      private double first = Double.NaN;

      Answer(PromptEntry prompt) {
        this.prompt = prompt;
      }

      @Override
      public void onScheduled(SequenceView view) {
        open.put(view.id(), this);
      }

      @Override
      public void onCommitted(SequenceView view) {
        if (Double.isNaN(first)) {
          first = engine.seconds();
        }
      }

      @Override
      public void onFinished(SequenceView view) {
        open.remove(view.id());
        if (view.finishReason() == FinishReason.ERROR) {
          throw new UnmaskException(ErrorCode.INTERNAL, view.error().getMessage());
        }
        if (view.finishReason() != FinishReason.CANCELLED) {
          count(view, prompt, start, first);
        }
      }
    }
  }
}
