package dev.unmask.repository;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.scheduler.AttentionKind;
import dev.unmask.scheduler.ModelTraits;
import dev.unmask.scheduler.UnmaskException;
import dev.unmask.scheduler.parameters.Algorithm;
import dev.unmask.scheduler.parameters.ParameterParser;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TensorSpecsTest {
  private static final ModelTraits MODEL =
      new ModelTraits(
          AttentionKind.FULL,
          false,
          100,
          99,
          new int[] {98},
          512,
          EnumSet.allOf(Algorithm.class),
          Algorithm.LLADA,
          Map.of());

  static Stream<TensorSpec> parameters() {
    return TensorSpecs.PARAMETER_INPUTS.stream().filter(spec -> !spec.name().equals("algorithm"));
  }

  @ParameterizedTest
  @MethodSource("parameters")
  void parameterInput_everyName_isParameterOfSomeAlgorithm(TensorSpec spec) {
    assertTrue(
        Stream.of(Algorithm.values()).anyMatch(algorithm -> knows(algorithm, spec)), spec.name());
  }

  private static boolean knows(Algorithm algorithm, TensorSpec spec) {
    Object value =
        switch (spec.type()) {
          case BOOL -> true;
          case BYTES -> "none";
          case FP32 -> 0.5;
          default -> spec.isScalar() ? 1 : List.of(1);
        };
    try {
      ParameterParser.parse(Map.of("algorithm", algorithm.id(), spec.name(), value), MODEL, 256);
      return true;
    } catch (UnmaskException e) {
      return !e.getMessage().contains("is not a parameter of");
    }
  }
}
