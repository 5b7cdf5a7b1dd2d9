package dev.unmask.cli;

import com.fasterxml.jackson.databind.node.NullNode;
import dev.unmask.bridge.engine.EngineOptions;
import dev.unmask.bridge.engine.EngineProviders;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.GenerationRequest;
import dev.unmask.scheduler.UnmaskException;
import dev.unmask.scheduler.parameters.DecodingParameters;
import java.io.PrintWriter;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code unmask demo}: shows D2F filling its blocks, then compares the algorithms on the bundled
 * models, on the same prompts and the same engine. Every method is warmed up first, and the methods
 * take turns prompt by prompt, so that no one gains from the order.
 */
@Command(
    name = "demo",
    description = "Watch block decoding on the bundled models, then compare the algorithms.",
    mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
  private static final int SHOWN = 3;
  private static final long WARM_UP_NANOS = TimeUnit.SECONDS.toNanos(3);

  private static final List<DemoMethod> METHODS =
      List.of(
          DemoMethod.AUTOREGRESSIVE,
          DemoMethod.LLADA,
          DemoMethod.FAST_PREFIX,
          DemoMethod.FAST_DUAL,
          DemoMethod.D2F,
          DemoMethod.D2F_TUNED);

  @Spec private CommandSpec spec;

  @Option(
      names = "--prompts",
      paramLabel = "N",
      defaultValue = "12",
      description = "prompts to decode (default: ${DEFAULT-VALUE})")
  private int prompts;

  @Option(
      names = "--task",
      paramLabel = "TASK",
      description = "gsm, code or json (default: all in turn)")
  private String task;

  @Option(
      names = "--delay",
      paramLabel = "MS",
      defaultValue = "150",
      description = "pause between the passes shown on a terminal (default: ${DEFAULT-VALUE})")
  private int delayMillis;

  @Option(
      names = "--engine",
      paramLabel = "NAME",
      defaultValue = EngineProviders.AUTO,
      description = "what runs the models (default: ${DEFAULT-VALUE})")
  private String engine;

  @Option(
      names = "--warm-up",
      paramLabel = "N",
      defaultValue = "300",
      description = "forward passes per method before the comparison (default: ${DEFAULT-VALUE})")
  private int warmUpPasses;

  private final Map<String, OpenModel> models = new HashMap<>();

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    List<DemoPrompts.Prompt> chosen = DemoPrompts.pick(prompts, task);
    for (DemoMethod method : METHODS) {
      BundledModels.ensure(method.model(), err);
    }
    try {
      for (DemoPrompts.Prompt prompt : chosen.subList(0, Math.min(SHOWN, chosen.size()))) {
        show(prompt, out);
      }
      out.printf(
          Locale.ROOT,
          "Warming up %d methods, then %d prompts each ...%n",
          METHODS.size(),
          prompts);
      out.flush();
      for (DemoMethod method : METHODS) {
        warmUp(method, chosen);
      }
      DemoTable table = new DemoTable();
      for (DemoPrompts.Prompt prompt : chosen) {
        for (DemoMethod method : METHODS) {
          table.add(method, decode(method, prompt));
        }
      }
      out.println();
      out.print(table.render());
      out.println();
      out.println("tokens: response tokens before the stop token; one request at a time");
      out.println("engine: " + model(DemoMethod.D2F).engine().capabilities().description());
      out.flush();
    } finally {
      models.values().forEach(OpenModel::close);
    }
    return 0;
  }

  private void show(DemoPrompts.Prompt prompt, PrintWriter out) {
    boolean terminal = Terminal.onOutput();
    OpenModel model = model(DemoMethod.D2F);
    out.println("> " + prompt.prompt());
    Job job = job(DemoMethod.D2F, prompt);
    BlockPainter painter =
        new BlockPainter(
            out,
            model.tokenizer(),
            blockSize(request(DemoMethod.D2F, prompt)),
            terminal,
            Terminal.columns());
    job.onCommit(
        sequence -> {
          painter.paint(sequence);
          if (terminal) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(delayMillis));
          }
        });
    run(model, job);
    out.println(job.text().strip());
    out.printf(
        Locale.ROOT,
        "  %d tokens in %d forward passes, %s%n%n",
        job.outputTokens(),
        job.forwardPasses(),
        job.isExact() ? "exact" : "not exact");
    out.flush();
  }

  private void warmUp(DemoMethod method, List<DemoPrompts.Prompt> chosen) {
    long start = System.nanoTime();
    int passes = 0;
    for (int i = 0; passes < warmUpPasses && System.nanoTime() - start < WARM_UP_NANOS; i++) {
      passes += decode(method, chosen.get(i % chosen.size())).forwardPasses();
    }
  }

  private Job decode(DemoMethod method, DemoPrompts.Prompt prompt) {
    Job job = job(method, prompt);
    run(model(method), job);
    return job;
  }

  private static void run(OpenModel model, Job job) {
    new JobRunner(model.loop(), 1).run(List.of(job), () -> {}, done -> {});
    if (job.error() != null) {
      throw new UnmaskException(ErrorCode.INTERNAL, job.error());
    }
  }

  private Job job(DemoMethod method, DemoPrompts.Prompt prompt) {
    return new Job(
        NullNode.getInstance(),
        prompt.task(),
        prompt.expected(),
        request(method, prompt),
        null,
        model(method).tokenizer(),
        List.of());
  }

  private GenerationRequest request(DemoMethod method, DemoPrompts.Prompt prompt) {
    OpenModel model = model(method);
    return GenerationRequest.ofPrompt(
        model.encoder().encode(prompt.prompt()), method.parameters(), model.traits());
  }

  private static int blockSize(GenerationRequest request) {
    return ((DecodingParameters.D2f) request.parameters().decoding()).blockSize();
  }

  private OpenModel model(DemoMethod method) {
    return models.computeIfAbsent(
        method.model(),
        name -> OpenModel.open(BundledModels.repository(), name, engine, EngineOptions.DEFAULT));
  }
}
