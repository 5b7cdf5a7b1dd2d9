package dev.unmask.capacity.load;

import dev.unmask.capacity.targets.Target;
import dev.unmask.capacity.targets.TargetRequest;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Puts a load on a target and keeps what came of every request. The thread that calls {@link #run}
 * sends all requests; those that ended come back to it through a queue.
 *
 * <p>A closed load counts the requests that ended while it was on. Loads with times of their own
 * count the requests whose time lay in the run and wait for all of them; their latencies count from
 * the time when they were to be sent, so that a target that makes others wait does not look better
 * for it (coordinated omission).
 */
public final class LoadDriver {
  private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final int WARM_UPS = 5;

  /**
   * Where nothing but this many errors came, and nothing is to come, there is nothing to measure.
   */
  private static final int HOPELESS = 20;

  /** How long an overloaded target may refuse all that it has no room for before it answers. */
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final Target target;
  private final Load load;
  private final RunLimits limits;
  private final PromptSource prompts;
  private final RequestFactory requests;
  private final long seed;
  private final LoadProgress progress;
  private final String prefix;

  private final LinkedBlockingQueue<Sample> ended = new LinkedBlockingQueue<>();
  private int sent;
  private boolean succeeded;
  private int outstanding;

  /** Of the phase. */
  private List<Sample> samples = new ArrayList<>();

  private String phase;
  private long phaseStart;
  private long lastTick;
  private int failed;
  private long tokens;

  /**
   * Makes one, for one run.
   *
   * @param prefix of the requests' names
   * @param seed of arrivals
   */
  public LoadDriver(
      Target target,
      Load load,
      RunLimits limits,
      PromptSource prompts,
      RequestFactory requests,
      String prefix,
      long seed,
      LoadProgress progress) {
    this.target = target;
    this.load = load;
    this.limits = limits;
    this.prompts = prompts;
    this.requests = requests;
    this.prefix = prefix;
    this.seed = seed;
    this.progress = progress;
  }

  /**
   * Runs it.
   *
   * @throws UnmaskException UNAVAILABLE where every request failed
   * @throws InterruptedException where the thread is interrupted; requests in progress go on
   */
  public RunSamples run() throws InterruptedException {
    RunSamples run = load instanceof Load.Closed closed ? closed(closed.users()) : open();
    List<Sample> samples = run.samples();
    if (!samples.isEmpty() && samples.stream().allMatch(sample -> sample.error() != null)) {
      throw allFailed(samples.size(), samples.get(samples.size() - 1));
    }
    return run;
  }

  private static UnmaskException allFailed(int count, Sample last) {
    return new UnmaskException(
        ErrorCode.UNAVAILABLE,
        "all of " + count + " requests failed; the last: " + last.error().message());
  }

  private RunSamples closed(int users) throws InterruptedException {
    begin("warm-up");
    for (int i = 0; i < users; i++) {
      sendNow();
    }
    warmUp();
    begin("measuring");
    UsageMeter meter = new UsageMeter();
    long from = phaseStart;
    long end = from + limits.longest().toNanos();
    while (System.nanoTime() < end && !enough(samples.size())) {
      serveUsers(end);
    }
    // They come back in about the order in which they ended.
    long to =
        enough(samples.size())
            ? samples.stream().mapToLong(Sample::endNanos).max().orElseThrow()
            : System.nanoTime();
    DriverUsage usage = meter.stop(0);
    List<Sample> counted = samples;
    int unfinished = outstanding;
    drain();
    return new RunSamples(
        load, counted, from, to, SteadyState.isSteady(counted, from, to), unfinished, usage);
  }

  private boolean enough(int count) {
    return limits.requests() > 0 && count >= limits.requests();
  }

  /** Until the rate is steady; looked at a few times a second, since a look is at every answer. */
  private void warmUp() throws InterruptedException {
    long latest = phaseStart + WARM_UPS * limits.warmUp().toNanos();
    long look = phaseStart + limits.warmUp().toNanos();
    while (true) {
      while (System.nanoTime() < look) {
        serveUsers(look);
      }
      if (look >= latest || settled()) {
        return;
      }
      look = Math.min(latest, System.nanoTime() + TICK_NANOS);
    }
  }

  private boolean settled() {
    long now = System.nanoTime();
    return SteadyState.isSteady(samples, now - Math.max(1, limits.warmUp().toNanos()), now);
  }

  /** Waits for an answer, and lets its user ask again. */
  private void serveUsers(long until) throws InterruptedException {
    if (take(until - System.nanoTime())) {
      sendNow();
    }
  }

  private RunSamples open() throws InterruptedException {
    Arrivals arrivals = new Arrivals(load, seed);
    begin(limits.warmUp().isZero() ? "measuring" : "warm-up");
    long start = System.nanoTime();
    long counting = start + (load instanceof Load.Replay ? 0 : limits.warmUp().toNanos());
    long end = counting + limits.longest().toNanos();
    List<Sample> counted = new ArrayList<>();
    UsageMeter meter = null;
    long from = counting;
    int due = 0;
    long last = start;
    while (true) {
      long arrival = arrivals.next();
      long at = arrival == Arrivals.NONE ? arrival : start + arrival;
      if (at >= end || enough(due)) {
        break;
      }
      if (meter == null && at >= counting) {
        begin("measuring");
        meter = new UsageMeter();
        from = at;
      }
      while (System.nanoTime() < at || outstanding >= limits.maxOutstanding()) {
        long wait = outstanding >= limits.maxOutstanding() ? TICK_NANOS : at - System.nanoTime();
        boolean unused = take(wait);
      }
      due += at >= counting ? 1 : 0;
      Sample sample = send(at);
      if (at >= counting) {
        counted.add(sample);
        last = at;
      }
    }
    DriverUsage usage = (meter == null ? new UsageMeter() : meter).stop(lateMillis(counted));
    drain();
    int all = counted.size();
    counted.removeIf(sample -> sample.endNanos() == 0);
    long to = Math.max(from + 1, last);
    for (Sample sample : counted) {
      to = Math.max(to, sample.endNanos());
    }
    return new RunSamples(
        load,
        counted,
        from,
        to,
        SteadyState.isSteady(counted, from, last + 1),
        all - counted.size(),
        usage);
  }

  private static double lateMillis(List<Sample> samples) {
    long[] late =
        samples.stream().mapToLong(s -> s.sentNanos() - s.scheduledNanos()).sorted().toArray();
    return late.length == 0
        ? 0
        : late[(int) Math.min(late.length - 1, late.length * 99L / 100)] / 1e6;
  }

  private void begin(String name) {
    phase = name;
    phaseStart = System.nanoTime();
    lastTick = phaseStart;
    samples = new ArrayList<>();
    failed = 0;
    tokens = 0;
  }

  private void sendNow() {
    Sample unused = send(System.nanoTime());
  }

  private Sample send(long scheduled) {
    String id = prefix + sent++;
    PromptEntry entry = prompts.next();
    TargetRequest request =
        load instanceof Load.Replay replay
            ? requests.of(id, replay.rows().get(sent - 1), prompts)
            : requests.of(id, entry);
    Sample sample = new Sample(id, entry, scheduled, ended::add);
    outstanding++;
    sample.sent();
    target.send(request, sample);
    return sample;
  }

  /** Takes back a request that ended, if one does within the time. */
  private boolean take(long nanos) throws InterruptedException {
    Sample sample = ended.poll(Math.min(TICK_NANOS, Math.max(0, nanos)), TimeUnit.NANOSECONDS);
    if (sample != null) {
      outstanding--;
      succeeded |= sample.error() == null;
      // What ended before the phase is of the one before.
      if (sample.endNanos() >= phaseStart) {
        samples.add(sample);
        failed += sample.error() == null ? 0 : 1;
        tokens += sample.tokens();
      }
      if (isHopeless()) {
        throw allFailed(failed, sample);
      }
    }
    long now = System.nanoTime();
    if (now - lastTick >= TICK_NANOS) {
      lastTick = now;
      progress.at(phase, samples.size() - failed, failed, tokens, now - phaseStart);
    }
    return sample != null;
  }

  private boolean isHopeless() {
    return failed >= HOPELESS
        && !succeeded
        && (outstanding == 0 || System.nanoTime() - phaseStart > PATIENCE_NANOS);
  }

  private void drain() throws InterruptedException {
    List<Sample> kept = samples;
    begin("draining");
    long end = System.nanoTime() + limits.drain().toNanos();
    while (outstanding > 0 && System.nanoTime() < end) {
      boolean unused = take(end - System.nanoTime());
    }
    samples = kept;
  }
}
