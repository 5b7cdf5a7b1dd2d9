package dev.unmask.capacity.cli;

import dev.unmask.bridge.engine.EngineProviders;
import dev.unmask.capacity.targets.EngineTarget;
import dev.unmask.capacity.targets.OpenAiTarget;
import dev.unmask.capacity.targets.Target;
import dev.unmask.capacity.targets.TritonTarget;
import dev.unmask.cli.BundledModels;
import dev.unmask.cli.ModelDirectories;
import dev.unmask.client.ModelFormat;
import dev.unmask.client.UnmaskClient;
import dev.unmask.model.ModelSettings;
import dev.unmask.scheduler.UnmaskException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Options that both sides of a comparison share, and what they make of each side's own. */
final class TargetOptions {
  /** Which protocol an endpoint speaks. */
  enum Api {
    /** Triton's, over gRPC or HTTP by the URL. */
    TRITON,
    /** OpenAI's. */
    OPENAI
  }

  @Option(
      names = "--header",
      paramLabel = "NAME=VALUE",
      description = "header of every request to a Triton endpoint; may be repeated")
  private final Map<String, String> headers = new LinkedHashMap<>();

  @Option(
      names = "--api-key-env",
      paramLabel = "NAME",
      description = "environment variable with the key of an OpenAI endpoint")
  private String apiKeyVariable;

  @Option(
      names = "--request-timeout",
      paramLabel = "SECONDS",
      defaultValue = "300",
      description = "longest time for an answer (default: ${DEFAULT-VALUE})")
  private int timeoutSeconds;

  @Option(
      names = "--repository",
      paramLabel = "DIR",
      description = "model repository of models in this process (default: the bundled one)")
  private Path repository;

  @Option(
      names = "--engine",
      paramLabel = "NAME",
      defaultValue = EngineProviders.AUTO,
      description = "what runs models in this process (default: ${DEFAULT-VALUE})")
  private String engine;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "0",
      description = "threads for the arithmetic in this process (default: the engine chooses)")
  private int threads;

  @Option(
      names = "--max-sequences",
      paramLabel = "N",
      defaultValue = "32",
      description = "sequences decoded at once in this process (default: ${DEFAULT-VALUE})")
  private int maxSequences;

  /**
   * Opens a target.
   *
   * @param url null for a model in this process
   * @param model its name
   * @param api null to tell by the URL
   * @param format names of a Triton model's tensors
   * @param err told of imports
   */
  Target open(String url, String model, Api api, ModelFormat format, PrintWriter err) {
    if (timeoutSeconds < 1) {
      throw UnmaskException.invalid("--request-timeout=" + timeoutSeconds + " is below 1");
    }
    if (url == null) {
      return engine(model, err);
    }
    return isOpenAi(url, api) ? openAi(url, model) : triton(url, model, format);
  }

  private Target engine(String model, PrintWriter err) {
    if (repository == null && BundledModels.isBundled(model)) {
      BundledModels.ensure(model, err);
    }
    ModelSettings settings =
        ModelSettings.DEFAULT.with(
            Map.of(
                "engine", engine,
                "threads", String.valueOf(threads),
                "max_sequences", String.valueOf(maxSequences),
                // Prompts come again and again here; what is kept of them would be measured.
                "kv_cache_reuse", "false",
                "max_queue_size", String.valueOf(1 << 20)));
    return new EngineTarget(model, version(model), settings);
  }

  /** Where a model in this process is from: its newest version. */
  Path version(String model) {
    Path models = repository == null ? BundledModels.repository() : repository;
    return ModelDirectories.newestVersion(models, model);
  }

  private static boolean isOpenAi(String url, Api api) {
    return api == null ? url.matches("https?://.*/v1/?") : api == Api.OPENAI;
  }

  private Target openAi(String url, String model) {
    String key = "";
    if (apiKeyVariable != null) {
      key = System.getenv(apiKeyVariable);
      if (key == null) {
        throw UnmaskException.invalid("--api-key-env=" + apiKeyVariable + " is not set");
      }
    }
    return new OpenAiTarget(uri("--url", url), model, key, Duration.ofSeconds(timeoutSeconds));
  }

  private Target triton(String url, String model, ModelFormat format) {
    UnmaskClient.Builder client =
        UnmaskClient.builder().requestTimeout(Duration.ofSeconds(timeoutSeconds));
    try {
      client.endpoints(url);
      headers.forEach(client::header);
      return new TritonTarget(client.build(), url, model, format);
    } catch (IllegalArgumentException e) {
      throw UnmaskException.invalid("--url=" + url + ": " + e.getMessage());
    }
  }

  /** Where the metrics of a side's server are. */
  static Optional<URI> metrics(String option, String url) {
    return Optional.ofNullable(url).map(given -> uri(option, given));
  }

  private static URI uri(String option, String text) {
    try {
      URI uri = URI.create(text);
      if (uri.getHost() != null && uri.getScheme().matches("https?")) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      // Told below.
    }
    throw UnmaskException.invalid(option + "=" + text + " is no http URL");
  }
}
