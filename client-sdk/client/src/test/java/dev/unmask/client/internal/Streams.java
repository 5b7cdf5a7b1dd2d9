package dev.unmask.client.internal;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.unmask.client.GenerateRequest;
import dev.unmask.client.GenerationEvent;
import dev.unmask.client.GenerationStream;
import dev.unmask.client.UnmaskClient;
import dev.unmask.client.UnmaskClientException;
import java.util.List;

/** Streams that are to fail. */
final class Streams {
  private Streams() {}

  /**
   * Takes a stream until it fails.
   *
   * @param deltas takes the texts that came before
   */
  static UnmaskClientException failure(
      UnmaskClient client, GenerateRequest request, List<String> deltas) {
    try (GenerationStream stream = client.stream(request)) {
      return assertThrows(
          UnmaskClientException.class,
          () -> {
            while (stream.hasNext()) {
              if (stream.next() instanceof GenerationEvent.Delta delta) {
                deltas.add(delta.text());
              }
            }
          });
    }
  }
}
