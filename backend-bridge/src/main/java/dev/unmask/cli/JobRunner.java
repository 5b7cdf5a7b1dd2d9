package dev.unmask.cli;

import dev.unmask.bridge.DecodeLoop;
import dev.unmask.scheduler.UnmaskException;
import java.util.List;
import java.util.function.Consumer;

/** Decodes jobs, a number of them at once, and hands them out in their order. */
final class JobRunner {
  private final DecodeLoop loop;
  private final int atOnce;

  JobRunner(DecodeLoop loop, int atOnce) {
    if (atOnce < 1) {
      throw UnmaskException.invalid("--batch=" + atOnce + " is not positive");
    }
    this.loop = loop;
    this.atOnce = atOnce;
  }

  /**
   * Decodes all jobs.
   *
   * @param onStep called after each step
   * @param onDone gets every job, in their order, as soon as it and all before it are done
   */
  void run(List<Job> jobs, Runnable onStep, Consumer<Job> onDone) {
    int started = 0;
    int delivered = 0;
    while (delivered < jobs.size()) {
      while (started < jobs.size() && loop.size() < atOnce) {
        Job job = jobs.get(started++);
        if (job.error() == null) {
          job.start(loop);
        }
      }
      loop.step();
      while (delivered < jobs.size() && jobs.get(delivered).isDone()) {
        onDone.accept(jobs.get(delivered++));
      }
      onStep.run();
    }
  }

  /** Share of the loop's time spent outside the engine: planning, committing, text. */
  double hostShare() {
    long total = loop.hostNanos() + loop.engineNanos();
    return total == 0 ? 0 : (double) loop.hostNanos() / total;
  }
}
