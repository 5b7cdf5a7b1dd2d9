package dev.unmask.request;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.unmask.scheduler.AttentionKind;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.ModelTraits;
import dev.unmask.scheduler.UnmaskException;
import dev.unmask.scheduler.parameters.Algorithm;
import dev.unmask.scheduler.parameters.ParameterParser;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TensorRequestFaultsTest {
  private static final TensorRequestReader READER = new TensorRequestReader("m", true);

  private static final ModelTraits MODEL =
      new ModelTraits(
          AttentionKind.FULL,
          false,
          100,
          99,
          new int[] {98},
          512,
          EnumSet.of(Algorithm.FAST_DLLM),
          Algorithm.FAST_DLLM,
          Map.of());

  static Stream<Arguments> faults() {
    return Stream.of(
        arguments(
            "unexpected inference input 'prompt' for model 'm'",
            Requests.prompt().input(Tensor.ofStrings("prompt", "x"))),
        arguments(
            "input 'text_input' already exists in request",
            Requests.prompt().input(Tensor.ofStrings("text_input", "x"))),
        arguments(
            "inference input 'max_tokens' data-type is 'INT64', but model 'm' expects 'INT32'",
            Requests.prompt().input(Tensor.ofLongs("max_tokens", 5))),
        arguments(
            "inference input 'text_input' data-type is 'INT32', but model 'm' expects 'BYTES'",
            Requests.empty().input(Tensor.ofInts("text_input", 5))),
        arguments(
            "unexpected shape for input 'text_input' for model 'm'. Expected [1], got [2]",
            Requests.empty().input(Tensor.ofStrings("text_input", "a", "b"))),
        arguments(
            "input 'stop_words' has 4097 elements, more than 4096",
            Requests.prompt().input(Tensor.ofStrings("stop_words", "a,".repeat(4097).split(",")))),
        arguments(
            "input 'stop_token_ids' has 4097 elements, more than 4096",
            Requests.prompt().input(Tensor.ofInts("stop_token_ids", new int[4097]))),
        arguments(
            "input 'sampling_parameters' has 1048577 characters, more than 1048576",
            Requests.prompt().sampling("{}" + " ".repeat((1 << 20) - 1))),
        arguments(
            "unexpected shape for input 'text_input' for model 'm'. Expected [1], got [0]",
            Requests.empty().input(Tensor.ofStrings("text_input"))),
        arguments(
            "unexpected shape for input 'stream' for model 'm'. Expected [1], got [1,1,1]",
            Requests.prompt()
                .input(
                    Tensor.of(
                        "stream",
                        Datatype.BOOL,
                        new long[] {1, 1, 1},
                        Tensor.ofBools("stream", true).content()))),
        arguments(
            "unexpected shape for input 'max_tokens' for model 'm'. Expected [1], got []",
            Requests.prompt()
                .input(
                    Tensor.of(
                        "max_tokens",
                        Datatype.INT32,
                        new long[0],
                        Tensor.ofInts("max_tokens", 1).content()))),
        arguments(
            "unexpected shape for input 'input_ids' for model 'm'. Expected [-1], got [2,1]",
            Requests.empty()
                .input(
                    Tensor.of(
                        "input_ids",
                        Datatype.INT32,
                        new long[] {2, 1},
                        Tensor.ofInts("input_ids", 1, 2).content()))),
        arguments(
            "unexpected inference output 'text' for model 'm'", Requests.prompt().output("text")),
        arguments("none of text_input, messages and input_ids is given", Requests.empty()),
        arguments(
            "text_input and input_ids are both given",
            Requests.prompt().input(Tensor.ofInts("input_ids", 1))),
        arguments(
            "text_input and messages are both given",
            Requests.prompt().input(Tensor.ofStrings("messages", "[]"))),
        arguments(
            "messages and input_ids are both given",
            Requests.conversation("[]").input(Tensor.ofInts("input_ids", 1))),
        arguments(
            "text_input, messages and input_ids are all given",
            Requests.prompt()
                .input(Tensor.ofStrings("messages", "[]"))
                .input(Tensor.ofInts("input_ids", 1))),
        arguments(
            "raw_prompt=true needs text_input", Requests.conversation("[]").flag("raw_prompt")),
        arguments(
            "exclude_input_in_output=false needs text_input",
            Requests.conversation("[]").input(Tensor.ofBools("exclude_input_in_output", false))),
        arguments(
            "input 'messages' has 1048577 characters, more than 1048576",
            Requests.conversation("[]" + " ".repeat((1 << 20) - 1))),
        arguments("input 'messages' is no JSON array: null", Requests.conversation("null")),
        arguments("input 'messages' is not valid UTF-8", invalidUtf8("messages")),
        arguments("input 'text_input' is not valid UTF-8", invalidUtf8("text_input")),
        arguments("input 'stop_words' is not valid UTF-8", invalidUtf8("stop_words")),
        arguments("input 'algorithm' is not valid UTF-8", invalidUtf8("algorithm")),
        arguments(
            "input 'sampling_parameters' is no JSON object: null",
            Requests.prompt().sampling("null")),
        arguments(
            "When streaming, `exclude_input_in_output` = False is not allowed.",
            Requests.prompt().stream().input(Tensor.ofBools("exclude_input_in_output", false))),
        arguments(
            "exclude_input_in_output=false needs text_input",
            Requests.empty()
                .input(Tensor.ofInts("input_ids", 1))
                .input(Tensor.ofBools("exclude_input_in_output", false))),
        arguments("stream_blocks=true needs stream=true", Requests.prompt().flag("stream_blocks")),
        arguments(
            "min_tokens=3 and min_length=4 differ",
            Requests.prompt()
                .input(Tensor.ofInts("min_tokens", 3))
                .input(Tensor.ofInts("min_length", 4))),
        arguments("n=2 is not supported, it must be 1", Requests.prompt().sampling("{\"n\": 2}")),
        arguments(
            "best_of=3 is not supported, it must be 1",
            Requests.prompt().parameter("best_of", "3")),
        arguments("n=two is not an integer", Requests.prompt().parameter("n", "two")),
        arguments(
            "logit_bias={5=1} is not supported",
            Requests.prompt().sampling("{\"logit_bias\": {\"5\": 1}}")),
        arguments(
            "lora_name=abc is not supported",
            Requests.prompt().sampling("{\"lora_name\":\"abc\"}")),
        arguments(
            "use_beam_search=true is not supported",
            Requests.prompt().parameter("use_beam_search", true)),
        arguments(
            "stop=[1] is not a text or a list of texts",
            Requests.prompt().sampling("{\"stop\": [1]}")),
        arguments(
            "bad_words=5 is not a text or a list of texts",
            Requests.prompt().parameter("bad_words", 5L)),
        arguments("stream=2 is not true or false", Requests.prompt().parameter("stream", 2L)),
        arguments(
            "return_logprobs=yes is not true or false",
            Requests.prompt().parameter("return_logprobs", "yes").output("text_output")),
        arguments(
            "logprobs=-1 is not in [0, 2147483647]",
            Requests.prompt().input(Tensor.ofInts("logprobs", -1))),
        arguments(
            "logprobs=1.5 is not an integer", Requests.prompt().sampling("{\"logprobs\": 1.5}")),
        arguments(
            "request_priority=-1 is not in [0, 2147483647]",
            Requests.prompt().input(Tensor.ofInts("request_priority", -1))),
        arguments(
            "priority=4294967296 is not in [0, 2147483647]",
            Requests.prompt().parameter("priority", 1L << 32)),
        arguments(
            "timeout=-1 is not in [0, 9223372036854775807]",
            Requests.prompt().parameter("timeout", -1L)),
        arguments(
            "seed=18446744073709551616 is not an integer of 64 bits",
            Requests.prompt().sampling("{\"seed\": 18446744073709551616}")),
        arguments(
            "seed=abc is not an integer of 64 bits", Requests.prompt().parameter("seed", "abc")));
  }

  private static Requests invalidUtf8(String name) {
    Requests request =
        Set.of("text_input", "messages").contains(name) ? Requests.empty() : Requests.prompt();
    return request.input(
        Tensor.ofBytes(name, new long[] {1}, new byte[] {'a', (byte) 0xc3, (byte) 0x28}));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void read_fault_isRefusedByName(String message, Requests request) {
    assertRefused(message, READER, request);
  }

  private static void assertRefused(String message, TensorRequestReader reader, Requests request) {
    UnmaskException error = assertThrows(UnmaskException.class, () -> reader.read(request.build()));

    assertEquals(message, error.getMessage());
    assertEquals(ErrorCode.INVALID_ARGUMENT, error.code());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[1]", "3", "\"a\"", "{} x", "{\"n\":1,\"n\":1}", "{\"a\":NaN}"})
  void read_samplingJsonThatIsNoObject_isRefusedInOneLine(String json) {
    assertRefusedInOneLine(
        "input 'sampling_parameters' is no JSON object: ", Requests.prompt().sampling(json));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "[", "{}", "3", "\"a\"", "[] x", "[{\"role\":1,\"role\":1}]", "[NaN]"})
  void read_messagesThatAreNoArray_areRefusedInOneLine(String json) {
    assertRefusedInOneLine("input 'messages' is no JSON array: ", Requests.conversation(json));
  }

  private static void assertRefusedInOneLine(String start, Requests request) {
    UnmaskException error = assertThrows(UnmaskException.class, () -> READER.read(request.build()));

    assertEquals(ErrorCode.INVALID_ARGUMENT, error.code());
    assertTrue(error.getMessage().startsWith(start), error.getMessage());
    assertFalse(error.getMessage().contains("\n"), error.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "['hi'] | [0]=#hi# is not an object",
        "[{'role':'user','content':'x'},{'content':'x'}]"
            + " | [1].role=null, but a role is required",
        "[{'role':'tool','content':'x'}]"
            + " | [0].role=#tool# is none of system, developer, user, assistant",
        "[{'role':'user','content':null}] | [0].content=null, but a text is required",
        "[{'role':'user','content':3}]"
            + " | [0].content=3 is not a string or an array of text parts",
        "[{'role':'user','content':[{'type':'text','text':3}]}]"
            + " | [0].content[0].text=3 is not a string",
        "[{'role':'user','content':[{'type':'image_url'}]}]"
            + " | [0].content[0].type=#image_url# is not supported, only text is",
        "[{'role':'assistant','content':'x','tool_calls':[{}]}]"
            + " | [0].tool_calls=[...] is not supported",
      })
  void read_messageThatIsWrong_isRefusedByNumber(String json, String fault) {
    assertRefused(
        "input 'messages'" + fault.replace('#', '"'),
        READER,
        Requests.conversation(json.replace('\'', '"')));
  }

  @Test
  void read_streamOfModelWithOneResponse_isRefused() {
    TensorRequestReader single = new TensorRequestReader("m", false);

    assertRefused(
        "Streaming is only supported in decoupled mode.", single, Requests.prompt().stream());
    assertFalse(single.read(Requests.prompt().build()).input().stream());
  }

  static Stream<Arguments> valuesTheSchedulerRefuses() {
    return Stream.of(
        arguments(
            "temperature", "NaN", Requests.prompt().input(Tensor.ofFloats("temperature", 0f / 0))),
        arguments("top_p", "1.5", Requests.prompt().input(Tensor.ofFloats("top_p", 1.5f))),
        arguments("max_tokens", "0", Requests.prompt().input(Tensor.ofInts("max_tokens", 0))),
        arguments("max_tokens", "{a=1}", Requests.prompt().sampling("{\"max_tokens\": {\"a\":1}}")),
        arguments("gen_length", "many", Requests.prompt().parameter("gen_length", "many")),
        arguments("threshold", "2.0", Requests.prompt().sampling("{\"threshold\": 2.0}")),
        arguments("top_k", "-2", Requests.prompt().sampling("{\"top_k\": -2}")),
        arguments(
            "stop_token_ids",
            "100",
            Requests.prompt().input(Tensor.ofInts("stop_token_ids", 1, 100))));
  }

  @ParameterizedTest
  @MethodSource("valuesTheSchedulerRefuses")
  void read_decodingParameterOutOfRange_isRefusedByTheScheduler(
      String name, String value, Requests request) {
    Map<String, Object> parameters = READER.read(request.build()).input().parameters();

    UnmaskException error =
        assertThrows(UnmaskException.class, () -> ParameterParser.parse(parameters, MODEL, 256));

    assertTrue(error.getMessage().startsWith(name), error.getMessage());
    assertTrue(error.getMessage().contains("=" + value), error.getMessage());
  }
}
