package dev.unmask.client.spring.example;

import dev.unmask.client.ChatMessage;
import dev.unmask.client.GenerateRequest;
import dev.unmask.client.UnmaskClient;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** An application with a client, configured by {@code unmask.client.*}. */
@SpringBootApplication(proxyBeanMethods = false)
public class SpringExample {
  private final UnmaskClient client;

  SpringExample(UnmaskClient client) {
    this.client = client;
  }

  String answer(String question) {
    return client
        .generate(
            GenerateRequest.builder("tiny_d2f")
                .messages(ChatMessage.system("Answer briefly."), ChatMessage.user(question))
                .maxTokens(32)
                .build())
        .text();
  }

  /**
   * Runs it.
   *
   * @param args such as {@code --unmask.client.endpoints=grpc://localhost:8001}
   */
  public static void main(String[] args) {
    try (ConfigurableApplicationContext application =
        SpringApplication.run(SpringExample.class, args)) {
      System.out.println(application.getBean(SpringExample.class).answer("Hello"));
    }
  }
}
