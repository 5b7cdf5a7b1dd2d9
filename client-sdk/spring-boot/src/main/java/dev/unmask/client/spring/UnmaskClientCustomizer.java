package dev.unmask.client.spring;

import dev.unmask.client.UnmaskClient;

/**
 * Changes the settings of the auto-configured client. All beans of this type are asked, in the
 * order that Spring gives them, after the properties were applied.
 */
@FunctionalInterface
public interface UnmaskClientCustomizer {
  /**
   * Changes settings.
   *
   * @param builder has what the properties say and what earlier customizers set
   */
  void customize(UnmaskClient.Builder builder);
}
