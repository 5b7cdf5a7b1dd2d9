package dev.unmask.bridge.triton;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.unmask.protocol.ModelConfig;
import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.util.List;

/** Model configurations in Triton's JSON form, with all fields, also those we do not know. */
final class ConfigJson {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final JsonFormat.Printer PRINTER =
      JsonFormat.printer().preservingProtoFieldNames();

  /** What Triton lets a backend complete, and we do. */
  private static final List<String> TENSORS = List.of("input", "output");

  private static final String POLICY = "model_transaction_policy";

  private ConfigJson() {}

  /**
   * The configuration as Triton has it, with inputs and outputs of the complete one, and its
   * transaction policy where none is given.
   *
   * @param json as Triton has it
   * @param given the same, parsed
   */
  static String complete(String json, ModelConfig given, ModelConfig complete) {
    try {
      ObjectNode result = (ObjectNode) JSON.readTree(json);
      JsonNode ours = JSON.readTree(PRINTER.print(complete));
      for (String field : TENSORS) {
        result.set(field, ours.get(field));
      }
      if (!given.hasModelTransactionPolicy()) {
        result.set(POLICY, ours.get(POLICY));
      }
      return JSON.writeValueAsString(result);
    } catch (JsonProcessingException | InvalidProtocolBufferException e) {
      throw new UnmaskException(
          ErrorCode.INTERNAL, "configuration cannot be completed: " + e.getMessage(), e);
    }
  }
}
