package dev.unmask.server.openai;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.bridge.text.ChatMessage;
import dev.unmask.repository.TensorSpec;
import dev.unmask.repository.TensorSpecs;
import dev.unmask.request.Datatype;
import dev.unmask.request.GenerationInput;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of the fields of a request that is well formed. */
class RequestFieldsTest extends OpenAiTestBase {
  private GenerationInput chatInput(String members) {
    FakeExchange exchange = chat(members);
    assertEquals(0, exchange.status, exchange::text);
    return model.input();
  }

  private GenerationInput textInput(String members) {
    FakeExchange exchange = complete(members);
    assertEquals(0, exchange.status, exchange::text);
    return model.input();
  }

  private GenerationInput promptInput(String prompt) {
    FakeExchange exchange = post(COMPLETIONS, "{'model':'m','prompt':" + prompt + "}");
    assertEquals(0, exchange.status, exchange::text);
    return model.input();
  }

  private List<ChatMessage> messages(String messages) {
    FakeExchange exchange = post(CHAT, "{'model':'m','messages':[" + messages + "]}");
    assertEquals(0, exchange.status, exchange::text);
    return model.input().messages();
  }

  @Test
  void chat_withDefaults_leavesAllToTheModel() {
    GenerationInput input = chatInput("");
    assertEquals(List.of(ChatMessage.user("Hello")), input.messages());
    assertNull(input.text());
    assertNull(input.inputIds());
    assertEquals(Map.of(), input.parameters());
    assertEquals(List.of(), input.stopWords());
    assertEquals(List.of(), input.badWords());
    assertFalse(input.stream());
    assertFalse(input.streamBlocks());
    assertEquals(-1, input.logprobs());
    assertEquals(0, input.priority());
    assertEquals(0, input.timeoutMicros());
    assertEquals(FakeExchange.ARRIVAL_NANOS, input.arrivalNanos());
  }

  @Test
  void completion_withDefaults_continuesPlainText() {
    GenerationInput input = textInput("");
    assertEquals("Once", input.text());
    assertTrue(input.plain());
    assertNull(input.messages());
    assertNull(input.inputIds());
    assertEquals(Map.of(), input.parameters());
    assertEquals(-1, input.logprobs());
  }

  @Test
  void prompt_mayBeTextOrTokenIds_aloneOrOneOfAList() {
    assertEquals("One", promptInput("['One']").text());
    assertArrayEquals(new int[] {5, 6}, promptInput("[5,6]").inputIds());
    assertArrayEquals(new int[] {7}, promptInput("[[7]]").inputIds());
    assertArrayEquals(new int[0], promptInput("[]").inputIds());
    assertNull(model.input().text());
  }

  @Test
  void messages_keepRolesAndJoinTextParts() {
    assertEquals(
        List.of(
            new ChatMessage("system", "s"),
            new ChatMessage("developer", "d"),
            new ChatMessage("user", "a\nb"),
            new ChatMessage("assistant", ""),
            new ChatMessage("user", "")),
        messages(
            "{'role':'system','content':'s'},{'role':'developer','content':'d'},"
                + "{'role':'user','content':[{'type':'text','text':'a'},"
                + "{'type':'text','text':'b'}]},"
                + "{'role':'assistant','content':'','refusal':null,'tool_calls':null,"
                + "'function_call':null,'audio':null,'annotations':[]},"
                + "{'role':'user','content':[],'name':null}"));
  }

  @Test
  void parameters_ofEveryName_reachTheModel() {
    for (TensorSpec spec : TensorSpecs.PARAMETER_INPUTS) {
      String value = "3";
      Object expected = 3L;
      if (!spec.isScalar()) {
        value = "[1,2]";
        expected = List.of(1L, 2L);
      } else if (spec.type() == Datatype.BOOL) {
        value = "true";
        expected = true;
      } else if (spec.type() == Datatype.BYTES) {
        value = "'word'";
        expected = "word";
      }
      String member = "'" + spec.name() + "':" + value + ",";
      assertEquals(expected, chatInput(member).parameters().get(spec.name()), spec.name());
      assertEquals(expected, textInput(member).parameters().get(spec.name()), spec.name());
    }
  }

  @Test
  void numbers_keepTheirKind() {
    Map<String, Object> parameters =
        chatInput("'top_p':0.5,'seed':-9223372036854775808,'max_tokens':16,").parameters();
    assertEquals(Map.of("top_p", 0.5, "seed", Long.MIN_VALUE, "max_tokens", 16L), parameters);
  }

  @Test
  void maxCompletionTokens_isMaxTokens() {
    assertEquals(Map.of("max_tokens", 9L), chatInput("'max_completion_tokens':9,").parameters());
    assertEquals(
        Map.of("max_tokens", 9L),
        chatInput("'max_completion_tokens':9,'max_tokens':9,").parameters());
  }

  @Test
  void seed_ofARequestThatSamples_isDrawnWhereNoneIsGiven() {
    Object first = chatInput("'temperature':1,").parameters().get("seed");
    assertInstanceOf(Long.class, first);
    assertNotEquals(first, chatInput("'temperature':1,").parameters().get("seed"));
    assertEquals(5L, chatInput("'temperature':1,'seed':5,").parameters().get("seed"));
    assertFalse(chatInput("'temperature':0,").parameters().containsKey("seed"));
  }

  @Test
  void stopWords_mayBeOneOrUpToFour() {
    assertEquals(List.of("\n"), chatInput("'stop':'\\n',").stopWords());
    assertEquals(List.of("a", "b", "c", "d"), textInput("'stop':['a','b','c','d'],").stopWords());
    assertEquals(List.of(), textInput("'stop':[],").stopWords());
  }

  @Test
  void badWordsAndPriority_reachTheModel() {
    GenerationInput input = chatInput("'bad_words':['a','b','c','d','e'],'priority':3,");
    assertEquals(List.of("a", "b", "c", "d", "e"), input.badWords());
    assertEquals(3, input.priority());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "'logprobs':false, | -1",
        "'logprobs':true, | 0",
        "'logprobs':true,'top_logprobs':0, | 0",
        "'logprobs':true,'top_logprobs':20, | 20",
        "'logprobs':false,'top_logprobs':0, | -1",
      })
  void chatLogprobs_countAlternatives(String members, int alternatives) {
    assertEquals(alternatives, chatInput(members).logprobs());
  }

  @ParameterizedTest
  @CsvSource({"0", "5", "20"})
  void completionLogprobs_countAlternatives(int alternatives) {
    assertEquals(alternatives, textInput("'logprobs':" + alternatives + ",").logprobs());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'n':1,",
        "'store':false,",
        "'logit_bias':{},",
        "'metadata':{'a':'b'},'user':'me','service_tier':'auto',",
        "'safety_identifier':'a','prompt_cache_key':'b','prompt_cache_retention':'24h',",
        "'stop':null,'max_tokens':null,'temperature':null,'stop_token_ids':null,'seed':null,"
            + "'stream':null,'stream_options':null,'n':null,'logit_bias':null,'user':null,"
            + "'ignore_eos':null,'algorithm':null,'priority':null,'request_id':null,",
      })
  void fields_thatAskForNothing_pass(String members) {
    assertEquals(Map.of(), chatInput(members).parameters());
    assertEquals(Map.of(), textInput(members).parameters());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'tools':[],'tool_choice':'none','functions':[],'function_call':'none',",
        "'response_format':{'type':'text'},'modalities':['text'],'reasoning_effort':'none',",
        "'tools':null,'audio':null,'prediction':null,'web_search_options':null,'verbosity':null,"
            + "'parallel_tool_calls':null,'logprobs':null,'top_logprobs':null,",
      })
  void chatFields_thatAskForNothing_pass(String members) {
    assertEquals(-1, chatInput(members).logprobs());
  }

  @ParameterizedTest
  @ValueSource(strings = {"'best_of':1,'suffix':'','echo':false,", "'suffix':null,'echo':null,"})
  void completionFields_thatAskForNothing_pass(String members) {
    assertEquals("Once", textInput(members).text());
  }
}
