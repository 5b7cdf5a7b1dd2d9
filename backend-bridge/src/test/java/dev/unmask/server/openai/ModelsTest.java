package dev.unmask.server.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ModelsTest extends OpenAiTestBase {
  private static String model(String name) {
    return "{'id':'" + name + "','object':'model','created':1700000000,'owned_by':'unmask'}";
  }

  @Test
  void models_areListedOnceWhateverTheirVersions() {
    server.add("other");
    FakeExchange exchange = get("/v1/models");
    assertEquals(200, exchange.status);
    assertEquals("application/json", exchange.contentType);
    assertEquals(
        json("{'object':'list','data':[" + model("m") + "," + model("other") + "]}"),
        exchange.json());
  }

  @Test
  void models_ofAServerWithoutAny_areAnEmptyList() {
    server.models.clear();
    assertEquals(json("{'object':'list','data':[]}"), get("/v1/models").json());
  }

  @Test
  void model_byName_isShown() {
    assertEquals(json(model("m")), get("/v1/models/m").json());
  }

  @Test
  void model_byEscapedName_isShown() {
    server.add("a b+c/d");
    assertEquals(json(model("a b+c/d")), get("/v1/models/a%20b+c%2Fd").json());
  }

  @Test
  void model_unknown_isNotFound() {
    for (String name : new String[] {"x", "", "m/"}) {
      assertError(
          get("/v1/models/" + name),
          404,
          "invalid_request_error",
          "model",
          "model_not_found",
          "Request for unknown model: '" + name + "' is not found");
    }
  }

  @Test
  void model_malformedEscape_isRefused() {
    assertRefused(get("/v1/models/%zz"), "model", "model=\"%zz\" has a malformed escape sequence");
  }
}
