package dev.unmask.scheduler.parameters;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.scheduler.AttentionKind;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.ModelTraits;
import dev.unmask.scheduler.UnmaskException;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ParameterParserTest {
  private static final ModelTraits ANY =
      traits(EnumSet.allOf(Algorithm.class), Algorithm.D2F, Map.of("block_size", 16));

  private static ModelTraits traits(
      EnumSet<Algorithm> algorithms, Algorithm byDefault, Map<String, Object> defaults) {
    return new ModelTraits(
        AttentionKind.BLOCK_CAUSAL,
        false,
        100,
        99,
        new int[] {97, 98},
        512,
        algorithms,
        byDefault,
        defaults);
  }

  private static GenerationParameters parse(Object... pairs) {
    Map<String, Object> values = new HashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      values.put((String) pairs[i], pairs[i + 1]);
    }
    return ParameterParser.parse(values, ANY, 400);
  }

  @Test
  void lookAhead_rules_areReadAndOthersNamed() {
    DecodingParameters.D2f d2f = (DecodingParameters.D2f) parse("look_ahead", "cost").decoding();
    assertSame(DecodingParameters.LookAheadRule.COST, d2f.lookAhead());
    UnmaskException wrong = assertThrows(UnmaskException.class, () -> parse("look_ahead", "far"));
    assertEquals("look_ahead=far is none of fixed, cost, batch", wrong.getMessage());
    UnmaskException elsewhere =
        assertThrows(
            UnmaskException.class, () -> parse("algorithm", "llada", "look_ahead", "cost"));
    assertTrue(elsewhere.getMessage().contains("look_ahead=cost"), elsewhere.getMessage());
  }

  @Test
  void looksAheadByCost_onlyWhereItIsTheDefault() {
    EnumSet<Algorithm> all = EnumSet.allOf(Algorithm.class);
    assertFalse(ParameterParser.looksAheadByCost(ANY));
    Map<String, Object> cost = Map.of("look_ahead", "cost");
    assertTrue(ParameterParser.looksAheadByCost(traits(all, Algorithm.D2F, cost)));
    assertFalse(ParameterParser.looksAheadByCost(traits(all, Algorithm.LLADA, cost)));
  }

  @Test
  void defaults_arePublishedOnes() {
    GenerationParameters d2f = parse();
    assertEquals(
        new DecodingParameters.D2f(
            16,
            0.1,
            0.95,
            0.9,
            DecodingParameters.Ranking.CONFIDENCE,
            0,
            DecodingParameters.LookAheadRule.FIXED),
        d2f.decoding());
    assertEquals(128, d2f.maxTokens());
    assertTrue(d2f.trimAfterEos());
    assertEquals(SamplingParameters.GREEDY, d2f.sampling());
    assertArrayEquals(new int[] {97, 98}, d2f.stopTokenIds());

    assertEquals(
        new DecodingParameters.Llada(
            128, 128, 0, DecodingParameters.Remasking.LOW_CONFIDENCE, false, false),
        parse("algorithm", "llada").decoding());
    assertFalse(parse("algorithm", "llada").trimAfterEos());
    assertEquals(
        new DecodingParameters.BlockDiffusion(
            4,
            4,
            DecodingParameters.RemaskingStrategy.LOW_CONFIDENCE_DYNAMIC,
            0.85,
            0.35,
            DecodingParameters.DynamicFallback.CONFIDENCE),
        parse("algorithm", "block_diffusion").decoding());
    assertEquals(
        new DecodingParameters.Dream(512, 1e-3, DecodingParameters.DreamAlg.ORIGIN, 0),
        parse("algorithm", "dream").decoding());
    DecodingParameters.FastDllm fast =
        (DecodingParameters.FastDllm) parse("algorithm", "fast_dllm").decoding();
    assertEquals(0.9, fast.threshold());
  }

  @Test
  void fastDllm_stepsAlone_meansTheQuota() {
    DecodingParameters.FastDllm fast =
        (DecodingParameters.FastDllm)
            parse("algorithm", "fast_dllm", "gen_length", 64, "block_length", 16, "steps", 32)
                .decoding();
    assertTrue(Double.isNaN(fast.threshold()));
    assertTrue(Double.isNaN(fast.factor()));
  }

  @Test
  void strings_areCoerced() {
    GenerationParameters parsed =
        parse(
            "max_tokens",
            "48",
            "skip_threshold",
            "0.7",
            "ignore_eos",
            "true",
            "temperature",
            "0.5",
            "top_k",
            "-1",
            "seed",
            "-3");
    assertEquals(48, parsed.maxTokens());
    assertEquals(0.7, ((DecodingParameters.D2f) parsed.decoding()).skipThreshold());
    assertEquals(0, parsed.stopTokenIds().length);
    assertEquals(new SamplingParameters(0.5, 1, 0, -3), parsed.sampling());
    assertArrayEquals(new int[] {1, 2}, parse("stop_token_ids", "[1, 2]").stopTokenIds());
    assertArrayEquals(new int[] {5}, parse("eos_token_ids", List.of(5)).stopTokenIds());
  }

  @Test
  void nulls_countAsNotGiven() {
    assertEquals(1, parse("top_p", null).sampling().topP());
  }

  @Test
  void confidenceThreshold_isFastDllmsThresholdToo() {
    DecodingParameters.FastDllm fast =
        (DecodingParameters.FastDllm)
            parse("algorithm", "fast_dllm", "confidence_threshold", 0.75).decoding();
    assertEquals(0.75, fast.threshold());
  }

  @Test
  void modelDefaults_underASynonym_giveWayToTheRequest() {
    ModelTraits model =
        traits(
            EnumSet.allOf(Algorithm.class),
            Algorithm.BLOCK_DIFFUSION,
            Map.of("threshold", 0.5, "stop_token_ids", List.of(1)));
    GenerationParameters parsed =
        ParameterParser.parse(
            Map.of("confidence_threshold", 0.75, "eos_token_ids", List.of(2)), model, 400);
    assertEquals(0.75, ((DecodingParameters.BlockDiffusion) parsed.decoding()).threshold());
    assertArrayEquals(new int[] {2}, parsed.stopTokenIds());
  }

  @Test
  void modelDefaults_doNotReachAnotherAlgorithm() {
    ModelTraits model =
        traits(
            EnumSet.allOf(Algorithm.class),
            Algorithm.D2F,
            Map.of("block_size", 16, "max_tokens", 7));
    assertEquals(7, ParameterParser.parse(Map.of(), model, 400).maxTokens());
    assertEquals(9, ParameterParser.parse(Map.of("gen_length", 9), model, 400).maxTokens());
    assertEquals(128, ParameterParser.parse(Map.of("algorithm", "llada"), model, 400).maxTokens());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "max_tokens | 0 | max_tokens=0 is not in >= 1",
        "max_tokens | 401 | max_tokens=401 is more than the 400 the context leaves",
        "max_tokens | many | max_tokens=many is not an integer",
        "max_tokens | 1.5 | max_tokens=1.5 is not an integer",
        "top_p | 0 | top_p=0 leaves no token",
        "top_p | 1.1 | top_p=1.1 is not in [0.0, 1.0]",
        "temperature | NaN | temperature=NaN is not in [0.0, 1000000.0]",
        "temperature | -1 | temperature=-1 is not in [0.0, 1000000.0]",
        "block_size | 0 | block_size=0 is not in [1, 4096]",
        "skip_threshold | 2 | skip_threshold=2 is not in [0.0, 1.0]",
        "ranking | best | ranking=best is none of confidence, margin, entropy",
        "trim_after_eos | maybe | trim_after_eos=maybe is not true or false",
        "stop_token_ids | 100 | stop_token_ids=100 is not in [0, 99]",
        "steps | 4 | steps=4 is not a parameter of algorithm d2f",
        "algorithm | greedy | algorithm=greedy is none of autoregressive, llada, fast_dllm, d2f,"
            + " block_diffusion, dream",
        "logprobs | 33 | logprobs=33 is not in [0, 32]",
        "logprobs | -1 | logprobs=-1 is not in [0, 32]",
        "logprobs | true | logprobs=true is not an integer",
        "repetition_penalty | 0 | repetition_penalty=0 is not above 0",
        "repetition_penalty | -1 | repetition_penalty=-1 is not in >= 0.0",
        "presence_penalty | 2.1 | presence_penalty=2.1 is not in [-2.0, 2.0]",
        "frequency_penalty | -3 | frequency_penalty=-3 is not in [-2.0, 2.0]",
        "bad_words_ids | 5 | bad_words_ids=5 is not a list of lists of token ids",
        "bad_words_ids | [5] | bad_words_ids=[5] is not a list of lists of token ids",
        "bad_words_ids | [[5],[]] | bad_words_ids[1] has no token",
        "bad_words_ids | [[5],[1,100]] | bad_words_ids[1]=100 is not in [0, 99]",
        "bad_words_ids | [[5],[1,x]] | bad_words_ids[1]=x is not an integer",
        "min_tokens | 129 | min_tokens=129 is not in [0, 128]",
      })
  void badValue_isNamed(String name, String value, String message) {
    UnmaskException e = assertThrows(UnmaskException.class, () -> parse(name, value));
    assertSame(ErrorCode.INVALID_ARGUMENT, e.code());
    assertEquals(message, e.getMessage());
  }

  @Test
  void tokenRules_neutralUnlessGiven() {
    GenerationParameters parsed = parse();
    assertTrue(parsed.penalties().neutral());
    assertEquals(0, parsed.badWords().length);
    assertEquals(GenerationParameters.NO_LOGPROBS, parsed.logprobs());
    assertTrue(
        parse("repetition_penalty", "1.0", "presence_penalty", 0, "frequency_penalty", "-0")
            .penalties()
            .neutral());
    assertEquals(0, parse("logprobs", 0).logprobs());
    assertEquals(20, parse("logprobs", "20").logprobs());
    assertEquals(
        new Penalties(1.2, -0.5, 2),
        parse("repetition_penalty", 1.2, "presence_penalty", "-0.5", "frequency_penalty", 2)
            .penalties());
  }

  @Test
  void badWordsIds_listsArraysAndText_meanTheSame() {
    int[][] expected = {{1, 2}, {3}};
    assertArrayEquals(
        expected, parse("bad_words_ids", List.of(List.of(1, 2), List.of(3))).badWords());
    assertArrayEquals(expected, parse("bad_words_ids", expected).badWords());
    assertArrayEquals(expected, parse("bad_words_ids", " [[1, 2], [ 3]] ").badWords());
    assertArrayEquals(new int[0][], parse("bad_words_ids", "[]").badWords());
    assertEquals(parse("bad_words_ids", expected), parse("bad_words_ids", "[[1,2],[3]]"));
    assertNotEquals(parse("bad_words_ids", expected), parse("bad_words_ids", "[[1],[2,3]]"));
  }

  @Test
  void stopTokenIds_longerThanTheLimit_areRefused() {
    assertMessage(
        "stop_token_ids has 4097 tokens, more than 4096",
        () -> parse("stop_token_ids", Collections.nCopies(4097, 1)));
  }

  @Test
  void badWordsIds_whichMayForbidEveryToken_areRefused() {
    int[][] words = new int[97][];
    for (int i = 0; i < words.length; i++) {
      words[i] = new int[] {i};
    }
    assertMessage(
        "bad_words_ids=97 tokens and stop_token_ids=2 tokens may leave none of the vocabulary of"
            + " 100",
        () -> parse("bad_words_ids", words));
    assertMessage(
        "bad_words_ids has 4097 tokens, more than 4096",
        () -> parse("bad_words_ids", new int[][] {new int[4097]}));
  }

  @Test
  void contradictions_areRefused() {
    assertMessage(
        "max_tokens=4 and gen_length=5 differ", () -> parse("max_tokens", 4, "gen_length", 5));
    assertMessage(
        "gen_length=10 is not a multiple of block_length=4",
        () -> parse("algorithm", "llada", "gen_length", 10, "block_length", 4));
    assertMessage(
        "steps=9 is not a multiple of the 2 blocks",
        () -> parse("algorithm", "llada", "gen_length", 8, "block_length", 4, "steps", 9));
    assertMessage(
        "threshold and factor are both given",
        () -> parse("algorithm", "fast_dllm", "threshold", 0.9, "factor", 1));
    assertMessage(
        "denoising_steps=5 is not in [1, 4]",
        () -> parse("algorithm", "block_diffusion", "denoising_steps", 5));
    ModelTraits causal =
        traits(EnumSet.of(Algorithm.AUTOREGRESSIVE), Algorithm.AUTOREGRESSIVE, Map.of());
    assertMessage(
        "algorithm=d2f does not suit this model (block_causal attention), which offers"
            + " autoregressive",
        () -> ParameterParser.parse(Map.of("algorithm", "d2f"), causal, 10));
  }

  private static void assertMessage(
      String message, org.junit.jupiter.api.function.Executable executable) {
    assertEquals(message, assertThrows(UnmaskException.class, executable).getMessage());
  }
}
