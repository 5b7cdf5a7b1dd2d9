package dev.unmask.importer;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;

/** Reads base and scaling of the rotary embedding from a {@code config.json}. */
final class RopeReader {
  private RopeReader() {}

  /** Base and scaling lie at the top level and in rope_scaling, or both in rope_parameters. */
  static RopeTable read(ConfigFile config, int headDim) {
    ConfigFile parameters = config.object("rope_parameters");
    ConfigFile scaling = parameters != null ? parameters : config.object("rope_scaling");
    ConfigFile base = parameters != null && parameters.has("rope_theta") ? parameters : config;
    double theta = base.positiveNumber("rope_theta", 10000);
    for (ConfigFile part : new ConfigFile[] {config, scaling}) {
      if (part != null && part.positiveNumber("partial_rotary_factor", 1) != 1) {
        throw part.unsupported("partial_rotary_factor");
      }
    }
    double[] frequencies = new double[headDim / 2];
    for (int i = 0; i < frequencies.length; i++) {
      frequencies[i] = Math.pow(theta, -2.0 * i / headDim);
    }
    if (scaling == null) {
      return new RopeTable(frequencies, 1);
    }
    String type = scaling.text("rope_type", scaling.text("type", "default"));
    switch (type) {
      case "default" -> {}
      // Scales only sequences longer than max_position_embeddings, and no graph takes those.
      case "dynamic" -> scaling.positiveNumber("factor");
      case "linear" -> {
        double factor = scaling.positiveNumber("factor");
        for (int i = 0; i < frequencies.length; i++) {
          frequencies[i] /= factor;
        }
      }
      case "llama3" -> scaleLlama3(scaling, frequencies);
      default ->
          throw new UnmaskException(
              ErrorCode.UNSUPPORTED,
              config.file()
                  + ": rope_type="
                  + type
                  + " is none of default, linear, dynamic, llama3");
    }
    return new RopeTable(frequencies, 1);
  }

  private static void scaleLlama3(ConfigFile scaling, double[] frequencies) {
    double factor = scaling.positiveNumber("factor");
    double low = scaling.positiveNumber("low_freq_factor");
    double high = scaling.positiveNumber("high_freq_factor");
    double original = scaling.positiveNumber("original_max_position_embeddings");
    if (high <= low) {
      throw scaling.wrong("high_freq_factor", "above low_freq_factor=" + low);
    }
    for (int i = 0; i < frequencies.length; i++) {
      double wavelength = 2 * Math.PI / frequencies[i];
      if (wavelength > original / low) {
        frequencies[i] /= factor;
      } else if (wavelength >= original / high) {
        double smooth = (original / wavelength - low) / (high - low);
        frequencies[i] = (1 - smooth) * frequencies[i] / factor + smooth * frequencies[i];
      }
    }
  }
}
