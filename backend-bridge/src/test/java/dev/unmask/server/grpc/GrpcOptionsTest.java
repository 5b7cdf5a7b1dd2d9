package dev.unmask.server.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

class GrpcOptionsTest {
  @Test
  void options_namesAndDefaults_areTritons() {
    Map<String, String> defaults = new TreeMap<>();
    for (OptionSpec option : new CommandLine(new GrpcOptions()).getCommandSpec().options()) {
      defaults.put(option.longestName(), String.valueOf(option.defaultValue()));
    }
    Map<String, String> expected = new TreeMap<>();
    expected.put("--allow-grpc", "true");
    expected.put("--grpc-address", "0.0.0.0");
    expected.put("--grpc-http2-max-ping-strikes", "2");
    expected.put("--grpc-http2-max-pings-without-data", "2");
    expected.put("--grpc-http2-min-recv-ping-interval-without-data", "300000");
    expected.put("--grpc-infer-response-compression-level", "none");
    expected.put("--grpc-infer-thread-count", "2");
    expected.put("--grpc-keepalive-permit-without-calls", "false");
    expected.put("--grpc-keepalive-time", "7200000");
    expected.put("--grpc-keepalive-timeout", "20000");
    expected.put("--grpc-max-connection-age", "null");
    expected.put("--grpc-max-connection-age-grace", "null");
    expected.put("--grpc-max-request-bytes", "2147483647");
    expected.put("--grpc-port", "8001");
    expected.put("--grpc-reflection", "false");
    expected.put("--grpc-restricted-protocol", "null");
    expected.put("--grpc-root-cert", "null");
    expected.put("--grpc-server-cert", "null");
    expected.put("--grpc-server-key", "null");
    expected.put("--grpc-use-ssl", "false");
    expected.put("--grpc-use-ssl-mutual", "false");
    expected.put("--reuse-grpc-port", "false");
    assertEquals(expected, defaults);
  }

  @Test
  void booleans_withAndWithoutValue_areRead() {
    assertTrue(parse().isAllowed());
    assertTrue(parse("--allow-grpc").isAllowed());
    assertFalse(parse("--allow-grpc=false").isAllowed());
    assertFalse(parse("--allow-grpc", "false").isAllowed());
    assertTrue(parse("--reuse-grpc-port").reusePort());
    assertTrue(parse("--grpc-reflection", "true").reflection());
  }

  private static GrpcOptions parse(String... arguments) {
    GrpcOptions options = new GrpcOptions();
    new CommandLine(options).parseArgs(arguments);
    return options;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--grpc-port=65536 | --grpc-port=65536 is not between 0 and 65535",
        "--grpc-infer-thread-count=0 | --grpc-infer-thread-count=0 is not between 1 and 128",
        "--grpc-max-request-bytes=0"
            + " | --grpc-max-request-bytes=0 is not between 1 and 2147483647",
        "--grpc-infer-response-compression-level=max"
            + " | --grpc-infer-response-compression-level=max is none of none, low, medium and high",
        "--grpc-keepalive-time=0 | --grpc-keepalive-time=0 is less than 1",
        "--grpc-keepalive-timeout=0 | --grpc-keepalive-timeout=0 is less than 1",
        "--grpc-http2-max-pings-without-data=-1"
            + " | --grpc-http2-max-pings-without-data=-1 is less than 0",
        "--grpc-http2-min-recv-ping-interval-without-data=-1"
            + " | --grpc-http2-min-recv-ping-interval-without-data=-1 is less than 0",
        "--grpc-http2-max-ping-strikes=3 | --grpc-http2-max-ping-strikes=3 is neither 2 nor 0",
        "--grpc-max-connection-age=0 | --grpc-max-connection-age=0 is less than 1",
        "--grpc-max-connection-age-grace=-1"
            + " | --grpc-max-connection-age-grace=-1 is less than 0",
        "--grpc-restricted-protocol=x:k=v | unknown restricted protocol 'x', allowed are health,"
            + " metadata, inference, shared-memory, model-config, model-repository, statistics,"
            + " trace, logging",
        "--grpc-use-ssl | --grpc-use-ssl needs --grpc-server-cert",
        "--grpc-use-ssl-mutual | --grpc-use-ssl-mutual needs --grpc-server-cert",
      })
  void start_unusableOption_isRefusedByNameAndValue(String argument, String message) {
    GrpcOptions options = new GrpcOptions();
    CommandLine command = new CommandLine(options);
    List<String> arguments =
        argument.startsWith("--grpc-port")
            ? List.of(argument)
            : List.of(argument, "--grpc-port=0", "--grpc-address=127.0.0.1");
    command.parseArgs(arguments.toArray(String[]::new));
    GrpcFrontEnd frontEnd = new GrpcFrontEnd(options, new FakeInferenceServer());
    UnmaskException e = assertThrows(UnmaskException.class, frontEnd::start);
    assertEquals(ErrorCode.INVALID_ARGUMENT, e.code());
    assertEquals(message, e.getMessage());
  }
}
