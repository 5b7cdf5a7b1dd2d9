package dev.unmask.importer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Quantised products as ONNX Runtime computes them, against the same in double precision. */
class ProjectionsTest {
  private static final int ROWS = 19;

  /** Of sums of some hundred products of the size of 1, taken in another order. */
  private static final float ROUNDING = 5e-5f;

  private final Random random = new Random(1);

  /**
   * Whole numbers whose blocks and rows all have a step of 1, in weights and in activations:
   * nothing is rounded, so a value in the wrong place or a sum that overflows cannot hide.
   */
  @ParameterizedTest
  @CsvSource({
    "INT8,32,1", "INT8,64,3", "INT8,40,16", "INT8,184,136", "INT8,96,261",
    "INT4,32,1", "INT4,64,3", "INT4,40,16", "INT4,184,136", "INT4,96,261",
  })
  void apply_wholeNumbers_areExact(GraphFormat format, int in, int out) throws Exception {
    float[][] weights = new float[out][in];
    for (float[] row : weights) {
      if (format == GraphFormat.INT4) {
        fillAboveZero(row, random.nextInt(16));
      } else {
        fillWhole(row, ChannelQuantizedMatrix.STEPS);
      }
    }
    float[][] input = new float[ROWS][in];
    for (float[] row : input) {
      fillWhole(row, 127);
    }
    float[] addend = new float[out];
    for (int o = 0; o < out; o++) {
      addend[o] = o % 17;
    }
    float[][] actual = run(format, input, weights, addend);
    for (int r = 0; r < ROWS; r++) {
      for (int o = 0; o < out; o++) {
        long expected = (long) addend[o];
        for (int i = 0; i < in; i++) {
          expected += (long) input[r][i] * (long) weights[o][i];
        }
        // In 8 bits the whole sum is divided by 127 and multiplied again.
        assertEquals(expected, Math.round(actual[r][o]), "row " + r + ", output " + o);
      }
    }
  }

  /** Each block reaches both ends of 15 steps above {@code -zero}, often. */
  private void fillAboveZero(float[] row, int zero) {
    fill(row, 0, 15);
    for (int i = 0; i < row.length; i++) {
      row[i] -= zero;
    }
  }

  /** Each block reaches both ends of {@code -steps} to {@code steps}, often. */
  private void fillWhole(float[] row, int steps) {
    fill(row, -steps, steps);
  }

  private void fill(float[] row, int least, int greatest) {
    for (int i = 0; i < row.length; i++) {
      int place = i % BlockQuantizer.BLOCK;
      int draw = place < 2 ? place : random.nextInt(4);
      if (draw == 0) {
        row[i] = least;
      } else {
        row[i] = draw == 1 ? greatest : random.nextInt(least, greatest + 1);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"INT8,192,576,0.02", "INT8,184,64,0.02", "INT4,192,576,0.09", "INT4,184,64,0.09"})
  void apply_randomNumbers_areClose(GraphFormat format, int in, int out, double tolerance)
      throws Exception {
    float[][] input = gaussian(ROWS, in);
    float[][] weights = gaussian(out, in);
    float[][] actual = run(format, input, weights, null);
    double error = 0;
    double size = 0;
    for (int r = 0; r < ROWS; r++) {
      for (int o = 0; o < out; o++) {
        double expected = 0;
        for (int i = 0; i < in; i++) {
          expected += (double) input[r][i] * weights[o][i];
        }
        error += Math.pow(actual[r][o] - expected, 2);
        size += expected * expected;
      }
    }
    System.out.printf("%s, %d by %d: %.4f%n", format, out, in, Math.sqrt(error / size));
    assertEquals(0, Math.sqrt(error / size), tolerance);
  }

  @ParameterizedTest
  @CsvSource({"INT8,192,576", "INT8,184,64", "INT4,192,576", "INT4,184,64"})
  void apply_row_isTheSameInAnyCompany(GraphFormat format, int in, int out) throws Exception {
    float[][] input = gaussian(ROWS, in);
    float[][] weights = gaussian(out, in);
    try (OrtSession session = session(format, weights, null)) {
      float[][] together = run(session, input);
      for (int first = 0; first < ROWS; first++) {
        for (int rows : new int[] {1, 2, 3, 4, 7, 16}) {
          int end = Math.min(ROWS, first + rows);
          float[][] some = run(session, Arrays.copyOfRange(input, first, end));
          for (int r = first; r < end; r++) {
            float tolerance = 0;
            if (format == GraphFormat.INT4) {
              // A single row has a kernel of its own.
              tolerance = end - first > 1 ? KnownKernels.tolerance(ROUNDING) : ROUNDING;
            }
            assertSame(together[r], some[r - first], tolerance, "row " + r + " of " + rows);
          }
        }
      }
    }
  }

  /** Rows of zeros have no scale; weights of zeros neither. */
  @ParameterizedTest
  @EnumSource(names = {"INT8", "INT4"})
  void apply_zeros_areZeros(GraphFormat format) throws Exception {
    float[][] input = gaussian(3, 40);
    input[1] = new float[40];
    float[][] weights = gaussian(5, 40);
    weights[2] = new float[40];
    float[][] actual = run(format, input, weights, null);
    for (int r = 0; r < 3; r++) {
      for (int o = 0; o < 5; o++) {
        assertEquals(r == 1 || o == 2, actual[r][o] == 0, "row " + r + ", output " + o);
      }
    }
  }

  private static void assertSame(
      float[] expected, float[] actual, float tolerance, String message) {
    for (int i = 0; i < expected.length; i++) {
      assertEquals(0, Math.abs(expected[i] - actual[i]), tolerance, message);
    }
  }

  private float[][] gaussian(int rows, int columns) {
    float[][] values = new float[rows][columns];
    for (float[] row : values) {
      for (int i = 0; i < columns; i++) {
        row[i] = (float) random.nextGaussian();
      }
    }
    return values;
  }

  private static float[][] run(
      GraphFormat format, float[][] input, float[][] weights, float[] addend) throws Exception {
    try (OrtSession session = session(format, weights, addend)) {
      return run(session, input);
    }
  }

  private static float[][] run(OrtSession session, float[][] input) throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OnnxTensor tensor = OnnxTensor.createTensor(environment, input);
        OrtSession.Result result = session.run(Map.of("input", tensor))) {
      return (float[][]) result.get(0).getValue();
    }
  }

  private static OrtSession session(GraphFormat format, float[][] weights, float[] addend)
      throws IOException, OrtException {
    int out = weights.length;
    int in = weights[0].length;
    OnnxGraph graph = new OnnxGraph();
    graph.input("input", OnnxGraph.FLOAT, "rows", (long) in);
    Payload matrix =
        Payload.generated((long) out * in, i -> weights[(int) (i / in)][(int) (i % in)]);
    String bias =
        addend == null
            ? ""
            : graph.weight(
                "bias", DataType.FP32, Payload.generated(out, i -> addend[(int) i]), out);
    String output = new Projections(graph, format).apply("input", "weight", matrix, out, in, bias);
    graph.output(output, OnnxGraph.FLOAT, "rows", (long) out);
    ByteArrayOutputStream model = new ByteArrayOutputStream();
    new OnnxWriter(graph, null).writeModel(model);
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
      return OrtEnvironment.getEnvironment().createSession(model.toByteArray(), options);
    }
  }
}
