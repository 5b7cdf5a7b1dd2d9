package dev.unmask.scheduler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;

/** The scheduler needs nothing but the JDK's base module. */
class NoDependenciesTest {
  @Test
  void compiledClasses_needOnlyJavaBase() throws Exception {
    Path classes =
        Path.of(BlockScheduler.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    assertTrue(Files.isDirectory(classes), classes.toString());
    StringWriter out = new StringWriter();
    int exit =
        ToolProvider.findFirst("jdeps")
            .orElseThrow()
            .run(
                new PrintWriter(out),
                new PrintWriter(out),
                "--multi-release",
                "base",
                "-summary",
                classes.toString());
    assertEquals(0, exit, out.toString());
    List<String> lines = out.toString().lines().filter(line -> !line.isBlank()).toList();
    assertEquals(1, lines.size(), out.toString());
    assertTrue(lines.get(0).endsWith("-> java.base"), out.toString());
  }

  @Test
  void pom_declaresNoDependency() throws Exception {
    assertFalse(Files.readString(Path.of("pom.xml")).contains("<dependency>"));
  }
}
