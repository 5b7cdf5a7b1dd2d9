package dev.unmask.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ApiRestrictionsTest {
  @Test
  void missingKey_rightValueOnly_passes() {
    ApiRestrictions restrictions =
        ApiRestrictions.parse("--flag", List.of("inference,logging:X-Key=a=b", "health:other=1"));

    assertNull(restrictions.missingKey(ApiCategory.LOGGING, Map.of("X-Key", "a=b")::get));
    assertEquals("X-Key", restrictions.missingKey(ApiCategory.INFERENCE, key -> null));
    assertEquals("other", restrictions.missingKey(ApiCategory.HEALTH, key -> "2"));
    assertNull(restrictions.missingKey(ApiCategory.TRACE, key -> null));
    assertNull(restrictions.missingKey(null, key -> null));
  }

  @Test
  void parse_unusableGroups_areRefused() {
    assertRefused(
        "unknown restricted protocol 'model-reposit', allowed are health, metadata, inference,"
            + " shared-memory, model-config, model-repository, statistics, trace, logging",
        "model-reposit,health:k=v");
    assertRefused(
        "protocol 'health' can not be specified in multiple config groups",
        "model-repository,health:k1=v1",
        "metadata,health:k2=v2");
    for (String group : List.of("", "health", "health=v")) {
      assertRefused("--flag=" + group + " is not of the form protocol,protocol:key=value", group);
    }
  }

  @Test
  void parse_malformedGroup_messageHasNoSecret() {
    for (String group :
        List.of("health:k", "health:=v", "health:k=", "health:a b=c", "health:k=a\nb")) {
      assertRefused("--flag=health:... is not of the form protocol,protocol:key=value", group);
    }
    assertRefused("--flag=:... is not of the form protocol,protocol:key=value", ":k=v");
  }

  private static void assertRefused(String message, String... groups) {
    UnmaskException e =
        assertThrows(UnmaskException.class, () -> ApiRestrictions.parse("--flag", List.of(groups)));
    assertEquals(ErrorCode.INVALID_ARGUMENT, e.code());
    assertEquals(message, e.getMessage());
  }
}
