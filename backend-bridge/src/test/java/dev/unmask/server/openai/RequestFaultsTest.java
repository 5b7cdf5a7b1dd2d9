package dev.unmask.server.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that are refused, and how the answer says why. */
class RequestFaultsTest extends OpenAiTestBase {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "'max_tokens':'many' | max_tokens | max_tokens=#many# is not a number",
        "'max_completion_tokens':{} | max_completion_tokens"
            + " | max_completion_tokens={} is not a number",
        "'max_completion_tokens':1,'max_tokens':2 | max_completion_tokens"
            + " | max_completion_tokens=1 and max_tokens=2 differ",
        "'temperature':true | temperature | temperature=true is not a number",
        "'top_p':[0.5] | top_p | top_p=[...] is not a number",
        "'seed':9223372036854775808 | seed | seed=9223372036854775808 is not a 64-bit integer",
        "'presence_penalty':'' | presence_penalty | presence_penalty=## is not a number",
        "'frequency_penalty':{'a':1} | frequency_penalty"
            + " | frequency_penalty={...} is not a number",
        "'ignore_eos':1 | ignore_eos | ignore_eos=1 is not a boolean",
        "'algorithm':3 | algorithm | algorithm=3 is not a string",
        "'stop_token_ids':3 | stop_token_ids | stop_token_ids=3 is not an array of integers",
        "'stop_token_ids':[3,'4'] | stop_token_ids[1] | stop_token_ids[1]=#4# is not a number",
        "'stop':3 | stop | stop=3 is not a string or an array of strings",
        "'stop':'' | stop | stop=## is empty",
        "'stop':['a',''] | stop[1] | stop[1]=## is empty",
        "'stop':['a',null] | stop[1] | stop[1]=null is not a string",
        "'stop':['a','b','c','d','e'] | stop | stop=[...] has 5 strings, more than 4",
        "'bad_words':[1] | bad_words[0] | bad_words[0]=1 is not a string",
        "'stream':'yes' | stream | stream=#yes# is not a boolean",
        "'stream_options':{'include_usage':true} | stream_options"
            + " | stream_options={...} is allowed with stream=true only",
        "'stream':true,'stream_options':3 | stream_options | stream_options=3 is not an object",
        "'stream':true,'stream_options':{'include_usage':1} | stream_options.include_usage"
            + " | stream_options.include_usage=1 is not a boolean",
        "'stream':true,'stream_options':{'include_obfuscation':true}"
            + " | stream_options.include_obfuscation"
            + " | stream_options.include_obfuscation=true is not supported",
        "'stream':true,'stream_options':{'every':2} | stream_options.every"
            + " | stream_options.every=2 is not a field of stream_options",
        "'priority':-1 | priority | priority=-1 is not in [0, 2147483647]",
        "'priority':1.5 | priority | priority=1.5 is not an integer",
        "'priority':2147483648 | priority | priority=2147483648 is not in [0, 2147483647]",
        "'request_id':'' | request_id"
            + " | request_id=## is not 1 to 128 printable ASCII characters",
        "'request_id':'a b' | request_id"
            + " | request_id=#a b# is not 1 to 128 printable ASCII characters",
        "'request_id':7 | request_id | request_id=7 is not a string",
        "'n':2 | n | n=2 is not supported",
        "'n':'1' | n | n=#1# is not supported",
        "'store':true | store | store=true is not supported",
        "'logit_bias':{'5':-100} | logit_bias | logit_bias={...} is not supported",
        "'user':3 | user | user=3 is not a string",
        "'metadata':'x' | metadata | metadata=#x# is not an object",
      })
  void commonField_wrong_isNamed(String members, String param, String message) {
    assertRefused(chat(members + ","), param, message.replace('#', '"'));
    assertRefused(complete(members + ","), param, message.replace('#', '"'));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "'logprobs':2 | logprobs | logprobs=2 is not a boolean",
        "'top_logprobs':2 | top_logprobs | top_logprobs=2 needs logprobs=true",
        "'logprobs':true,'top_logprobs':21 | top_logprobs | top_logprobs=21 is not in [0, 20]",
        "'logprobs':true,'top_logprobs':'2' | top_logprobs | top_logprobs=#2# is not an integer",
        "'tools':[{'type':'function'}] | tools | tools=[...] is not supported",
        "'tool_choice':'auto' | tool_choice | tool_choice=#auto# is not supported",
        "'parallel_tool_calls':false | parallel_tool_calls"
            + " | parallel_tool_calls=false is not supported",
        "'functions':[{}] | functions | functions=[...] is not supported",
        "'function_call':'auto' | function_call | function_call=#auto# is not supported",
        "'response_format':{'type':'json_object'} | response_format"
            + " | response_format={...} is not supported",
        "'response_format':'text' | response_format | response_format=#text# is not supported",
        "'modalities':['text','audio'] | modalities | modalities=[...] is not supported",
        "'audio':{'voice':'x'} | audio | audio={...} is not supported",
        "'prediction':{} | prediction | prediction={} is not supported",
        "'web_search_options':{} | web_search_options | web_search_options={} is not supported",
        "'reasoning_effort':'low' | reasoning_effort | reasoning_effort=#low# is not supported",
        "'verbosity':'low' | verbosity | verbosity=#low# is not supported",
        "'prompt':'x' | prompt | prompt=#x# is not a field of chat completions",
        "'echo':true | echo | echo=true is not a field of chat completions",
        "'guided_json':{'a':1} | guided_json"
            + " | guided_json={...} is not a field of chat completions",
        "'nothing':null | nothing | nothing=null is not a field of chat completions",
      })
  void chatField_wrong_isNamed(String members, String param, String message) {
    assertRefused(chat(members + ","), param, message.replace('#', '"'));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "'logprobs':true | logprobs | logprobs=true is not an integer",
        "'logprobs':21 | logprobs | logprobs=21 is not in [0, 20]",
        "'logprobs':-1 | logprobs | logprobs=-1 is not in [0, 20]",
        "'best_of':2 | best_of | best_of=2 is not supported",
        "'suffix':'end' | suffix | suffix=#end# is not supported",
        "'echo':1 | echo | echo=1 is not a boolean",
        "'echo':true,'logprobs':0 | echo | echo=true is not supported with logprobs",
        "'messages':[] | messages | messages=[] is not a field of completions",
        "'tools':[] | tools | tools=[] is not a field of completions",
      })
  void completionField_wrong_isNamed(String members, String param, String message) {
    assertRefused(complete(members + ","), param, message.replace('#', '"'));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "'prompt':null | prompt"
            + " | prompt=null, but a text or an array of token ids is required",
        "'user':'x' | prompt | prompt=null, but a text or an array of token ids is required",
        "'prompt':{} | prompt | prompt={} is not a text or an array of token ids",
        "'prompt':3 | prompt | prompt=3 is not a text or an array of token ids",
        "'prompt':['a','b'] | prompt | prompt=[...] has 2 prompts, one is supported",
        "'prompt':[[1],[2]] | prompt | prompt=[...] has 2 prompts, one is supported",
        "'prompt':[true] | prompt[0] | prompt[0]=true is not a text or an array of token ids",
        "'prompt':[1,'b'] | prompt[1] | prompt[1]=#b# is not a token id",
        "'prompt':[1,2.5] | prompt[1] | prompt[1]=2.5 is not a token id",
        "'prompt':[[1,2147483648]] | prompt[0][1]" + " | prompt[0][1]=2147483648 is not a token id",
        "'prompt':[1],'echo':true | echo"
            + " | echo=true is not supported for a prompt of token ids",
      })
  void prompt_wrong_isNamed(String members, String param, String message) {
    assertRefused(
        post(COMPLETIONS, "{'model':'m'," + members + "}"), param, message.replace('#', '"'));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "null | messages | messages=null, but an array of messages is required",
        "'hi' | messages | messages=#hi# is not an array",
        "[] | messages | messages=[] has no message",
        "['hi'] | messages[0] | messages[0]=#hi# is not an object",
        "[{'content':'x'}] | messages[0].role | messages[0].role=null, but a role is required",
        "[{'role':'tool','content':'x'}] | messages[0].role"
            + " | messages[0].role=#tool# is none of system, developer, user, assistant",
        "[{'role':3,'content':'x'}] | messages[0].role"
            + " | messages[0].role=3 is none of system, developer, user, assistant",
        "[{'role':'user'}] | messages[0].content"
            + " | messages[0].content=null, but a text is required",
        "[{'role':'user','content':3}] | messages[0].content"
            + " | messages[0].content=3 is not a string or an array of text parts",
        "[{'role':'user','content':['x']}] | messages[0].content[0]"
            + " | messages[0].content[0]=#x# is not an object",
        "[{'role':'user','content':[{'text':'x'}]}] | messages[0].content[0].type"
            + " | messages[0].content[0].type=null, but a type is required",
        "[{'role':'user','content':[{'type':'image_url'}]}] | messages[0].content[0].type"
            + " | messages[0].content[0].type=#image_url# is not supported, only text is",
        "[{'role':'user','content':[{'type':'text'}]}] | messages[0].content[0].text"
            + " | messages[0].content[0].text=null, but a text is required",
        "[{'role':'user','content':[{'type':'text','text':3}]}] | messages[0].content[0].text"
            + " | messages[0].content[0].text=3 is not a string",
        "[{'role':'user','content':[{'type':'text','text':'x','a':1}]}]"
            + " | messages[0].content[0].a"
            + " | messages[0].content[0].a=1 is not a field of a text part",
        "[{'role':'user','content':'x','name':'Al'}] | messages[0].name"
            + " | messages[0].name=#Al# is not supported",
        "[{'role':'assistant','content':'x','tool_calls':[{}]}] | messages[0].tool_calls"
            + " | messages[0].tool_calls=[...] is not supported",
        "[{'role':'user','content':'x'},{'role':'user','content':'x','b':2}] | messages[1].b"
            + " | messages[1].b=2 is not a field of a message",
      })
  void messages_wrong_areNamed(String messages, String param, String message) {
    assertRefused(
        post(CHAT, "{'model':'m','messages':" + messages + "}"), param, message.replace('#', '"'));
  }

  @Test
  void longValue_isCut() {
    FakeExchange exchange = chat("'stream':'" + "y".repeat(200) + "',");
    assertRefused(exchange, "stream", "stream=\"" + "y".repeat(63) + "... is not a boolean");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{'prompt':'x'}", "{'model':null,'prompt':'x'}"})
  void model_missing_isNamed(String body) {
    assertRefused(post(COMPLETIONS, body), "model", "model=null, but a model's name is required");
  }

  @Test
  void model_ofAnotherType_isNamed() {
    assertRefused(
        post(COMPLETIONS, "{'model':3,'prompt':'x'}"), "model", "model=3 is not a string");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "{'a':1,'a':2}",
        "{'model':'m'} {}",
        "{'model':'m',}",
        "{'model':'\u0001'}"
      })
  void body_malformed_saysSo(String body) {
    FakeExchange exchange = post(COMPLETIONS, body);
    assertEquals(400, exchange.status);
    String message = exchange.json().at("/error/message").asText();
    assertTrue(
        message.startsWith("the request body is not"), () -> "unexpected message: " + message);
    assertTrue(exchange.json().at("/error/param").isNull());
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "3", "null", "'x'"})
  void body_ofAnotherKind_saysSo(String body) {
    assertRefused(post(CHAT, body), null, "the request body is not a JSON object");
  }

  @Test
  void body_tooDeep_isRefused() {
    FakeExchange exchange = post(CHAT, "{'a':" + "[".repeat(200) + "]".repeat(200) + "}");
    assertEquals(400, exchange.status);
    assertTrue(exchange.json().at("/error/message").asText().contains("depth"));
  }

  @Test
  void chat_withoutTemplate_isRefused() {
    model.chatTemplate = false;
    assertRefused(chat(""), "model", "model=\"m\" has no chat template: ask /v1/completions");
  }

  @Test
  void model_unknown_isNotFound() {
    assertError(
        post(COMPLETIONS, "{'model':'x','prompt':'y'}"),
        404,
        "invalid_request_error",
        "model",
        "model_not_found",
        "Request for unknown model: 'x' is not found");
  }

  @Test
  void model_notReady_isUnavailable() {
    server.failure = new UnmaskException(ErrorCode.UNAVAILABLE, "loading");
    FakeExchange exchange = chat("");
    assertError(exchange, 503, "server_error", null, "service_unavailable", "loading");
    assertEquals("1", exchange.headers.get("retry-after"));
  }

  @Test
  void fault_ofTheServer_tellsNoDetails() {
    server.failure = new IllegalStateException("secret");
    assertError(chat(""), 500, "server_error", null, null, "internal error, see the server's log");
  }

  @ParameterizedTest
  @CsvSource({
    "INVALID_ARGUMENT, 400, invalid_request_error,",
    "UNSUPPORTED, 400, invalid_request_error,",
    "ALREADY_EXISTS, 400, invalid_request_error,",
    "UNAVAILABLE, 503, server_error, service_unavailable",
    "CANCELLED, 503, server_error, service_unavailable",
    "INTERNAL, 500, server_error,",
  })
  void generation_fails_answersWithItsStatus(
      ErrorCode code, int status, String type, String errorCode) {
    FakeExchange exchange = chat("");
    model.observer.onError(new UnmaskException(code, "it failed"));
    assertError(exchange, status, type, null, errorCode, "it failed");
    assertEquals(status == 503 ? "1" : null, exchange.headers.get("retry-after"));
  }

  @Test
  void context_exceeded_hasACodeOfItsOwn() {
    FakeExchange exchange = chat("");
    model.observer.onError(UnmaskException.contextExceeded("max_tokens=9 is more than the 8"));
    assertError(
        exchange,
        400,
        "invalid_request_error",
        "max_tokens",
        "context_length_exceeded",
        "max_tokens=9 is more than the 8");
  }

  @Test
  void error_beforeAHandler_hasTheShapeOfAllErrors() {
    assertEquals(
        json(
            "{'error':{'message':'Method Not Allowed','type':'invalid_request_error',"
                + "'param':null,'code':null}}"),
        errorBody(405, "Method Not Allowed"));
    assertEquals(
        json(
            "{'error':{'message':'down','type':'server_error','param':null,"
                + "'code':'service_unavailable'}}"),
        errorBody(503, "down"));
    assertEquals(
        json("{'error':{'message':'bad','type':'server_error','param':null,'code':null}}"),
        errorBody(500, "bad"));
  }

  private JsonNode errorBody(int status, String message) {
    byte[] body = api.routes().get(0).errors().body(status, message);
    return FakeExchange.parse(new String(body, StandardCharsets.UTF_8));
  }
}
