package dev.unmask.client.spring;

import dev.unmask.client.MicrometerMetrics;
import dev.unmask.client.OpenTelemetryTracing;
import dev.unmask.client.UnmaskClient;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * Makes an {@link UnmaskClient} where {@code unmask.client.endpoints} is set and the application
 * has none. It is measured and traced where the application has one {@link MeterRegistry} and one
 * {@link OpenTelemetry}, or a primary one.
 */
@AutoConfiguration
@Conditional(EndpointsCondition.class)
@EnableConfigurationProperties(UnmaskProperties.class)
public class UnmaskAutoConfiguration {
  /** Called by Spring. */
  public UnmaskAutoConfiguration() {}

  /**
   * The client.
   *
   * @param properties its settings
   * @param customizers change them
   * @return closed with the application
   */
  @Bean(destroyMethod = "close")
  @ConditionalOnMissingBean
  public UnmaskClient unmaskClient(
      UnmaskProperties properties, ObjectProvider<UnmaskClientCustomizer> customizers) {
    UnmaskClient.Builder builder = UnmaskClient.builder();
    ClientSettings.apply(properties, builder);
    customizers.orderedStream().forEach(customizer -> customizer.customize(builder));
    return builder.build();
  }

  /** Looks for the registry when the client is made, when all configurations have been read. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(MeterRegistry.class)
  static class Metrics {
    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    UnmaskClientCustomizer unmaskClientMetrics(ObjectProvider<MeterRegistry> registries) {
      return builder ->
          registries.ifUnique(registry -> builder.interceptor(new MicrometerMetrics(registry)));
    }
  }

  /** As {@link Metrics}. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(OpenTelemetry.class)
  static class Tracing {
    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    UnmaskClientCustomizer unmaskClientTracing(ObjectProvider<OpenTelemetry> telemetries) {
      return builder ->
          telemetries.ifUnique(
              telemetry -> builder.interceptor(new OpenTelemetryTracing(telemetry)));
    }
  }
}
