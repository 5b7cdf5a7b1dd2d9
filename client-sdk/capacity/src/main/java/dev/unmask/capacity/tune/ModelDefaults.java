package dev.unmask.capacity.tune;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.unmask.repository.ModelManifest;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;

/** Writes parameters into a model's {@code unmask.json}, as what requests get that name none. */
public final class ModelDefaults {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private ModelDefaults() {}

  /**
   * Writes them. What the file says otherwise stays; of an algorithm that is not the default one
   * until now, no earlier default stays but the block size.
   *
   * @param version directory of the model's version
   * @param parameters by name, {@code algorithm} among them or not
   * @return the file
   * @throws UnmaskException where it cannot be read or written; the file is as it was then
   */
  public static Path write(Path version, Map<String, Object> parameters) {
    Path file = version.resolve(ModelManifest.FILE_NAME);
    ModelManifest before = ModelManifest.read(version);
    Path temporary = null;
    try {
      ObjectNode manifest = (ObjectNode) JSON.readTree(file.toFile());
      ObjectNode defaults = manifest.withObjectProperty("default_parameters");
      Object algorithm = parameters.get("algorithm");
      if (algorithm != null && !algorithm.equals(before.defaultAlgorithm())) {
        manifest.put("default_algorithm", algorithm.toString());
        defaults.retain("block_size");
      }
      parameters.forEach(
          (name, value) -> {
            if (!name.equals("algorithm")) {
              defaults.set(name, JSON.valueToTree(value));
            }
          });
      temporary = Files.createTempFile(version, "." + ModelManifest.FILE_NAME, ".part");
      Files.writeString(temporary, JSON.writeValueAsString(manifest) + "\n");
      Files.setPosixFilePermissions(temporary, Files.getPosixFilePermissions(file));
      Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
      return file;
    } catch (IOException e) {
      throw new UnmaskException(ErrorCode.UNAVAILABLE, file + ": " + e, e);
    } finally {
      drop(temporary);
    }
  }

  private static void drop(Path temporary) {
    try {
      if (temporary != null) {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException e) {
      // What matters is in place, or the error that led here is the one to tell.
    }
  }
}
