package dev.unmask.bridge.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unmask.scheduler.ErrorCode;
import dev.unmask.scheduler.UnmaskException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChatTemplateTest {
  private static final ChatMessage SYSTEM = new ChatMessage("system", "Be brief.");
  private static final ChatMessage USER = new ChatMessage("user", " Hi {{ 1 + 1 }} \n");
  private static final ChatMessage ANSWER =
      new ChatMessage("assistant", "<think>\nhm\n</think>\n\nHello.");

  @TempDir Path directory;

  @Test
  void render_headerStyle_systemMessageAndTrim() {
    String source =
        """
        {{- bos_token }}
        {%- if not date_string is defined %}
            {%- set date_string = "26 Jul 2024" %}
        {%- endif %}
        {%- if messages[0]['role'] == 'system' %}
            {%- set system_message = messages[0]['content']|trim %}
            {%- set messages = messages[1:] %}
        {%- else %}
            {%- set system_message = "" %}
        {%- endif %}
        {#- The system message comes first. #}
        {{- "<H>system</H>\\n\\n" }}
        {%- if tools is not none %}
            {{- "Tools: " + (tools | tojson) }}
        {%- endif %}
        {{- "Today: " + date_string + "\\n\\n" }}
        {{- system_message }}
        {{- "<E>" }}
        {%- for message in messages %}
            {%- if not (message.role == 'ipython' or 'tool_calls' in message) %}
                {{- '<H>' + message['role'] + '</H>\\n\\n'+ message['content'] | trim + '<E>' }}
            {%- elif message.tool_calls|length != 1 %}
                {{- raise_exception("one tool call at a time") }}
            {%- endif %}
        {%- endfor %}
        {%- if add_generation_prompt %}
            {{- '<H>assistant</H>\\n\\n' }}
        {%- endif %}
        """;
    assertEquals(
        "<s><H>system</H>\n\nToday: 26 Jul 2024\n\nBe brief.<E><H>user</H>\n\nHi {{ 1 + 1 }}<E>"
            + "<H>assistant</H>\n\n",
        render(source, SYSTEM, USER));
  }

  @Test
  void render_thinkingStyle_reversedLoopNamespaceAndSplit() {
    String source =
        """
        {%- if messages[0].role == 'system' %}
            {{- '<|im_start|>system\\n' + messages[0].content + '<|im_end|>\\n' }}
        {%- endif %}
        {%- set ns = namespace(multi_step_tool=true, last_query_index=messages|length - 1) %}
        {%- for message in messages[::-1] %}
            {%- set index = (messages|length - 1) - loop.index0 %}
            {%- if ns.multi_step_tool and message.role == "user" and message.content is string and not(message.content.startswith('<tool_response>') and message.content.endswith('</tool_response>')) %}
                {%- set ns.multi_step_tool = false %}
                {%- set ns.last_query_index = index %}
            {%- endif %}
        {%- endfor %}
        {%- for message in messages %}
            {%- if (message.role == "user") or (message.role == "system" and not loop.first) %}
                {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' + '\\n' }}
            {%- elif message.role == "assistant" %}
                {%- set content = message.content %}
                {%- set reasoning_content = '' %}
                {%- if message.reasoning_content is string %}
                    {%- set reasoning_content = message.reasoning_content %}
                {%- else %}
                    {%- if '</think>' in message.content %}
                        {%- set content = message.content.split('</think>')[-1].lstrip('\\n') %}
                        {%- set reasoning_content = message.content.split('</think>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n') %}
                    {%- endif %}
                {%- endif %}
                {%- if loop.index0 > ns.last_query_index and (loop.last or reasoning_content) %}
                    {{- '<|im_start|>' + message.role + '\\n<think>\\n' + reasoning_content.strip('\\n') + '\\n</think>\\n\\n' + content.lstrip('\\n') }}
                {%- else %}
                    {{- '<|im_start|>' + message.role + '\\n' + content }}
                {%- endif %}
                {{- '<|im_end|>\\n' }}
            {%- endif %}
        {%- endfor %}
        {%- if add_generation_prompt %}
            {{- '<|im_start|>assistant\\n' }}
            {%- if enable_thinking is defined and enable_thinking is false %}
                {{- '<think>\\n\\n</think>\\n\\n' }}
            {%- endif %}
        {%- endif %}
        """;
    assertEquals(
        "<|im_start|>system\nBe brief.<|im_end|>\n"
            + "<|im_start|>user\nQ1<|im_end|>\n"
            + "<|im_start|>assistant\nHello.<|im_end|>\n"
            + "<|im_start|>user\nQ2<|im_end|>\n"
            + "<|im_start|>assistant\n<think>\nhm\n</think>\n\nHello.<|im_end|>\n"
            + "<|im_start|>assistant\n",
        render(source, SYSTEM, ChatMessage.user("Q1"), ANSWER, ChatMessage.user("Q2"), ANSWER));
  }

  @Test
  void render_instructionStyle_alternationIsChecked() {
    String source =
        """
        {%- if messages[0]["role"] == "system" %}
            {%- set system_message = messages[0]["content"] %}
            {%- set loop_messages = messages[1:] %}
        {%- else %}
            {%- set loop_messages = messages %}
        {%- endif %}
        {%- set user_messages = loop_messages | selectattr("role", "equalto", "user") | list %}
        {%- set ns = namespace() %}
        {%- set ns.index = 0 %}
        {%- for message in loop_messages %}
            {%- if (message["role"] == "user") != (ns.index % 2 == 0) %}
                {{- raise_exception("roles must alternate user/assistant") }}
            {%- endif %}
            {%- set ns.index = ns.index + 1 %}
        {%- endfor %}
        {{- bos_token }}
        {%- for message in loop_messages %}
            {%- if message["role"] == "user" %}
                {%- if loop.last and system_message is defined %}
                    {{- "[INST] " + system_message + "\\n\\n" + message["content"] + "[/INST]" }}
                {%- else %}
                    {{- "[INST] " + message["content"] + "[/INST]" }}
                {%- endif %}
            {%- elif message["role"] == "assistant" %}
                {{- " " + message["content"]|trim + eos_token}}
            {%- else %}
                {{- raise_exception("unknown role " + message.role) }}
            {%- endif %}
        {%- endfor %}
        """;
    ChatMessage q = ChatMessage.user("Q");
    assertEquals(
        "<s>[INST] Q[/INST] A</s>[INST] Be brief.\n\nQ[/INST]",
        render(source, SYSTEM, q, new ChatMessage("assistant", "A "), q));
    UnmaskException e = assertThrows(UnmaskException.class, () -> render(source, q, q));
    assertEquals(ErrorCode.INVALID_ARGUMENT, e.code());
    assertEquals("chat template: roles must alternate user/assistant", e.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '§',
      quoteCharacter = '`',
      value = {
        "{% for m in messages %}{% if loop.first %}{% continue %}{% endif %}{{ m.role }}{% break %}{% endfor %}§user",
        "{{ messages | tojson }}§`[{\"role\": \"system\", \"content\": \"Be brief.\"}, {\"role\": \"user\", \"content\": \" Hi {{ 1 + 1 }} \\n\"}]`",
        "{{ messages[0] | tojson(indent=2) }}§`{\n  \"role\": \"system\",\n  \"content\": \"Be brief.\"\n}`",
        "{% for k, v in messages[0].items() %}{{ k }}={{ v }};{% endfor %}§role=system;content=Be brief.;",
        "{% for k, v in messages[0] | items %}{{ k }}={{ v }};{% endfor %}§role=system;content=Be brief.;",
        "{{ messages[0].content[0] }}{{ messages[0].content[-1] }}{{ messages[0].content[3:5] }}§B.br",
        "{{ messages[-1].role.upper() }}{{ 'a b c'.split() | join('+') }}{{ 'a-b-c'.split('-', 1)[1] }}§USERa+b+cb-c",
        "{{ 'abc'.replace('b', 'x').title() }}{{ ', '.join(['a', 'b']) }}{{ 'abc'.find('c') }}§Axca, b2",
        "{% macro say(x, y='!') %}[{{ x }}{{ y }}]{% endmacro %}{{ say('a') }}{{ say('b', y='?') }}§[a!][b?]",
        "{% set x = 'a' if tools else 'b' %}{{ x ~ 1 }}{{ undefined_thing }}§b1",
        "{% generation %}said{% endgeneration %}§said",
        "{{ messages | map(attribute='role') | list | length }}{{ (messages | last).role }}§2user",
        "{{ messages[0].get('name', 'none') }}{{ 'name' in messages[0] }}§nonefalse",
        "{% set l = [] %}{% for m in messages %}{% set _ = l.append(m.role) %}{% endfor %}{{ l[::-1] | join(',') }}§`user,system`",
      })
  void render_construct(String source, String expected) {
    assertEquals(expected, render(source, SYSTEM, USER));
  }

  @Test
  void render_anyCharacterOfAMessage_unchanged() {
    StringBuilder all = new StringBuilder("\\n \\' ' \" {% raw %} {# } %} </b> &amp; ");
    for (char c = 1; c < 0xd800; c++) {
      all.append(c);
    }
    String content = all.append("\uE000\uFDD0\uFFFD🙂.").toString();
    assertEquals(
        "x" + content + content + "x",
        render(
            "{{ 'x' + messages[0]['content'] }}{{ (messages[0].content | trim) ~ 'x' }}",
            ChatMessage.user(content)));
  }

  @Test
  void render_blockLines_leaveNoWhiteSpace() {
    assertEquals(
        "a\nuser\nb",
        render("a\n  {% for m in messages %}\n{{ m.role }}\n  {% endfor %}\nb\n", USER));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '§',
      value = {
        "{{ raise_exception('no') }}§chat template: no",
        "{% if x %}§chat template",
        "{{ 'a' | nofilter }}§chat template",
        "{{ messages[0].content.nomethod() }}§chat template",
        "{% for m in messages if m.role == 'user' %}{% endfor %}§for loop with an if filter",
        "{{ messages[0].content[99] }}§out of range",
        "{{ strftime_now('%Q') }}§%Q",
      })
  void render_broken_invalid(String source, String message) {
    UnmaskException e = assertThrows(UnmaskException.class, () -> render(source, USER));
    assertEquals(ErrorCode.INVALID_ARGUMENT, e.code());
    assertTrue(e.getMessage().contains(message), e.getMessage());
    assertEquals(1, e.getMessage().lines().count());
  }

  @Test
  void strftime_directives() {
    LocalDateTime time = LocalDateTime.of(2024, 7, 6, 15, 4, 5);
    assertEquals(
        "06 Jul 2024, Saturday 03:04 PM 100%",
        TemplateFunctions.strftime(time, "%d %b %Y, %A %I:%M %p 100%%"));
    assertTrue(render("{{ strftime_now('%Y') }}", USER).matches("\\d{4}"));
  }

  @Test
  void load_namedTemplates_takesDefault() throws Exception {
    Files.writeString(
        directory.resolve("tokenizer_config.json"),
        """
        {"bos_token": {"content": "<b>"}, "eos_token": null, "chat_template": [
          {"name": "tool_use", "template": "no"}, {"name": "default", "template": "{{ bos_token }}yes"}]}
        """);
    assertEquals("<b>yes", ChatTemplate.load(directory).orElseThrow().render(List.of(USER), true));
    Files.writeString(directory.resolve("chat_template.jinja"), "file {{ bos_token }}");
    assertEquals(
        "file <b>", ChatTemplate.load(directory).orElseThrow().render(List.of(USER), true));
  }

  @Test
  void load_noTemplate_empty() {
    assertTrue(ChatTemplate.load(directory).isEmpty());
  }

  @Test
  void load_noDefault_invalid() throws Exception {
    Files.writeString(
        directory.resolve("tokenizer_config.json"),
        "{\"chat_template\": [{\"name\": \"rag\", \"template\": \"x\"}]}");
    assertThrows(UnmaskException.class, () -> ChatTemplate.load(directory));
  }

  private static String render(String source, ChatMessage... messages) {
    return new ChatTemplate(source, Map.of("bos_token", "<s>", "eos_token", "</s>"))
        .render(List.of(messages), true);
  }
}
