package dev.unmask.server.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unmask.request.GenerationDelta;
import dev.unmask.request.TokenLogprob;
import dev.unmask.scheduler.FinishReason;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Answers that come in one piece. */
class WholeAnswerTest extends OpenAiTestBase {
  private JsonNode finished(FakeExchange exchange, GenerationDelta all, FinishReason reason) {
    assertFalse(exchange.complete);
    model.observer.onFinished(all, result(all.text(), reason));
    assertTrue(exchange.complete);
    assertEquals(200, exchange.status);
    assertEquals("application/json", exchange.contentType);
    return exchange.json();
  }

  private static String fingerprint(JsonNode answer) {
    String fingerprint = answer.get("system_fingerprint").asText();
    assertTrue(fingerprint.matches("fp_[0-9a-f]{10}"), fingerprint);
    return fingerprint;
  }

  @Test
  void chat_finished_answersWithMessageAndUsage() {
    JsonNode answer = finished(chat(""), delta("Hi \"there\" \u00e9\n"), FinishReason.STOP);
    assertEquals(
        json(
            "{'id':'chatcmpl-req-1','object':'chat.completion','created':1700000000,'model':'m',"
                + "'system_fingerprint':'"
                + fingerprint(answer)
                + "','choices':[{'index':0,'message':{'role':'assistant','content':'Hi"
                + " \\'there\\' \u00e9\\n','refusal':null},'logprobs':null,"
                + "'finish_reason':'stop'}],'usage':{'prompt_tokens':5,'completion_tokens':3,"
                + "'total_tokens':8,'prompt_tokens_details':{'cached_tokens':2}}}"),
        answer);
  }

  @Test
  void completion_finished_answersWithTextAndUsage() {
    JsonNode answer = finished(complete(""), delta(" upon"), FinishReason.LENGTH);
    assertEquals(
        json(
            "{'id':'cmpl-req-1','object':'text_completion','created':1700000000,'model':'m',"
                + "'system_fingerprint':'"
                + fingerprint(answer)
                + "','choices':[{'index':0,'text':' upon','logprobs':null,"
                + "'finish_reason':'length'}],'usage':{'prompt_tokens':5,'completion_tokens':3,"
                + "'total_tokens':8,'prompt_tokens_details':{'cached_tokens':2}}}"),
        answer);
  }

  @Test
  void completion_withEcho_beginsWithThePrompt() {
    JsonNode answer = finished(complete("'echo':true,"), delta(" upon"), FinishReason.STOP);
    assertEquals("Once upon", answer.at("/choices/0/text").asText());
  }

  @Test
  void requestId_inTheBody_namesTheAnswer() {
    JsonNode answer = finished(chat("'request_id':'mine',"), delta("x"), FinishReason.STOP);
    assertEquals("chatcmpl-mine", answer.get("id").asText());
  }

  @Test
  void fingerprint_sameFilesAndVersion_isTheSame() {
    String first = fingerprint(finished(chat(""), delta("a"), FinishReason.STOP));
    assertEquals(first, fingerprint(finished(complete(""), delta("b"), FinishReason.STOP)));
    model.hashes = Map.of("model.onnx", "cc", "tokenizer.json", "bb");
    String otherFiles = fingerprint(finished(chat(""), delta("a"), FinishReason.STOP));
    server.version = "1.1";
    String otherVersion = fingerprint(finished(chat(""), delta("a"), FinishReason.STOP));
    assertNotEquals(first, otherFiles);
    assertNotEquals(otherFiles, otherVersion);
    model.hashes = null;
    assertNotEquals(otherVersion, fingerprint(finished(chat(""), delta("a"), FinishReason.STOP)));
  }

  @Test
  void chatLogprobs_listTokensWithBytesAndAlternatives() {
    FakeExchange exchange = chat("'logprobs':true,'top_logprobs':2,");
    assertEquals(2, model.input().logprobs());
    TokenLogprob h = token("H", -0.25, token("H", -0.25), token("J", -1.5));
    TokenLogprob half = token("\ufffd", new byte[] {(byte) 0xc3}, Double.NEGATIVE_INFINITY);
    JsonNode answer = finished(exchange, delta("H", h, half), FinishReason.STOP);
    assertEquals(
        json(
            "{'content':[{'token':'H','logprob':-0.25,'bytes':[72],'top_logprobs':["
                + "{'token':'H','logprob':-0.25,'bytes':[72]},"
                + "{'token':'J','logprob':-1.5,'bytes':[74]}]},"
                + "{'token':'\ufffd','logprob':-9999.0,'bytes':[195],'top_logprobs':[]}],"
                + "'refusal':null}"),
        answer.at("/choices/0/logprobs"));
  }

  @Test
  void chatLogprobs_withoutAlternatives_areThoseOfTheTokens() {
    FakeExchange exchange = chat("'logprobs':true,");
    assertEquals(0, model.input().logprobs());
    JsonNode answer = finished(exchange, delta("H", token("H", Double.NaN)), FinishReason.STOP);
    assertEquals(
        json(
            "{'content':[{'token':'H','logprob':-9999.0,'bytes':[72],'top_logprobs':[]}],"
                + "'refusal':null}"),
        answer.at("/choices/0/logprobs"));
  }

  @Test
  void completionLogprobs_areListsBesideEachOther() {
    FakeExchange exchange = complete("'logprobs':2,");
    assertEquals(2, model.input().logprobs());
    byte[] first = {(byte) 0xf0, (byte) 0x9f};
    byte[] rest = {(byte) 0x98, (byte) 0x80, 'x'};
    JsonNode answer =
        finished(
            exchange,
            delta(
                "ab\ud83d\ude00xc",
                token("ab", -0.5, token("q", -0.25), token("ab", -0.5)),
                token("\ufffd", first, -1, token("\ufffd", rest, -2), token("\ufffd", rest, -3)),
                token("\ufffdx", rest, -4),
                token("c", 1e-9)),
            FinishReason.STOP);
    assertEquals(
        json(
            "{'tokens':['ab','bytes:\\\\xf0\\\\x9f','bytes:\\\\x98\\\\x80\\\\x78','c'],"
                + "'token_logprobs':[-0.5,-1.0,-4.0,0.0],"
                + "'top_logprobs':[{'ab':-0.5,'q':-0.25},"
                + "{'bytes:\\\\xf0\\\\x9f':-1.0,'bytes:\\\\x98\\\\x80\\\\x78':-2.0},"
                + "{'bytes:\\\\x98\\\\x80\\\\x78':-4.0},{'c':0.0}],"
                + "'text_offset':[0,2,2,4]}"),
        answer.at("/choices/0/logprobs"));
  }

  @Test
  void logprobs_ofNoTokens_areEmpty() {
    JsonNode answer =
        finished(
            complete("'logprobs':0,"),
            new GenerationDelta("", new int[0], List.of()),
            FinishReason.STOP);
    assertEquals(
        json("{'tokens':[],'token_logprobs':[],'top_logprobs':[],'text_offset':[]}"),
        answer.at("/choices/0/logprobs"));
  }

  @Test
  void client_goesAway_cancels() {
    FakeExchange exchange = chat("");
    assertEquals(0, model.cancels);
    exchange.disconnect();
    assertEquals(1, model.cancels);
  }

  @Test
  void client_goneBeforeTheStart_cancelsAtOnce() {
    FakeExchange exchange =
        new FakeExchange("POST", COMPLETIONS, "{\"model\":\"m\",\"prompt\":\"x\"}");
    exchange.disconnect();
    send(exchange);
    assertEquals(1, model.cancels);
  }
}
