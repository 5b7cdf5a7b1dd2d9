package dev.unmask.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.cli.CommandLineFixture.Result;
import dev.unmask.scheduler.UnmaskException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MainTest {
  @Test
  void help_listsCommands() {
    Result result = CommandLineFixture.run("--help");
    assertEquals(0, result.exitCode());
    for (String command : new String[] {"import", "generate", "demo"}) {
      assertTrue(result.out().contains("  " + command), result.out());
    }
  }

  @Test
  void noCommand_usageError() {
    Result result = CommandLineFixture.run();
    assertEquals(2, result.exitCode());
    assertEquals("unmask: no command given (try 'unmask --help')", result.err().strip());
  }

  @Test
  void unknownOption_usageErrorOfThatCommand() {
    Result result = CommandLineFixture.run("generate", "--nothing");
    assertEquals(2, result.exitCode());
    assertTrue(result.err().startsWith("unmask generate: "), result.err());
    assertEquals(1, result.err().lines().count());
    assertTrue(result.err().contains("(try 'unmask generate --help')"), result.err());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '§',
      quoteCharacter = '`',
      value = {
        "a b§a b§true",
        "a b§` a b `§true",
        "a b§a c§false",
        "1 + 1 = 2. #### 2§two. #### 2§true",
        "1 + 1 = 2. #### 2§#### 3§false",
        "x #### 2§2§false",
      })
  void exactness(String expected, String actual, boolean exact) {
    assertEquals(exact, Exactness.isExact(expected, actual));
  }

  @Test
  void requestParameters_ownValuesWin() {
    RequestParameters parameters =
        RequestParameters.of(Map.of("seed", "1", "stop", "a"), Map.of("seed", 2));
    assertEquals(Map.of("seed", 2), parameters.scheduler());
    assertEquals(List.of("a"), parameters.stop());
  }

  @Test
  void requestParameters_emptyStopWord_invalid() {
    assertThrows(UnmaskException.class, () -> RequestParameters.of(Map.of("stop", ""), Map.of()));
  }
}
