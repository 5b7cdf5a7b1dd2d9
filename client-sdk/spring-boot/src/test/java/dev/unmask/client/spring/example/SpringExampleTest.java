package dev.unmask.client.spring.example;

import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.unmask.client.testing.EmbeddedServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

@Timeout(120)
class SpringExampleTest {
  @Test
  void answer_realServer_isGiven() {
    try (EmbeddedServer server = EmbeddedServer.start();
        ConfigurableApplicationContext application =
            SpringApplication.run(
                SpringExample.class,
                "--unmask.client.endpoints=" + server.grpc(),
                "--unmask.client.retry.max-attempts=2")) {
      assertFalse(application.getBean(SpringExample.class).answer("Hello").isEmpty());
    }
  }
}
