package dev.unmask.it;

import dev.unmask.load.Chunk;
import dev.unmask.load.LoadCall;
import dev.unmask.load.LoadCall.Outcome;
import dev.unmask.load.LoadClient;
import dev.unmask.load.LoadClients;
import dev.unmask.load.LoadProtocol;
import dev.unmask.load.LoadRequest;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One of the streams of a soak: sends request after request, gives some up at a random point, and
 * compares the tokens of those that complete with what they are to be.
 */
final class SoakStream implements Callable<SoakStream.Tally> {
  private static final int MAX_CANCEL_CHUNKS = 12;
  private static final int MAX_CANCEL_MICROS = 200_000;
  private static final int MAX_TIMEOUT_MICROS = 400_000;

  /** What became of the requests of a stream. */
  record Tally(long complete, long cancelled, long expired, long tokens) {
    static final Tally NONE = new Tally(0, 0, 0, 0);

    Tally plus(Tally other) {
      return new Tally(
          complete + other.complete,
          cancelled + other.cancelled,
          expired + other.expired,
          tokens + other.tokens);
    }
  }

  private final LoadClients clients;
  private final LoadProtocol protocol;
  private final List<LoadRequest> requests;
  private final List<int[]> answers;
  private final ScheduledExecutorService timer;
  private final AtomicBoolean stop;
  private final Random random;

  /**
   * What one request was answered. Each request has its own: a chunk that was under way when its
   * request was cancelled from another thread may be told after the next request has begun.
   */
  private static final class Answer {
    private int[] ids = new int[0];
    private int chunks;

    synchronized void add(LoadCall call, Chunk chunk, int cancelChunks) {
      int length = ids.length;
      ids = Arrays.copyOf(ids, length + chunk.outputIds().length);
      System.arraycopy(chunk.outputIds(), 0, ids, length, chunk.outputIds().length);
      if (++chunks == cancelChunks) {
        call.cancel();
      }
    }

    synchronized int[] ids() {
      return ids;
    }
  }

  /**
   * @param answers tokens of each request when it is alone
   * @param timer runs cancels
   */
  SoakStream(
      LoadClients clients,
      LoadProtocol protocol,
      List<LoadRequest> requests,
      List<int[]> answers,
      ScheduledExecutorService timer,
      AtomicBoolean stop,
      long seed) {
    this.clients = clients;
    this.protocol = protocol;
    this.requests = requests;
    this.answers = answers;
    this.timer = timer;
    this.stop = stop;
    this.random = new Random(seed);
  }

  @Override
  public Tally call() throws InterruptedException {
    Tally tally = Tally.NONE;
    try (LoadClient client = clients.open(protocol)) {
      while (!stop.get()) {
        tally = tally.plus(one(client));
      }
    }
    return tally;
  }

  private Tally one(LoadClient client) throws InterruptedException {
    int number = random.nextInt(requests.size());
    LoadRequest request = requests.get(number);
    Map<String, Object> parameters = new HashMap<>(request.parameters());
    if (random.nextInt(8) == 0) {
      parameters.put("priority", 1 + random.nextInt(3));
    }
    boolean timed = random.nextInt(10) == 0;
    if (timed) {
      parameters.put("timeout", 1000 + random.nextInt(MAX_TIMEOUT_MICROS));
    }
    int cancelChunks = random.nextInt(5) == 0 ? random.nextInt(MAX_CANCEL_CHUNKS) + 1 : 0;
    boolean cancelLater = cancelChunks == 0 && random.nextInt(8) == 0;

    Answer answer = new Answer();
    LoadCall call =
        client.start(
            new LoadRequest(request.model(), request.id(), request.prompt(), parameters),
            (running, chunk) -> answer.add(running, chunk, cancelChunks));
    Outcome outcome;
    if (cancelLater) {
      int micros = random.nextInt(MAX_CANCEL_MICROS);
      Future<?> cancel = timer.schedule(call::cancel, micros, TimeUnit.MICROSECONDS);
      outcome = call.await();
      cancel.cancel(false);
    } else {
      outcome = call.await();
    }
    boolean cancelling = cancelLater || cancelChunks > 0;
    return judge(request, answer.ids(), answers.get(number), outcome, timed, cancelling);
  }

  private Tally judge(
      LoadRequest request,
      int[] ids,
      int[] answer,
      Outcome outcome,
      boolean timed,
      boolean cancelling) {
    int length = Math.min(ids.length, answer.length);
    if (!Arrays.equals(ids, 0, length, answer, 0, length) || ids.length > answer.length) {
      throw new AssertionError(
          request + ": tokens " + Arrays.toString(ids) + ", alone " + Arrays.toString(answer));
    }
    switch (outcome.status()) {
      case COMPLETE -> {
        if (ids.length != answer.length) {
          throw new AssertionError(request + ": " + ids.length + " tokens, alone " + answer.length);
        }
        return new Tally(1, 0, 0, ids.length);
      }
      case CANCELLED -> {
        if (!cancelling) {
          throw new AssertionError(request + ": cancelled by nobody");
        }
        return new Tally(0, 1, 0, ids.length);
      }
      default -> {
        if (!timed || !outcome.message().contains("timeout expired")) {
          throw new AssertionError(request + ": " + outcome.message());
        }
        return new Tally(0, 0, 1, ids.length);
      }
    }
  }
}
