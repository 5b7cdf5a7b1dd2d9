package dev.unmask.server.http;

import static dev.unmask.server.http.HttpFixture.error;
import static dev.unmask.server.http.HttpFixture.header;
import static dev.unmask.server.http.HttpFixture.json;
import static dev.unmask.server.http.HttpFixture.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unmask.request.Datatype;
import dev.unmask.request.InferRequest;
import dev.unmask.request.InferResponse;
import dev.unmask.request.Tensor;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.InflaterInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpInferTest {
  private static final String PATH = "/v2/models/unary/infer";
  private static final int LIMIT = 1 << 20;
  private static final String ONE_INPUT =
      "{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"INT32\",\"data\":[7]}]}";

  private final HttpFixture http =
      new HttpFixture(options -> options.maxInputBytes(LIMIT), List.of());

  @BeforeEach
  void script() {
    http.unary.answer(Tensor.ofStrings("text_output", "hi"), Tensor.ofInts("output_ids", 1, -2));
  }

  @AfterEach
  void stop() {
    http.close();
  }

  private static String input(String datatype, String shape, String data) {
    return "{\"inputs\":[{\"name\":\"x\",\"shape\":"
        + shape
        + ",\"datatype\":\""
        + datatype
        + "\",\"data\":"
        + data
        + "}]}";
  }

  private Tensor sent(String body) throws Exception {
    HttpResponse<byte[]> response = http.post(PATH, body);
    assertEquals(200, response.statusCode(), () -> text(response));
    return http.unary.requests.remove().inputs().get(0);
  }

  @Test
  void infer_json_answersAllOutputs() throws Exception {
    HttpResponse<byte[]> response =
        http.post(PATH, "{\"id\":\"q\"," + ONE_INPUT.substring(1), "Content-Type", "text/x");
    assertEquals(200, response.statusCode());
    assertEquals("application/json", header(response, "content-type"));
    assertEquals(
        "{\"id\":\"q\",\"model_name\":\"unary\",\"model_version\":\"1\",\"outputs\":["
            + "{\"name\":\"text_output\",\"datatype\":\"BYTES\",\"shape\":[1],\"data\":[\"hi\"]},"
            + "{\"name\":\"output_ids\",\"datatype\":\"INT32\",\"shape\":[2],\"data\":[1,-2]}]}",
        text(response));
    assertEquals("q", http.unary.requests.remove().id());
  }

  @Test
  void infer_decoupled_501() throws Exception {
    HttpResponse<byte[]> response = http.post("/v2/models/m/infer", ONE_INPUT);
    assertEquals(501, response.statusCode());
    assertEquals(
        "HTTP end point doesn't support models with decoupled transaction policy", error(response));
  }

  @Test
  void infer_unknownModelOrVersion_404() throws Exception {
    assertEquals(404, http.post("/v2/models/none/infer", ONE_INPUT).statusCode());
    assertEquals(404, http.post("/v2/models/unary/versions/3/infer", ONE_INPUT).statusCode());
    assertEquals(200, http.post("/v2/models/unary/versions/1/infer", ONE_INPUT).statusCode());
  }

  @Test
  void data_ofEachDatatype_isRead() throws Exception {
    assertEquals(-128, sent(input("INT8", "[2]", "[-128,127]")).integer(0));
    assertEquals(65535, sent(input("UINT16", "[1]", "[65535]")).integer(0));
    assertEquals(4294967295L, sent(input("UINT32", "[1]", "[4294967295]")).integer(0));
    assertEquals(-1L, sent(input("UINT64", "[1]", "[18446744073709551615]")).integer(0));
    assertEquals(Long.MIN_VALUE, sent(input("INT64", "[1]", "[-9223372036854775808]")).integer(0));
    assertEquals(0.5, sent(input("FP32", "[1]", "[0.5]")).real(0));
    assertEquals(3.0, sent(input("FP64", "[1]", "[3]")).real(0));
    assertTrue(sent(input("BOOL", "[2]", "[false,true]")).bool(1));
    assertEquals("héllo\n", sent(input("BYTES", "[1]", "[\"h\\u00e9llo\\n\"]")).text(0));
  }

  @Test
  void data_nestedOrFlat_bothAreTaken() throws Exception {
    Tensor nested = sent(input("INT32", "[2,2]", "[[1,2],[3,4]]"));
    assertArrayEquals(new long[] {2, 2}, nested.shape());
    assertEquals(4, nested.integer(3));
    assertEquals(4, sent(input("INT32", "[2,2]", "[1,2,3,4]")).integer(3));
    assertEquals(0, sent(input("INT32", "[0]", "[]")).elements());
  }

  @Test
  void data_beforeItsDatatype_isRead() throws Exception {
    String body =
        "{\"inputs\":[ {\"data\" : [ [1] ,\n2 ] , \"x\":{\"y\":[]},"
            + "\"datatype\":\"INT32\",\"name\":\"x\",\"shape\":[2]}] }";
    assertEquals(2, sent(body).integer(1));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "INT8;[128]",
        "INT8;[-129]",
        "UINT8;[256]",
        "UINT8;[-1]",
        "INT16;[32768]",
        "UINT16;[65536]",
        "INT32;[2147483648]",
        "UINT32;[4294967296]",
        "INT64;[9223372036854775808]",
        "UINT64;[18446744073709551616]",
        "UINT64;[-1]",
        "INT32;[1.0]",
        "INT32;[\"1\"]",
        "INT32;[null]",
        "INT32;[true]",
        "BOOL;[\"true\"]",
        "BOOL;[1]",
        "FP32;[1e39]",
        "FP64;[1e999]",
        "FP32;[\"1\"]",
        "BYTES;[1]",
        "BYTES;[\"\\ud800\"]",
        "FP16;[1]",
        "BF16;[1]",
        "INT32;[1,2]",
        "INT32;[]",
        "INT32;1",
        "INT32;{\"a\":1}",
        "NONE;[1]",
        "int32;[1]"
      })
  void data_notOfItsDatatype_400(String datatype, String data) throws Exception {
    HttpResponse<byte[]> response = http.post(PATH, input(datatype, "[1]", data));
    assertEquals(400, response.statusCode());
    assertTrue(error(response).length() > 10, error(response));
    assertTrue(http.unary.requests.isEmpty());
  }

  @Test
  void fp16_inJson_namesTheWayOut() throws Exception {
    assertEquals(
        "receiving FP16 data via JSON is not supported. Please use the binary data format for"
            + " input x",
        error(http.post(PATH, input("FP16", "[1]", "[1]"))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "[]",
        "{}",
        "{\"inputs\":1}",
        "{\"inputs\":[1]}",
        "{\"inputs\":[{}]}",
        "{\"inputs\":[],\"id\":1}",
        "{\"inputs\":[],\"parameters\":1}",
        "{\"inputs\":[],\"outputs\":{}}",
        "{\"inputs\":[],\"outputs\":[{}]}",
        "{\"inputs\":[]} x",
        "{\"inputs\":[]}{}",
        "{\"inputs\":[],\"parameters\":{\"a\":[1]}}",
        "{\"inputs\":[],\"parameters\":{\"a\":null}}",
        "{\"inputs\":[],\"parameters\":{\"priority\":-1}}",
        "{\"inputs\":[],\"parameters\":{\"timeout\":\"1\"}}",
        "{\"inputs\":[],\"parameters\":{\"triton_final_response\":true}}",
        "{\"inputs\":[],\"parameters\":{\"binary_data_output\":1}}",
        "{\"inputs\":[],\"parameters\":{\"sequence_start\":1}}",
        "{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"INT32\"}]}",
        "{\"inputs\":[{\"name\":\"x\",\"shape\":[-1],\"datatype\":\"INT32\",\"data\":[1]}]}",
        "{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"INT32\",\"data\":[1],"
            + "\"parameters\":{\"binary_data_size\":4}}]}",
        "{\"inputs\":[{\"name\":\"x\",\"shape\":[9223372036854775807,9],\"datatype\":\"INT32\","
            + "\"data\":[1]}]}"
      })
  void document_malformed_400(String body) throws Exception {
    HttpResponse<byte[]> response = http.post(PATH, body);
    assertEquals(400, response.statusCode(), () -> text(response));
    assertTrue(http.unary.requests.isEmpty());
    assertEquals("application/json", header(response, "content-type"));
  }

  @Test
  void document_deepOrWithHugeNumber_400() throws Exception {
    String deep = "[".repeat(100_000);
    assertEquals(400, http.post(PATH, "{\"x\":" + deep).statusCode());
    assertEquals(400, http.post(PATH, input("INT32", "[1]", deep)).statusCode());
    String huge = "9".repeat(500_000);
    assertEquals(400, http.post(PATH, input("UINT64", "[1]", "[" + huge + "]")).statusCode());
    assertEquals(400, http.post(PATH, input("FP64", "[1]", "[1e" + huge + "]")).statusCode());
  }

  @Test
  void inputs_twice_400() throws Exception {
    String one = ONE_INPUT.substring("{\"inputs\":[".length(), ONE_INPUT.length() - 2);
    HttpResponse<byte[]> response = http.post(PATH, "{\"inputs\":[" + one + "," + one + "]}");
    assertEquals(400, response.statusCode());
    assertEquals("input 'x' already exists in request", error(response));
  }

  @Test
  void parameters_ofEachType_arrive() throws Exception {
    http.post(
        PATH,
        "{\"inputs\":[],\"parameters\":{\"s\":\"t\",\"i\":-5,\"b\":true,\"d\":0.5,"
            + "\"u\":18446744073709551615,\"priority\":2,\"timeout\":1000,\"sequence_id\":\"a\"},"
            + "\"outputs\":[{\"name\":\"text_output\"}]}");
    InferRequest request = http.unary.requests.remove();
    assertEquals(
        Map.of("s", "t", "i", -5L, "b", true, "d", 0.5, "u", -1L, "priority", 2L, "timeout", 1000L),
        request.parameters());
    assertEquals(Set.of("text_output"), request.requestedOutputs());
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Arrays.stream(parts).forEach(out::writeBytes);
    return out.toByteArray();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static final String BINARY =
      "{\"inputs\":[{\"name\":\"a\",\"shape\":[2],\"datatype\":\"INT32\","
          + "\"parameters\":{\"binary_data_size\":8}},"
          + "{\"name\":\"j\",\"shape\":[1],\"datatype\":\"BOOL\",\"data\":[true]},"
          + "{\"name\":\"b\",\"shape\":[1],\"datatype\":\"BYTES\","
          + "\"parameters\":{\"binary_data_size\":6}}],"
          + "\"outputs\":[{\"name\":\"text_output\",\"parameters\":{\"binary_data\":true}},"
          + "{\"name\":\"output_ids\"}]}";
  private static final byte[] BLOBS = {1, 0, 0, 0, -1, -1, -1, -1, 2, 0, 0, 0, 'h', 'i'};

  private HttpResponse<byte[]> binary(byte[] body, int jsonLength) throws Exception {
    return http.post(PATH, body, "Inference-Header-Content-Length", String.valueOf(jsonLength));
  }

  @Test
  void binaryTensors_bothWays_areExact() throws Exception {
    HttpResponse<byte[]> response = binary(join(utf8(BINARY), BLOBS), BINARY.length());
    assertEquals(200, response.statusCode(), () -> text(response));
    InferRequest request = http.unary.requests.remove();
    assertEquals(-1, request.inputs().get(0).integer(1));
    assertTrue(request.inputs().get(1).bool(0));
    assertEquals("hi", request.inputs().get(2).text(0));
    assertEquals("application/octet-stream", header(response, "content-type"));
    int jsonLength = Integer.parseInt(header(response, "inference-header-content-length"));
    JsonNode json =
        json(new String(response.body(), 0, jsonLength, StandardCharsets.UTF_8)).get("outputs");
    assertEquals(6, json.get(0).get("parameters").get("binary_data_size").intValue());
    assertNull(json.get(0).get("data"));
    assertEquals("[1,-2]", json.get(1).get("data").toString());
    assertArrayEquals(
        new byte[] {2, 0, 0, 0, 'h', 'i'},
        Arrays.copyOfRange(response.body(), jsonLength, response.body().length));
  }

  @Test
  void binaryDataOutput_all_everyOutputIsBinary() throws Exception {
    HttpResponse<byte[]> response =
        http.post(PATH, "{\"inputs\":[],\"parameters\":{\"binary_data_output\":true}}");
    int jsonLength = Integer.parseInt(header(response, "inference-header-content-length"));
    assertArrayEquals(
        new byte[] {2, 0, 0, 0, 'h', 'i', 1, 0, 0, 0, -2, -1, -1, -1},
        Arrays.copyOfRange(response.body(), jsonLength, response.body().length));
  }

  @Test
  void binaryTensors_tooShortOrLong_400() throws Exception {
    byte[] whole = join(utf8(BINARY), BLOBS);
    HttpResponse<byte[]> shorter = binary(Arrays.copyOf(whole, whole.length - 1), BINARY.length());
    assertEquals(400, shorter.statusCode());
    assertEquals(
        "unexpected size for input 'b', expecting 1 additional bytes for model 'unary'",
        error(shorter));
    HttpResponse<byte[]> longer = binary(join(whole, new byte[1]), BINARY.length());
    assertEquals(400, longer.statusCode());
    assertEquals("unexpected additional input data for model 'unary'", error(longer));
    HttpResponse<byte[]> outOfRange = binary(whole, whole.length + 1);
    assertEquals(400, outOfRange.statusCode());
    assertEquals(
        "inference header size should be in range (0, "
            + whole.length
            + "), got: "
            + (whole.length + 1),
        error(outOfRange));
    HttpResponse<byte[]> noNumber = http.post(PATH, whole, "Inference-Header-Content-Length", "x");
    assertEquals("Unable to parse Inference-Header-Content-Length, got: x", error(noNumber));
  }

  @Test
  void rawRequest_manyInputs_400() throws Exception {
    HttpResponse<byte[]> response = binary(utf8("raw"), 0);
    assertEquals(400, response.statusCode());
    assertEquals(
        "Raw request must only have 1 input (found 1) to be deduced but got 7 inputs in 'unary'"
            + " model configuration",
        error(response));
  }

  @Test
  void rawRequest_oneInput_isItsData() throws Exception {
    http.unary.inputs(FakeServedModel.input("t", "BYTES", 1));
    HttpResponse<byte[]> response = binary(utf8("raw text"), 0);
    assertEquals(200, response.statusCode());
    assertEquals("raw text", http.unary.requests.remove().inputs().get(0).text(0));
    assertEquals("application/octet-stream", header(response, "content-type"));
    http.unary.inputs(FakeServedModel.input("t", "INT32", -1));
    binary(new byte[] {1, 0, 0, 0, 2, 0, 0, 0}, 0);
    assertArrayEquals(new long[] {2}, http.unary.requests.remove().inputs().get(0).shape());
  }

  @Test
  void sharedMemoryAndClassification_asked_501() throws Exception {
    assertEquals(
        501,
        http.post(
                PATH,
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"INT32\","
                    + "\"parameters\":{\"shared_memory_region\":\"r\"}}]}")
            .statusCode());
    assertEquals(
        501,
        http.post(
                PATH,
                "{\"inputs\":[],\"outputs\":[{\"name\":\"o\",\"parameters\":{\"classification\":2}}]}")
            .statusCode());
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "deflate", "GZIP"})
  void body_compressed_isRead(String coding) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (var coder =
        coding.equals("deflate") ? new DeflaterOutputStream(out) : new GZIPOutputStream(out)) {
      coder.write(utf8(input("INT32", "[1]", "[" + " ".repeat(500_000) + "9]")));
    }
    HttpResponse<byte[]> response = http.post(PATH, out.toByteArray(), "Content-Encoding", coding);
    assertEquals(200, response.statusCode(), () -> text(response));
    assertEquals(9, http.unary.requests.remove().inputs().get(0).integer(0));
    HttpResponse<byte[]> damaged =
        http.post(PATH, Arrays.copyOf(out.toByteArray(), 20), "Content-Encoding", coding);
    assertEquals(400, damaged.statusCode());
  }

  @Test
  void body_largeOnceDecompressed_400() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream coder = new GZIPOutputStream(out)) {
      coder.write(new byte[LIMIT + 1]);
    }
    HttpResponse<byte[]> response = http.post(PATH, out.toByteArray(), "Content-Encoding", "gzip");
    assertEquals(400, response.statusCode());
    assertTrue(error(response).contains("exceeds the maximum allowed value"), error(response));
  }

  @Test
  void body_unknownCoding_501NamesOthers() throws Exception {
    HttpResponse<byte[]> response = http.post(PATH, ONE_INPUT, "Content-Encoding", "br");
    assertEquals(501, response.statusCode());
    assertEquals("Unsupported compression type", error(response));
    assertEquals("gzip, deflate", header(response, "accept-encoding"));
  }

  @ParameterizedTest
  @CsvSource({
    "gzip,gzip",
    "deflate,deflate",
    "'br, deflate;q=0.5, gzip;q=0.8',gzip",
    "identity,",
    "'gzip;q=0',",
    "'gzip;q=x',",
    "br,"
  })
  void response_acceptEncoding_isCompressed(String accepted, String coding) throws Exception {
    HttpResponse<byte[]> response = http.post(PATH, ONE_INPUT, "Accept-Encoding", accepted);
    assertEquals(coding, header(response, "content-encoding"));
    ByteArrayInputStream in = new ByteArrayInputStream(response.body());
    byte[] body =
        coding == null
            ? response.body()
            : (coding.equals("gzip") ? new GZIPInputStream(in) : new InflaterInputStream(in))
                .readAllBytes();
    assertTrue(new String(body, StandardCharsets.UTF_8).startsWith("{\"model_name\""));
  }

  @Test
  void body_large_isReadOffTheEventLoop() throws Exception {
    int count = 100_000;
    StringBuilder data = new StringBuilder("[0");
    for (int i = 1; i < count; i++) {
      data.append(',').append(i);
    }
    Tensor tensor = sent(input("INT32", "[" + count + "]", data + "]"));
    assertEquals(count - 1, tensor.integer(count - 1));
  }

  @ParameterizedTest
  @CsvSource({
    "INVALID_ARGUMENT,400",
    "NOT_FOUND,404",
    "ALREADY_EXISTS,400",
    "UNSUPPORTED,501",
    "UNAVAILABLE,503",
    "CANCELLED,400",
    "INTERNAL,500"
  })
  void error_fromModel_isMapped(ErrorCode code, int status) throws Exception {
    http.unary.script(
        (request, observer) -> observer.onError(new UnmaskException(code, "no: " + code)));
    HttpResponse<byte[]> response = http.post(PATH, ONE_INPUT);
    assertEquals(status, response.statusCode());
    assertEquals("{\"error\":\"no: " + code + "\"}", text(response));
  }

  @Test
  void responses_notOne_500() throws Exception {
    http.unary.script((request, observer) -> observer.onCompleted());
    assertEquals(500, http.post(PATH, ONE_INPUT).statusCode());
    InferResponse empty = new InferResponse(Map.of(), List.of());
    http.unary.script(
        (request, observer) -> {
          observer.onResponse(empty, false);
          observer.onResponse(empty, true);
        });
    HttpResponse<byte[]> response = http.post(PATH, ONE_INPUT);
    assertEquals(500, response.statusCode());
    assertEquals("expected a single response, got 2", error(response));
    http.unary.script(
        (request, observer) -> {
          observer.onResponse(new InferResponse(Map.of("p", 3L), List.of()), false);
          observer.onCompleted();
        });
    JsonNode one = json(http.post(PATH, ONE_INPUT));
    assertEquals(3, one.get("parameters").get("p").intValue());
  }

  @Test
  void output_fp16AsJson_400AsBinaryFine() throws Exception {
    http.unary.answer(
        Tensor.of("h", Datatype.FP16, new long[] {1}, ByteBuffer.wrap(new byte[] {0, 60})));
    assertEquals(400, http.post(PATH, ONE_INPUT).statusCode());
    assertEquals(
        200,
        http.post(PATH, "{\"inputs\":[],\"parameters\":{\"binary_data_output\":true}}")
            .statusCode());
  }

  @Test
  void output_ofEachDatatype_isJson() throws Exception {
    http.unary.answer(
        Tensor.ofFloats("f", 0.5f, Float.NaN),
        Tensor.ofBools("b", true),
        Tensor.of(
            "u",
            Datatype.UINT64,
            new long[] {1},
            ByteBuffer.wrap(new byte[] {-1, -1, -1, -1, -1, -1, -1, -1})),
        Tensor.ofLongs("l", Long.MIN_VALUE),
        Tensor.ofUnsignedInts("i", -1));
    JsonNode outputs = json(http.post(PATH, ONE_INPUT)).get("outputs");
    assertEquals("[0.5,null]", outputs.get(0).get("data").toString());
    assertEquals("[true]", outputs.get(1).get("data").toString());
    assertEquals("[18446744073709551615]", outputs.get(2).get("data").toString());
    assertEquals("[-9223372036854775808]", outputs.get(3).get("data").toString());
    assertEquals("[4294967295]", outputs.get(4).get("data").toString());
  }
}
