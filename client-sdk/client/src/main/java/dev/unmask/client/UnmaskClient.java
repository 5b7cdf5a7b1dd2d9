package dev.unmask.client;

import dev.unmask.client.internal.ClientCore;
import dev.unmask.client.internal.EndpointAddress;
import dev.unmask.client.internal.GenerateOperation;
import dev.unmask.client.internal.Headers;
import dev.unmask.client.internal.InferOperation;
import dev.unmask.client.internal.Names;
import dev.unmask.client.internal.TransportOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.function.Supplier;

/**
 * A client of Unmask, or of any KServe v2 server, such as NVIDIA Triton. Immutable and thread-safe;
 * one is enough for a whole program. It connects when it has to and until it is closed.
 *
 * <pre>{@code
 * try (UnmaskClient client = UnmaskClient.connect("grpc://localhost:8001")) {
 *   System.out.println(client.generate(GenerateRequest.of("tiny_d2f", "Hello")).text());
 * }
 * }</pre>
 */
public final class UnmaskClient implements AutoCloseable {
  private final ClientCore core;
  private final ServerControl server;

  private UnmaskClient(Builder builder) {
    core = new ClientCore(builder.settings());
    server = new ServerControl(core);
  }

  /**
   * A client with default settings.
   *
   * @param endpoints see {@link Builder#endpoints}
   * @return a client, to be closed
   */
  public static UnmaskClient connect(String... endpoints) {
    return builder().endpoints(endpoints).build();
  }

  /**
   * Begins a client.
   *
   * @return a builder without endpoints
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Generates and waits for the whole answer.
   *
   * @param request what is to be generated
   * @return the answer
   * @throws UnmaskClientException where it failed; an interrupt gives the request up
   */
  public GenerateResult generate(GenerateRequest request) {
    return core.await(request);
  }

  /**
   * Generates.
   *
   * @param request what is to be generated
   * @return completed with the answer or an {@link UnmaskClientException}; cancelling it gives the
   *     request up
   */
  public CompletableFuture<GenerateResult> generateAsync(GenerateRequest request) {
    return core.generate(request);
  }

  /**
   * Generates and gives the parts of the answer as they come.
   *
   * @param request what is to be generated
   * @return the events, {@link GenerationEvent.Finished} last; to be closed
   */
  public GenerationStream stream(GenerateRequest request) {
    return new GenerationStream(core.queue(request), request.requestId());
  }

  /**
   * Generates for every subscriber, as fast as it asks for events.
   *
   * @param request what is to be generated
   * @return publishes events, {@link GenerationEvent.Finished} last, or an {@link
   *     UnmaskClientException}; cancelling a subscription gives its request up
   */
  public Flow.Publisher<GenerationEvent> publish(GenerateRequest request) {
    return core.publisher(new GenerateOperation(request, true));
  }

  /**
   * Sends tensors to a model and waits for its one response.
   *
   * @param request the tensors
   * @return the response
   * @throws UnmaskClientException where it failed; an interrupt gives the request up
   */
  public InferResult infer(InferRequest request) {
    return core.await(new InferOperation(request, false));
  }

  /**
   * Sends tensors to a model that has one response.
   *
   * @param request the tensors
   * @return completed with the response or an {@link UnmaskClientException}; cancelling it gives
   *     the request up
   */
  public CompletableFuture<InferResult> inferAsync(InferRequest request) {
    return core.first(new InferOperation(request, false));
  }

  /**
   * Sends tensors to a model with any number of responses, once for every subscriber; over gRPC
   * only.
   *
   * @param request the tensors
   * @return publishes responses, or an {@link UnmaskClientException}; cancelling a subscription
   *     gives its request up
   */
  public Flow.Publisher<InferResult> publish(InferRequest request) {
    return core.publisher(new InferOperation(request, true));
  }

  /**
   * Questions about the server and its models, and orders to it.
   *
   * @return usable as long as this client
   */
  public ServerControl server() {
    return server;
  }

  /**
   * Gives up what is in progress, and gives back connections and threads. Requests in progress end
   * with {@link ErrorCode#CANCELLED}. Returns when all is given back, but in a callback on one of
   * those threads at once.
   */
  @Override
  public void close() {
    core.close();
  }

  /** Settings of a client. Not thread-safe. */
  public static final class Builder {
    private static final String RESTRICTED_GRPC = "triton-grpc-protocol-";

    private final List<EndpointAddress> endpoints = new ArrayList<>();
    private final Map<String, String> headers = new LinkedHashMap<>();
    private final Map<String, String> restricted = new LinkedHashMap<>();
    private final List<ClientInterceptor> interceptors = new ArrayList<>();
    private Balancing balancing = Balancing.ROUND_ROBIN;
    private TlsOptions tls = TlsOptions.DEFAULT;
    private Duration connectTimeout = Duration.ofSeconds(10);
    private Duration requestTimeout = Duration.ofMinutes(10);
    private Duration idleTimeout = Duration.ofMinutes(2);
    private Duration healthCheckInterval = Duration.ZERO;
    private Duration hedgeDelay = Duration.ZERO;
    private RetryPolicy retry = RetryPolicy.DEFAULT;
    private Supplier<String> token;
    private int maxResponseBytes = 64 << 20;
    private int ioThreads = 1;
    private Executor callbacks = Runnable::run;

    private Builder() {}

    /**
     * Adds servers that have the same models, all of them over gRPC or all over HTTP.
     *
     * @param uris such as {@code grpc://host:8001}, {@code grpcs://host:8001}, {@code
     *     http://host:8000} or {@code https://host}
     * @return this
     * @throws IllegalArgumentException for anything else
     */
    public Builder endpoints(String... uris) {
      for (String uri : uris) {
        EndpointAddress address = EndpointAddress.parse(uri);
        if (!endpoints.isEmpty() && endpoints.get(0).grpc() != address.grpc()) {
          throw new IllegalArgumentException(
              "endpoints " + endpoints.get(0) + " and " + uri + " differ in protocol");
        }
        endpoints.add(address);
      }
      return this;
    }

    /**
     * How one of several endpoints is chosen; {@link Balancing#ROUND_ROBIN} unless set.
     *
     * @param policy how
     * @return this
     */
    public Builder balancing(Balancing policy) {
      balancing = Objects.requireNonNull(policy, "balancing");
      return this;
    }

    /**
     * How connections of {@code grpcs} and {@code https} are encrypted.
     *
     * @param options certificates
     * @return this
     */
    public Builder tls(TlsOptions options) {
      tls = Objects.requireNonNull(options, "tls");
      return this;
    }

    /**
     * Adds a header to every request.
     *
     * @param name letters, digits, dots, hyphens and underscores
     * @param value printable ASCII
     * @return this
     */
    public Builder header(String name, String value) {
      headers.put(Names.header(name), Names.value(name, value));
      return this;
    }

    /**
     * Sends a token with every request, as {@code authorization: Bearer}.
     *
     * @param supplier asked before every attempt, null for no token now; must not block for long
     * @return this
     */
    public Builder token(Supplier<String> supplier) {
      token = Objects.requireNonNull(supplier, "token");
      return this;
    }

    /**
     * Sends the header that Triton expects for restricted APIs ({@code --http-restricted-api},
     * {@code --grpc-restricted-protocol}).
     *
     * @param key the name that the server was given
     * @param value the value that the server was given
     * @return this
     */
    public Builder restrictedApi(String key, String value) {
      restricted.put(Names.header(key), Names.value(key, value));
      return this;
    }

    /**
     * How long a connection may take to be made; 10 seconds unless set.
     *
     * @param timeout above zero
     * @return this
     */
    public Builder connectTimeout(Duration timeout) {
      connectTimeout = positive("connectTimeout", timeout);
      return this;
    }

    /**
     * How long a request may take in all, retries included; 10 minutes unless set. It travels with
     * the request, so that the server gives it up too; over HTTP not to models of {@link
     * ModelFormat#VLLM} and {@link ModelFormat#TENSORRT_LLM}.
     *
     * @param timeout zero for any time
     * @return this
     */
    public Builder requestTimeout(Duration timeout) {
      requestTimeout = notNegative("requestTimeout", timeout);
      return this;
    }

    /**
     * Longest wait for a sign of life in a stream; 2 minutes unless set. The time that a consumer
     * takes to ask for an event does not count. What has one response has no other sign of life,
     * and only {@link #requestTimeout} bounds it.
     *
     * @param timeout zero for any time
     * @return this
     */
    public Builder idleTimeout(Duration timeout) {
      idleTimeout = notNegative("idleTimeout", timeout);
      return this;
    }

    /**
     * Asks every endpoint whether it is ready now and then, beside noticing those that cannot be
     * reached; not unless set.
     *
     * @param interval zero for never
     * @return this
     */
    public Builder healthCheckInterval(Duration interval) {
      healthCheckInterval = notNegative("healthCheckInterval", interval);
      return this;
    }

    /**
     * Sends a request that has no response after this time a second time, to another endpoint where
     * there is one, and takes the answer that comes first; not unless set. Costs the server work.
     *
     * @param delay zero for never
     * @return this
     */
    public Builder hedging(Duration delay) {
      hedgeDelay = notNegative("hedging", delay);
      return this;
    }

    /**
     * When a request that failed is sent again; {@link RetryPolicy#DEFAULT} unless set.
     *
     * @param policy when
     * @return this
     */
    public Builder retry(RetryPolicy policy) {
      retry = Objects.requireNonNull(policy, "retry");
      return this;
    }

    /**
     * Adds one that sees every request.
     *
     * @param interceptor called after those that were added before
     * @return this
     */
    public Builder interceptor(ClientInterceptor interceptor) {
      interceptors.add(Objects.requireNonNull(interceptor, "interceptor"));
      return this;
    }

    /**
     * Longest response, or event of a stream, that is taken; 64 MiB unless set.
     *
     * @param bytes above zero
     * @return this
     */
    public Builder maxResponseBytes(int bytes) {
      atLeastOne("maxResponseBytes", bytes);
      maxResponseBytes = bytes;
      return this;
    }

    /**
     * Threads that read and write; 1 unless set, which is enough for tens of thousands of events a
     * second.
     *
     * @param threads above zero
     * @return this
     */
    public Builder ioThreads(int threads) {
      atLeastOne("ioThreads", threads);
      ioThreads = threads;
      return this;
    }

    /**
     * Where futures complete and subscribers are told; unless set, on the threads that read, which
     * must not be blocked.
     *
     * @param executor any; signals of one subscriber are never told at the same time
     * @return this
     */
    public Builder callbackExecutor(Executor executor) {
      callbacks = Objects.requireNonNull(executor, "callbackExecutor");
      return this;
    }

    private static void atLeastOne(String name, int value) {
      if (value < 1) {
        throw new IllegalArgumentException(name + "=" + value + " is not in >= 1");
      }
    }

    private static Duration notNegative(String name, Duration value) {
      if (value.isNegative()) {
        throw new IllegalArgumentException(name + "=" + value + " is not in >= PT0S");
      }
      return value;
    }

    private static Duration positive(String name, Duration value) {
      if (value.isNegative() || value.isZero()) {
        throw new IllegalArgumentException(name + "=" + value + " is not above PT0S");
      }
      return value;
    }

    private ClientCore.Settings settings() {
      if (endpoints.isEmpty()) {
        throw new IllegalArgumentException("endpoints: there is none");
      }
      Map<String, String> all = new LinkedHashMap<>(headers);
      String prefix = endpoints.get(0).grpc() ? RESTRICTED_GRPC : "";
      restricted.forEach((key, value) -> all.put(prefix + key, value));
      return new ClientCore.Settings(
          List.copyOf(endpoints),
          balancing,
          new TransportOptions(tls, connectTimeout, maxResponseBytes, "unmask-client"),
          requestTimeout,
          idleTimeout,
          healthCheckInterval,
          hedgeDelay,
          retry,
          new Headers(all, token),
          List.copyOf(interceptors),
          ioThreads,
          callbacks);
    }

    /**
     * Makes the client. Nothing is connected before the first request.
     *
     * @return a client, to be closed
     * @throws IllegalArgumentException where there is no endpoint, or a certificate cannot be read
     */
    public UnmaskClient build() {
      return new UnmaskClient(this);
    }
  }
}
