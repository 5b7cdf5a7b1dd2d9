package dev.unmask.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.core.CoreOptions;
import dev.unmask.core.TritonCore;
import dev.unmask.request.InferRequest;
import dev.unmask.request.InferResponse;
import dev.unmask.request.InferenceCall;
import dev.unmask.request.ResponseObserver;
import dev.unmask.request.Tensor;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Many requests in the real Triton, half of them streamed, a third given up at random points, while
 * one of the models comes and goes: every one is answered to one end and given back once, with the
 * tokens that it has alone, and memory stays level.
 */
@RealTriton
@Timeout(1200)
class ITRealTritonStress {
  private static final int REQUESTS = Integer.getInteger("unmask.stress.requests", 10_000);
  private static final int AT_ONCE = 48;
  private static final int ANSWERS_BEFORE_UNLOAD = 20;
  private static final String COMING_AND_GOING = "guest";

  /** After each of these memory is looked at. */
  private static final int ROUNDS = 8;

  /**
   * What memory may differ by where a model is loaded anew again and again: an engine's direct
   * buffers grow to the largest step there was, by about 7 MB here. What a model that stays behind
   * takes is more than this from the second time on.
   */
  private static final long RELOADING_SLACK_BYTES = 24 << 20;

  /** The same where the virtual machine does not tell what of it is its own, as in an IDE. */
  private static final long UNTRACKED_SLACK_BYTES = 64 << 20;

  private static final int QUICK_WARM_UP = 30_000;
  private static final int QUICK_ROUNDS = 5;
  private static final int QUICK_REQUESTS = 20_000;

  /** What each quick request may leave; the smallest object of Triton's takes more. */
  private static final long LEAK_BYTES = 64;

  private static final int[] TOKENS = {4, 12, 24};
  private static final String BACKEND = "backend: 'unmask'";

  private final Random random = new Random(20_261_124);
  private final Map<String, int[]> alone = new HashMap<>();
  private final List<int[]> prompts = new ArrayList<>();
  private final Semaphore room = new Semaphore(AT_ONCE);
  private final ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
  private final Map<Outcome, AtomicInteger> outcomes = new EnumMap<>(Outcome.class);

  /** Held while the model is away, and while memory is looked at. */
  private final ReentrantLock home = new ReentrantLock();

  private final AtomicInteger guestAnswers = new AtomicInteger();
  private RealTritonTarget triton;
  private List<String> models;

  /** How a request ended. */
  private enum Outcome {
    ANSWERED,
    CANCELLED,
    /** Its model was not there. */
    NOT_THERE
  }

  private static String setting(String name, String value) {
    return "parameters { key: '" + name + "' value { string_value: '" + value + "' } }";
  }

  private static WireRepository realModels() {
    String[] config = {
      BACKEND,
      setting("kv_cache_reuse", "false"),
      setting("max_sequences", "16"),
      setting("max_queue_size", "16")
    };
    return new WireRepository()
        .add("d2f", "tiny_d2f", config)
        .add("ar", "tiny_ar", config)
        .add(COMING_AND_GOING, "tiny_ar", config);
  }

  /** Starts a server and learns what each request is answered alone. */
  private void start(WireRepository repository, List<String> models) {
    triton =
        new RealTritonTarget(
            repository,
            new CoreOptions(repository.path()).explicit(Set.copyOf(models).toArray(String[]::new)));
    this.models = models;
    for (Outcome outcome : Outcome.values()) {
      outcomes.put(outcome, new AtomicInteger());
    }
    for (GoldenLine line : GoldenLine.read("d2f.jsonl").subList(0, 12)) {
      prompts.add(line.promptIds());
    }
    for (String model : Set.copyOf(models)) {
      for (int prompt = 0; prompt < prompts.size(); prompt++) {
        for (int tokens : TOKENS) {
          String key = key(model, prompt, tokens);
          alone.put(key, ask(model, prompt, tokens).start(triton).ok().ids());
        }
      }
    }
  }

  @Test
  void manyRequests_modelComesAndGoes_eachEndsOnce() throws Exception {
    start(realModels(), List.of("d2f", "ar", "d2f", COMING_AND_GOING));
    AtomicBoolean over = new AtomicBoolean();
    ExecutorService guest = Executors.newSingleThreadExecutor();
    int reloads;
    List<ProcessMemory> memory = new ArrayList<>();
    try {
      Future<Integer> comingAndGoing = guest.submit(() -> comeAndGo(over));
      for (int i = 0; i < ROUNDS; i++) {
        round(REQUESTS / ROUNDS);
        memory.add(memoryWithTheGuest());
      }
      over.set(true);
      reloads = comingAndGoing.get(60, TimeUnit.SECONDS);
    } finally {
      over.set(true);
      guest.shutdown();
    }
    for (String model : List.of("d2f", "ar")) {
      Poll.until("nothing is in progress", () -> triton.scrape().isIdle(model));
    }
    triton.close();

    // A pass of many rows takes memory for a while; what a leak leaves is there in the leanest
    // moment too.
    ProcessMemory early = ProcessMemory.least(memory.subList(1, ROUNDS / 2));
    ProcessMemory late = ProcessMemory.least(memory.subList(ROUNDS / 2 + 1, ROUNDS));
    ProcessMemory growth = late.minus(early);
    System.out.printf("stress: %s, %d reloads, %s of %s%n", outcomes, reloads, growth, memory);
    assertEquals(List.of(), List.copyOf(wrong));
    int total = outcomes.values().stream().mapToInt(AtomicInteger::get).sum();
    assertEquals(REQUESTS / ROUNDS * ROUNDS, total);
    assertTrue(outcomes.get(Outcome.CANCELLED).get() > REQUESTS / 10, outcomes::toString);
    assertTrue(outcomes.get(Outcome.ANSWERED).get() > REQUESTS / 3, outcomes::toString);
    assertTrue(reloads >= 3, () -> reloads + " reloads");
    growth.assertBelow(ProcessMemory.isTracked() ? RELOADING_SLACK_BYTES : UNTRACKED_SLACK_BYTES);
  }

  /**
   * With an engine that takes no time there are so many that what a leak leaves of each shows. What
   * the virtual machine itself takes and gives back meanwhile is in a round now and then, a leak is
   * in every one.
   */
  @Test
  void manyRequests_noModelComesAndGoes_memoryStaysLevel() throws Exception {
    start(
        new WireRepository().add("quick", "tiny_ar", BACKEND, setting("engine", "noop")),
        List.of("quick"));
    round(QUICK_WARM_UP);
    List<Long> heap = new ArrayList<>();
    List<Long> malloc = new ArrayList<>();
    ProcessMemory before = ProcessMemory.now();
    for (int i = 0; i < QUICK_ROUNDS; i++) {
      round(QUICK_REQUESTS);
      ProcessMemory after = ProcessMemory.now();
      heap.add(after.minus(before).heapBytes());
      malloc.add(after.minus(before).mallocBytes());
      before = after;
    }
    triton.close();
    System.out.printf("level: %s, heap %s, malloc %s%n", outcomes, heap, malloc);
    assertEquals(List.of(), List.copyOf(wrong));
    assertTrue(median(heap) < QUICK_REQUESTS * LEAK_BYTES, heap::toString);
    assertTrue(median(malloc) < QUICK_REQUESTS * LEAK_BYTES, malloc::toString);
  }

  private static long median(List<Long> values) {
    return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
  }

  /** Sends requests and waits until all of them are over. */
  private void round(int requests) throws InterruptedException {
    for (int i = 0; i < requests; i++) {
      send();
    }
    room.acquire(AT_ONCE);
    room.release(AT_ONCE);
    Poll.until("every request was given back", () -> TritonCore.unfinished() == 0);
  }

  private ProcessMemory memoryWithTheGuest() {
    home.lock();
    try {
      return ProcessMemory.now();
    } finally {
      home.unlock();
    }
  }

  /**
   * Unloads and loads a model until the test is over; returns how often. It stays until it has
   * answered: Triton 2.71 crashes where a model is unloaded in the moment in which its load ends,
   * also with a backend that does nothing.
   */
  private int comeAndGo(AtomicBoolean over) {
    int times = 0;
    while (!over.get()) {
      int before = guestAnswers.get();
      Poll.until(
          "the guest answers",
          () -> over.get() || guestAnswers.get() >= before + ANSWERS_BEFORE_UNLOAD);
      home.lock();
      try {
        triton.core().unload(COMING_AND_GOING);
        Poll.until(
            "the guest has gone", () -> triton.core().index().contains("\"reason\":\"unloaded\""));
        triton.core().load(COMING_AND_GOING);
      } finally {
        home.unlock();
      }
      times++;
    }
    return times;
  }

  private static String key(String model, int prompt, int tokens) {
    return model + " " + prompt + " " + tokens;
  }

  private Ask ask(String model, int prompt, int tokens) {
    return Ask.of(model)
        .with(Tensor.ofInts("input_ids", prompts.get(prompt)))
        .number("max_tokens", tokens)
        .flag("return_output_ids");
  }

  private void send() throws InterruptedException {
    String model = models.get(random.nextInt(models.size()));
    int prompt = random.nextInt(prompts.size());
    int tokens = TOKENS[random.nextInt(TOKENS.length)];
    Ask ask = ask(model, prompt, tokens);
    if (random.nextBoolean()) {
      ask.stream();
    }
    // Given up at once, after some responses, or never.
    int cancelAfter = random.nextInt(3) == 0 ? random.nextInt(4) : -1;
    room.acquire();
    Caller caller = new Caller(alone.get(key(model, prompt, tokens)), cancelAfter, model);
    InferRequest request = ask.request();
    try {
      caller.begun(triton.infer(model, request, caller));
    } catch (UnmaskException e) {
      caller.onError(e);
    }
  }

  /** Notes what is wrong; the first few will do. */
  private void wrong(String what) {
    if (wrong.size() < 20) {
      wrong.add(what);
    }
  }

  /** The client of one request. */
  private final class Caller implements ResponseObserver {
    private final int[] expected;
    private final int cancelAfter;
    private final String model;
    private final List<Integer> ids = new ArrayList<>();
    private int responses;
    private int ends;
    private InferenceCall call;

    Caller(int[] expected, int cancelAfter, String model) {
      this.expected = expected;
      this.cancelAfter = cancelAfter;
      this.model = model;
    }

    void begun(InferenceCall started) {
      synchronized (this) {
        call = started;
      }
      giveUpWhereItIsTime();
    }

    private void giveUpWhereItIsTime() {
      InferenceCall running;
      synchronized (this) {
        if (cancelAfter < 0 || responses < cancelAfter) {
          return;
        }
        running = call;
      }
      if (running != null) {
        running.cancel();
      }
    }

    @Override
    public void onResponse(InferResponse response, boolean last) {
      synchronized (this) {
        responses++;
        for (Tensor tensor : response.outputs()) {
          if (tensor.name().equals("output_ids")) {
            for (int i = 0; i < tensor.elements(); i++) {
              ids.add((int) tensor.integer(i));
            }
          }
        }
      }
      giveUpWhereItIsTime();
      if (last) {
        ended(Outcome.ANSWERED);
      }
    }

    @Override
    public void onCompleted() {
      ended(Outcome.ANSWERED);
    }

    @Override
    public void onError(UnmaskException error) {
      if (error.code() == ErrorCode.CANCELLED) {
        if (cancelAfter < 0) {
          wrong("cancelled unasked: " + error.getMessage());
        }
        ended(Outcome.CANCELLED);
      } else {
        boolean fine =
            model.equals(COMING_AND_GOING)
                && (error.code() == ErrorCode.NOT_FOUND || error.code() == ErrorCode.UNAVAILABLE);
        if (!fine) {
          wrong(model + ": " + error.code() + " " + error.getMessage());
        }
        ended(Outcome.NOT_THERE);
      }
    }

    private synchronized void ended(Outcome outcome) {
      ends++;
      if (ends > 1) {
        wrong("it ended twice");
        return;
      }
      int[] got = ids.stream().mapToInt(Integer::intValue).toArray();
      boolean right =
          outcome == Outcome.ANSWERED
              ? Arrays.equals(expected, got)
              : got.length <= expected.length
                  && Arrays.equals(Arrays.copyOf(expected, got.length), got);
      if (!right) {
        wrong(outcome + " " + Arrays.toString(got) + " not " + Arrays.toString(expected));
      }
      outcomes.get(outcome).incrementAndGet();
      if (outcome == Outcome.ANSWERED && model.equals(COMING_AND_GOING)) {
        guestAnswers.incrementAndGet();
      }
      room.release();
    }
  }
}
