package dev.unmask.capacity.simulate;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * What a forward pass meets on a machine. Immutable.
 *
 * @param description where the numbers are from
 * @param memoryBytesPerSecond speed of reading weights, keys and values
 * @param flops multiplications and additions per second of matrix products, by data type
 * @param attentionFlops of attention
 * @param memoryBytes for weights, keys and values
 * @param secondsPerPass what every pass costs
 * @param secondsPerLayer what every layer of a pass costs: launches of its kernels
 * @param efficiency share of speed and arithmetic that is reached
 * @param overlap how far reading and arithmetic go on at the same time: 1 as in the roofline model,
 *     0 one after the other
 */
public record Hardware(
    String description,
    @JsonProperty("memory_bytes_per_second") double memoryBytesPerSecond,
    Map<String, Double> flops,
    @JsonProperty("attention_flops") double attentionFlops,
    @JsonProperty("memory_bytes") double memoryBytes,
    @JsonProperty("seconds_per_pass") double secondsPerPass,
    @JsonProperty("seconds_per_layer") double secondsPerLayer,
    double efficiency,
    double overlap) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String RESOURCE = "hardware.json";

  /** Makes the map unmodifiable. */
  public Hardware {
    flops = Map.copyOf(flops);
  }

  /**
   * Finds one of the known machines, or reads a file that {@link Calibration} wrote.
   *
   * @throws UnmaskException NOT_FOUND where there is neither, INVALID_ARGUMENT where the file is
   *     not one
   */
  public static Hardware of(String name) {
    Map<String, Hardware> known = known();
    if (known.containsKey(name)) {
      return known.get(name);
    }
    Path file = Path.of(name);
    if (!Files.isRegularFile(file)) {
      throw new UnmaskException(
          ErrorCode.NOT_FOUND,
          "--hardware="
              + name
              + " is no file and none of "
              + known.keySet().stream().sorted().toList());
    }
    try {
      return JSON.readValue(file.toFile(), Hardware.class);
    } catch (IOException e) {
      throw UnmaskException.invalid("--hardware=" + name + ": " + e.getMessage());
    }
  }

  /** Whether a name is that of a known machine, and not of a file. */
  public static boolean isKnown(String name) {
    return known().containsKey(name);
  }

  /** Those whose vendors' figures are known here, by name. */
  static Map<String, Hardware> known() {
    try (InputStream in = Hardware.class.getResourceAsStream(RESOURCE)) {
      return JSON.readValue(in, new TypeReference<Map<String, Hardware>>() {});
    } catch (IOException e) {
      throw new UnmaskException(ErrorCode.INTERNAL, RESOURCE + ": " + e, e);
    }
  }

  /** As a file that {@link #of} reads. */
  public String toJson() {
    try {
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(this) + "\n";
    } catch (IOException e) {
      throw new UnmaskException(ErrorCode.INTERNAL, "hardware: " + e, e);
    }
  }

  /**
   * Arithmetic of a data type.
   *
   * @throws UnmaskException INVALID_ARGUMENT where it is not known
   */
  double flops(String dtype) {
    Double value = flops.get(dtype);
    if (value == null) {
      throw UnmaskException.invalid(
          "--dtype="
              + dtype
              + " is not known of this hardware, which has "
              + flops.keySet().stream().sorted().toList());
    }
    return value;
  }
}
