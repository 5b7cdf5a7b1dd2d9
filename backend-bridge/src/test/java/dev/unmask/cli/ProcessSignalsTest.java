package dev.unmask.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class ProcessSignalsTest {
  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void handle_twoSignals_firstThenFurther() throws Exception {
    BlockingQueue<String> seen = new LinkedBlockingQueue<>();
    ProcessSignals.handle(
        List.of("WINCH", "NOSUCH"), () -> seen.add("first"), () -> seen.add("further"));
    Class<?> signal = Class.forName("sun.misc.Signal");
    Object winch = signal.getConstructor(String.class).newInstance("WINCH");
    for (String expected : List.of("first", "further", "further")) {
      signal.getMethod("raise", signal).invoke(null, winch);
      assertEquals(expected, seen.poll(30, TimeUnit.SECONDS));
    }
  }
}
