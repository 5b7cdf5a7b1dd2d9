package dev.unmask.request;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.unmask.repository.TensorSpec;
import dev.unmask.repository.TensorSpecs;
import dev.unmask.scheduler.FinishReason;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class OutputTest {
  @Test
  void values_allOutputs_areThoseOfTheConfigInItsOrder() {
    assertEquals(
        TensorSpecs.OUTPUTS.stream().map(TensorSpec::name).toList(),
        Stream.of(Output.values()).map(Output::id).toList());
  }

  @Test
  void tensors_allOutputs_haveDeclaredTypeAndOneElement() {
    EnumSet<Output> all = EnumSet.allOf(Output.class);
    GenerationDelta delta = new GenerationDelta("t", new int[] {5}, List.of());
    GenerationResult result =
        new GenerationResult(
            FinishReason.STOP,
            "t",
            new int[] {5},
            -0.5,
            3,
            2,
            4,
            1L << 40,
            new GenerationResult.Timing(1, 2, 3, 4));
    BlockSnapshot snapshot =
        new BlockSnapshot(1, 4, new int[] {0}, new int[] {5}, new String[] {"t"}, 1, 1);

    List<Tensor> content =
        Output.tensors(all, ResponseContent.last(delta.text(), delta, 1, result));
    List<Tensor> drawn = Output.tensors(all, ResponseContent.of(snapshot));

    assertEquals(
        TensorSpecs.OUTPUTS.stream()
            .filter(spec -> !spec.name().equals("block_snapshot"))
            .collect(Collectors.toMap(TensorSpec::name, TensorSpec::type)),
        content.stream().collect(Collectors.toMap(Tensor::name, Tensor::datatype)));
    assertEquals("[block_snapshot BYTES[1]]", drawn.toString());
    content.forEach(tensor -> assertArrayEquals(new long[] {1}, tensor.shape(), tensor.name()));
    assertEquals(1L << 40, content.get(Output.NUM_QUERY_TOKENS.ordinal()).integer(0));
    assertEquals(-0.5, content.get(Output.CUMULATIVE_LOGPROB.ordinal()).real(0));
  }
}
