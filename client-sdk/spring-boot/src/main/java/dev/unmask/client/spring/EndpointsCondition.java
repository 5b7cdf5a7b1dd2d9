package dev.unmask.client.spring;

import java.util.List;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Whether there is an endpoint, in whichever way a list may be written. */
final class EndpointsCondition extends SpringBootCondition {
  private static final String NAME = "unmask.client.endpoints";

  @Override
  public ConditionOutcome getMatchOutcome(
      ConditionContext context, AnnotatedTypeMetadata metadata) {
    ConditionMessage.Builder message = ConditionMessage.forCondition("Unmask endpoints");
    List<String> endpoints =
        Binder.get(context.getEnvironment())
            .bind(NAME, Bindable.listOf(String.class))
            .orElse(List.of());
    return endpoints.isEmpty()
        ? ConditionOutcome.noMatch(message.didNotFind("property").items(NAME))
        : ConditionOutcome.match(message.found("property").items(NAME));
  }
}
