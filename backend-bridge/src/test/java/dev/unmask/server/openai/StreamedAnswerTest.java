package dev.unmask.server.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.FinishReason;
import dev.unmask.scheduler.UnmaskException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Answers that come in events. */
class StreamedAnswerTest extends OpenAiTestBase {
  private static final String STREAM = "'stream':true,";
  private static final String STREAM_USAGE =
      STREAM + "'stream_options':{'include_usage':true,'include_obfuscation':false},";

  private void finish(String rest, FinishReason reason) {
    model.observer.onFinished(rest.isEmpty() ? nothing() : delta(rest), result("whatever", reason));
  }

  /** An event without what all events of an answer share. */
  private static JsonNode particular(String event, String id, String object) {
    ObjectNode json = FakeExchange.parse(event).deepCopy();
    assertEquals(id, json.remove("id").asText());
    assertEquals(object, json.remove("object").asText());
    assertEquals(NOW, json.remove("created").asLong());
    assertEquals("m", json.remove("model").asText());
    assertTrue(json.remove("system_fingerprint").asText().startsWith("fp_"));
    return json;
  }

  private static void assertChat(List<String> events, String... expected) {
    assertEvents(events, "chatcmpl-req-1", "chat.completion.chunk", expected);
  }

  private static void assertText(List<String> events, String... expected) {
    assertEvents(events, "cmpl-req-1", "text_completion", expected);
  }

  private static void assertEvents(
      List<String> events, String id, String object, String... expected) {
    assertEquals(expected.length + 1, events.size(), () -> String.join("\n", events));
    for (int i = 0; i < expected.length; i++) {
      assertEquals(json(expected[i]), particular(events.get(i), id, object));
    }
    assertEquals("[DONE]", events.get(expected.length));
  }

  private static String chunk(String content, String reason) {
    return "{'choices':[{'index':0,"
        + content
        + ",'logprobs':null,'finish_reason':"
        + reason
        + "}]}";
  }

  @Test
  void chat_sendsRoleThenDeltasThenReason() {
    FakeExchange exchange = chat(STREAM);
    assertTrue(model.input().stream());
    assertEquals(0, exchange.status);
    model.observer.onDelta(delta("Hel"));
    assertEquals(200, exchange.status);
    assertEquals("text/event-stream; charset=utf-8", exchange.contentType);
    assertEquals("no-cache", exchange.headers.get("cache-control"));
    assertEquals(2, exchange.events().size());
    model.observer.onDelta(delta("lo\n\n"));
    assertFalse(exchange.complete);
    finish("", FinishReason.STOP);
    assertTrue(exchange.complete);
    assertChat(
        exchange.events(),
        chunk("'delta':{'role':'assistant','content':'','refusal':null}", "null"),
        chunk("'delta':{'content':'Hel'}", "null"),
        chunk("'delta':{'content':'lo\\n\\n'}", "null"),
        chunk("'delta':{}", "'stop'"));
    assertEquals(3, exchange.chunks.size());
  }

  @Test
  void chat_finishedWithRest_sendsItBeforeTheReason() {
    FakeExchange exchange = chat(STREAM);
    finish("All", FinishReason.LENGTH);
    assertChat(
        exchange.events(),
        chunk("'delta':{'role':'assistant','content':'','refusal':null}", "null"),
        chunk("'delta':{'content':'All'}", "null"),
        chunk("'delta':{}", "'length'"));
    assertEquals(1, exchange.chunks.size());
  }

  @Test
  void chat_withoutAnyText_stillHasRoleAndReason() {
    FakeExchange exchange = chat(STREAM);
    finish("", FinishReason.STOP);
    assertChat(
        exchange.events(),
        chunk("'delta':{'role':'assistant','content':'','refusal':null}", "null"),
        chunk("'delta':{}", "'stop'"));
  }

  @Test
  void completion_sendsTextsThenReason() {
    FakeExchange exchange = complete(STREAM);
    model.observer.onDelta(delta(" upon"));
    finish(" a", FinishReason.STOP);
    assertText(
        exchange.events(),
        chunk("'text':' upon'", "null"),
        chunk("'text':' a'", "null"),
        chunk("'text':''", "'stop'"));
  }

  @Test
  void completion_withEcho_sendsThePromptFirst() {
    FakeExchange exchange = complete(STREAM + "'echo':true,");
    model.observer.onDelta(delta(" upon"));
    finish("", FinishReason.STOP);
    assertText(
        exchange.events(),
        chunk("'text':'Once'", "null"),
        chunk("'text':' upon'", "null"),
        chunk("'text':''", "'stop'"));
  }

  @Test
  void usage_askedFor_isTheLastChunkAndNullBefore() {
    FakeExchange exchange = complete(STREAM_USAGE);
    finish("x", FinishReason.STOP);
    List<String> events = exchange.events();
    assertText(
        events,
        "{'choices':[{'index':0,'text':'x','logprobs':null,'finish_reason':null}],'usage':null}",
        "{'choices':[{'index':0,'text':'','logprobs':null,'finish_reason':'stop'}],'usage':null}",
        "{'choices':[],'usage':{'prompt_tokens':5,'completion_tokens':3,'total_tokens':8,"
            + "'prompt_tokens_details':{'cached_tokens':2}}}");
  }

  @Test
  void delta_withoutText_sendsNothing() {
    FakeExchange exchange = chat(STREAM);
    model.observer.onDelta(delta(""));
    assertEquals(0, exchange.status);
    model.observer.onDelta(delta("\u00e9"));
    model.observer.onDelta(delta(""));
    assertEquals(1, exchange.chunks.size());
  }

  @Test
  void delta_withoutTextButWithLogprobs_isSent() {
    FakeExchange exchange = complete(STREAM + "'logprobs':0,");
    model.observer.onDelta(delta("", token("\ufffd", new byte[] {(byte) 0xc3}, -1)));
    model.observer.onDelta(delta("\u00e9", token("\ufffd", new byte[] {(byte) 0xa9}, -2)));
    model.observer.onDelta(delta("z", token("z", -3)));
    finish("", FinishReason.STOP);
    assertText(
        exchange.events(),
        "{'choices':[{'index':0,'text':'','logprobs':{'tokens':['bytes:\\\\xc3'],"
            + "'token_logprobs':[-1.0],'top_logprobs':[{'bytes:\\\\xc3':-1.0}],"
            + "'text_offset':[0]},'finish_reason':null}]}",
        "{'choices':[{'index':0,'text':'\u00e9','logprobs':{'tokens':['bytes:\\\\xa9'],"
            + "'token_logprobs':[-2.0],'top_logprobs':[{'bytes:\\\\xa9':-2.0}],"
            + "'text_offset':[0]},'finish_reason':null}]}",
        "{'choices':[{'index':0,'text':'z','logprobs':{'tokens':['z'],"
            + "'token_logprobs':[-3.0],'top_logprobs':[{'z':-3.0}],"
            + "'text_offset':[1]},'finish_reason':null}]}",
        chunk("'text':''", "'stop'"));
  }

  @Test
  void error_beforeTheFirstEvent_isAnErrorResponse() {
    FakeExchange exchange = chat(STREAM);
    model.observer.onError(UnmaskException.invalid("top_p=0 leaves no token"));
    assertError(exchange, 400, "invalid_request_error", "top_p", null, "top_p=0 leaves no token");
  }

  @Test
  void error_inMidStream_isTheLastEventWithoutDone() {
    FakeExchange exchange = chat(STREAM);
    model.observer.onDelta(delta("Hel"));
    model.observer.onError(new UnmaskException(ErrorCode.INTERNAL, "the engine failed"));
    assertTrue(exchange.complete);
    assertEquals(200, exchange.status);
    List<String> events = exchange.events();
    assertEquals(3, events.size());
    assertEquals(
        json(
            "{'error':{'message':'the engine failed','type':'server_error','param':null,"
                + "'code':null}}"),
        FakeExchange.parse(events.get(2)));
  }

  @Test
  void client_goesAway_cancels() {
    FakeExchange exchange = chat(STREAM);
    model.observer.onDelta(delta("Hel"));
    exchange.disconnect();
    assertEquals(1, model.cancels);
  }

  @Test
  void generation_endsWithinTheCallThatStartsIt_answers() {
    model.script = observer -> observer.onFinished(delta("x"), result("x", FinishReason.STOP));
    assertTrue(chat(STREAM).complete);
    assertTrue(chat("").complete);
  }
}
