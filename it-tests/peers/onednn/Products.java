import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_ATTR_SCALES;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import java.util.Arrays;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl.fpmath_mode;
import org.bytedeco.dnnl.matmul;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.Pointer;

/**
 * Time of a product of M rows with weights [768, 4096] in oneDNN, by kinds of numbers. 24 different
 * weights take turns, more than any cache holds. Arguments: none; OMP_NUM_THREADS says how many
 * threads. Prints microseconds (median of 15 rounds), bytes of weights read and operations done a
 * second.
 */
public final class Products {
  private static final int WEIGHTS = 24;
  private static final int ROUNDS = 15;
  private static final long IN = 768;
  private static final long OUT = 4096;
  private static final int PER_COLUMN = 2;

  private enum Kind {
    FP32(memory.data_type.f32, memory.data_type.f32),
    /** Weights and activations of 8 bits. */
    INT8(memory.data_type.u8, memory.data_type.s8),
    /** Weights of 8 bits, made fp32 as they are read. */
    INT8_WEIGHTS(memory.data_type.f32, memory.data_type.s8),
    /** Weights of 4 bits, made fp32 as they are read. */
    INT4_WEIGHTS(memory.data_type.f32, memory.data_type.s4);

    private final memory.data_type source;
    private final memory.data_type weights;

    Kind(memory.data_type source, memory.data_type weights) {
      this.source = source;
      this.weights = weights;
    }
  }

  private Products() {}

  /** Measures and prints. */
  public static void main(String[] args) {
    engine cpu = new engine(engine.kind.cpu, 0);
    stream work = new stream(cpu);
    for (Kind kind : Kind.values()) {
      for (long rows : new long[] {1, 4, 8, 16, 32, 64}) {
        measure(cpu, work, kind, rows);
      }
    }
  }

  private static void measure(engine cpu, stream work, Kind kind, long rows) {
    memory.desc source = new memory.desc(new long[] {rows, IN}, kind.source, memory.format_tag.ab);
    memory.desc any = new memory.desc(new long[] {IN, OUT}, kind.weights, memory.format_tag.any);
    memory.desc result =
        new memory.desc(new long[] {rows, OUT}, memory.data_type.f32, memory.format_tag.ab);
    primitive_attr attributes = new primitive_attr();
    if (kind != Kind.FP32) {
      attributes.set_scales_mask(DNNL_ARG_WEIGHTS, PER_COLUMN);
    }
    if (kind == Kind.INT8) {
      attributes.set_scales_mask(DNNL_ARG_SRC, 0);
    } else if (kind != Kind.FP32) {
      attributes.set_fpmath_mode(fpmath_mode.strict, true);
    }
    matmul.primitive_desc description =
        new matmul.primitive_desc(cpu, source, any, result, attributes, false);
    matmul product = new matmul(description);
    memory input = filled(source, cpu);
    memory output = filled(result, cpu);
    memory scales = filled(vector(OUT), cpu);
    memory scale = filled(vector(1), cpu);
    IntMemoryMap[] calls = new IntMemoryMap[WEIGHTS];
    long weightBytes = 0;
    for (int i = 0; i < WEIGHTS; i++) {
      memory weights = filled(description.weights_desc(), cpu);
      weightBytes = weights.get_desc().get_size();
      calls[i] = new IntMemoryMap();
      calls[i].put(DNNL_ARG_SRC, input);
      calls[i].put(DNNL_ARG_WEIGHTS, weights);
      calls[i].put(DNNL_ARG_DST, output);
      if (kind != Kind.FP32) {
        calls[i].put(DNNL_ARG_ATTR_SCALES | DNNL_ARG_WEIGHTS, scales);
      }
      if (kind == Kind.INT8) {
        calls[i].put(DNNL_ARG_ATTR_SCALES | DNNL_ARG_SRC, scale);
      }
    }
    double micros = micros(product, work, calls);
    System.out.printf(
        "%-12s %2d rows %9.1f us  %5.1f GB/s  %6.1f GOPS  %s%n",
        kind,
        rows,
        micros,
        weightBytes / micros / 1e3,
        2.0 * rows * IN * OUT / micros / 1e3,
        description.impl_info_str().getString());
  }

  private static memory.desc vector(long length) {
    return new memory.desc(new long[] {length}, memory.data_type.f32, memory.format_tag.a);
  }

  private static memory filled(memory.desc description, engine cpu) {
    memory made = new memory(description, cpu);
    Pointer.memset(made.get_data_handle(), 0, description.get_size());
    return made;
  }

  private static double micros(matmul product, stream work, IntMemoryMap[] calls) {
    double[] rounds = new double[ROUNDS];
    for (int round = -1; round < ROUNDS; round++) {
      long begin = System.nanoTime();
      for (IntMemoryMap call : calls) {
        product.execute(work, call);
      }
      work._wait();
      if (round >= 0) {
        rounds[round] = (System.nanoTime() - begin) / 1e3 / calls.length;
      }
    }
    Arrays.sort(rounds);
    return rounds[ROUNDS / 2];
  }
}
