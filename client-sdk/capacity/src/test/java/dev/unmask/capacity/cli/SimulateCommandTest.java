package dev.unmask.capacity.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(300)
class SimulateCommandTest {
  @TempDir private Path directory;

  @BeforeAll
  static void home(@TempDir Path home) throws IOException {
    CommandRuns.useHome(home);
  }

  @Test
  void simulate_predictsAndSaysSo() {
    CommandRuns.Result result =
        CommandRuns.run(
            "simulate", "--hardware=h100", "--concurrency=1,4", "--requests=6", "--task=code");
    assertEquals(0, result.exitCode(), result.err());
    assertTrue(
        result.out().startsWith("PREDICTED, not measured: 8.02e+09 parameters"), result.out());
    double[] one = numbers(result.out(), "| 1 |");
    double[] four = numbers(result.out(), "| 4 |");
    // Reading 16 GB of weights bounds a token of the autoregressive model at this rate.
    assertEquals(3.35e12 * 0.7 / 15e9, one[1], 20);
    assertEquals(one[0] / one[1], one[2], 0.1);
    assertTrue(one[2] > 4, result.out());
    assertTrue(four[1] > 3 * one[1], result.out());
    assertEquals(1, one[6], 1e-9);
    CommandRuns.Result again =
        CommandRuns.run(
            "simulate", "--hardware=h100", "--concurrency=1,4", "--requests=6", "--task=code");
    assertEquals(result.out(), again.out());
  }

  private static double[] numbers(String table, String row) {
    String line = table.lines().filter(l -> l.startsWith(row)).findFirst().orElseThrow();
    return Arrays.stream(line.substring(row.length()).split("\\|"))
        .filter(cell -> !cell.isBlank())
        .mapToDouble(Double::parseDouble)
        .toArray();
  }

  @Test
  void calibrate_writesWhatSimulateReads() throws IOException {
    Path file = directory.resolve("here.json");
    CommandRuns.Result result =
        CommandRuns.run("calibrate", "--models=tiny_d2f,tiny_ar", "--output=" + file);
    assertEquals(0, result.exitCode(), result.err());
    assertTrue(result.out().contains("| tiny_ar | 64 | 320 |"), result.out());
    CommandRuns.Result simulated =
        CommandRuns.run(
            "simulate",
            "--hardware=" + file,
            "--shape=tiny_d2f",
            "--dtype=fp32",
            "--concurrency=1",
            "--requests=3");
    assertEquals(0, simulated.exitCode(), simulated.err());
    assertTrue(
        simulated.out().contains("this machine, fp32, fitted to 24 passes"), simulated.out());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "simulate --hardware=abacus|--hardware=abacus is no file",
        "simulate --hardware=h100 --dtype=fp3|--dtype=fp3 is not known",
        "simulate --hardware=h100 --shape=none|no model 'none'",
        "simulate --hardware=h100 --concurrency=0|--concurrency=0 is not in",
        "simulate --hardware=h100 --requests=0|--requests=0 is below 1",
        "simulate --hardware=h100 --row-positions=-1|--row-positions=-1 is below 0",
        "calibrate --models=none --output=x|no model 'none'",
      })
  void wrongArgumentsOfSimulate_areNamed(String arguments, String message) {
    CommandRuns.Result result = CommandRuns.run(arguments.split(" "));
    assertEquals(2, result.exitCode(), result.err());
    assertTrue(result.err().contains(message), result.err());
  }
}
