package dev.unmask.bridge.engine.tensorrt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.repository.ModelManifest;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlanRequestTest {
  private static final ModelManifest MODEL = PlanFixtures.model("bf16", 1024, 16);

  private static PlanRequest request(int maxBatch, Integer maxQuery) {
    return new PlanRequest(null, maxBatch, maxQuery, null, null, null, false);
  }

  private static PlanProfile profile(
      String name, ShapeRange batch, ShapeRange query, int optRows, int maxRows) {
    return new PlanProfile(name, batch, query, new ShapeRange(1, optRows, maxRows));
  }

  @Test
  void defaults_decodeManyShortRows_prefillFew_andOneOfAnyLength() {
    PlanRequest request = PlanRequest.ofDefaults();
    request.check(MODEL);
    assertEquals(1024, request.queryTokens(MODEL));
    assertEquals(
        List.of(
            profile("decode", new ShapeRange(1, 16, 32), new ShapeRange(1, 16, 128), 256, 1024),
            profile("prefill", new ShapeRange(1, 2, 4), new ShapeRange(1, 256, 512), 512, 1024),
            profile("long", new ShapeRange(1, 1, 1), new ShapeRange(1, 512, 1024), 512, 1024)),
        request.profiles(MODEL));
  }

  @Test
  void smallRequest_rangesStayOrdered() {
    PlanRequest request = request(1, 8);
    request.check(MODEL);
    assertEquals(
        List.of(profile("decode", new ShapeRange(1, 1, 1), new ShapeRange(1, 8, 8), 8, 8)),
        request.profiles(MODEL));
    ModelManifest noBlock = PlanFixtures.model("fp16", 1024, null);
    assertEquals(32, request(1, null).profiles(noBlock).get(0).query().opt());
    for (int batch : new int[] {1, 2, 3, 5, 33}) {
      for (int query : new int[] {1, 2, 127, 129}) {
        for (PlanProfile profile : request(batch, query).profiles(noBlock)) {
          for (ShapeRange range :
              new ShapeRange[] {profile.batch(), profile.query(), profile.rows()}) {
            assertTrue(
                1 <= range.min() && range.min() <= range.opt() && range.opt() <= range.max(),
                profile::toString);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      nullValues = "-",
      value = {
        "fp16;32;-;-;--dtype=fp16, but the graph of m is bf16",
        "fp16;32;-;-;'./unmask import --checkpoint DIR --name m-gpu --dtype fp16'",
        "int8;32;-;-;--dtype=int8 is none of fp32, fp16, bf16",
        "-;0;-;-;--max-batch=0 is below 1",
        "-;32;0;-;--max-query-tokens=0 is not between 1 and the graph's capacity, 1024",
        "-;32;1025;-;--max-query-tokens=1025 is not",
        "-;32;-;512;--max-context=512, but the graph of m has a cache of 1024 positions",
        "-;32;-;2048;--name m-gpu --max-context 2048'",
        "-;2147483647;-;-;--max-batch=2147483647 with 1024 query tokens",
      })
  void whatDoesNotFit_isNamed(
      String dtype, int maxBatch, Integer maxQuery, Integer maxContext, String message) {
    PlanRequest request = new PlanRequest(dtype, maxBatch, maxQuery, maxContext, null, null, false);
    UnmaskException e = assertThrows(UnmaskException.class, () -> request.check(MODEL));
    assertEquals(ErrorCode.INVALID_ARGUMENT, e.code());
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }

  @Test
  void quantizedGraph_isRefused() {
    UnmaskException e =
        assertThrows(
            UnmaskException.class,
            () -> PlanRequest.ofDefaults().check(PlanFixtures.model("int8", 1024, 16)));
    assertTrue(e.getMessage().contains("is int8, which TensorRT does not take"), e.getMessage());
  }
}
