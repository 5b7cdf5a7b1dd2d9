#include "tensors.h"

#include "events.h"
#include "triton.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const struct {
  const char *name;
  int type;
  size_t bytes;
} NUMBERS[] = {
    {"BOOL", TRITONSERVER_TYPE_BOOL, 1},
    {"INT32", TRITONSERVER_TYPE_INT32, 4},
    {"UINT64", TRITONSERVER_TYPE_UINT64, 8},
    {"FP32", TRITONSERVER_TYPE_FP32, 4},
};
enum { NUMBER_COUNT = sizeof NUMBERS / sizeof *NUMBERS };

/* Replaces the escapes of a text where it stands; returns its new length. */
static size_t unescape(char *text) {
  char *to = text;
  for (const char *from = text; *from != '\0'; from++) {
    if (*from == '\\' && from[1] != '\0') {
      from++;
      *to++ = *from == 't' ? '\t' : *from == 'n' ? '\n' : *from;
    } else {
      *to++ = *from;
    }
  }
  return (size_t)(to - text);
}

/* One element: its length and its bytes. */
static bool parse_bytes(struct tensor *tensor, char *value) {
  uint32_t length = (uint32_t)unescape(value);
  char *content = malloc(sizeof length + length);
  if (content == NULL) {
    return false;
  }
  memcpy(content, &length, sizeof length);
  memcpy(content + sizeof length, value, length);
  tensor->type = TRITONSERVER_TYPE_BYTES;
  tensor->elements = 1;
  tensor->bytes = sizeof length + length;
  tensor->content = content;
  return true;
}

static void put_number(char *to, int type, const char *word) {
  if (type == TRITONSERVER_TYPE_BOOL) {
    *to = strcmp(word, "true") == 0;
  } else if (type == TRITONSERVER_TYPE_INT32) {
    int32_t number = (int32_t)strtol(word, NULL, 10);
    memcpy(to, &number, sizeof number);
  } else if (type == TRITONSERVER_TYPE_UINT64) {
    uint64_t number = strtoull(word, NULL, 10);
    memcpy(to, &number, sizeof number);
  } else {
    float number = strtof(word, NULL);
    memcpy(to, &number, sizeof number);
  }
}

static bool parse_numbers(struct tensor *tensor, char *value, size_t bytes) {
  tensor->elements = 1;
  for (const char *at = value; *at != '\0'; at++) {
    tensor->elements += *at == ',';
  }
  tensor->bytes = bytes * (size_t)tensor->elements;
  char *to = malloc(tensor->bytes);
  tensor->content = to;
  if (to == NULL) {
    return false;
  }
  memset(to, 0, tensor->bytes);
  char *rest = NULL;
  for (char *word = strtok_r(value, ",", &rest); word != NULL; word = strtok_r(NULL, ",", &rest)) {
    put_number(to, tensor->type, word);
    to += bytes;
  }
  return true;
}

bool tensor_parse(struct tensor *tensor, char *text) {
  char *type = strchr(text, ':');
  char *value = type == NULL ? NULL : strchr(type, '=');
  if (value == NULL) {
    return false;
  }
  *type++ = '\0';
  *value++ = '\0';
  tensor->name = text;
  if (strcmp(type, "BYTES") == 0) {
    return parse_bytes(tensor, value);
  }
  for (int i = 0; i < NUMBER_COUNT; i++) {
    if (strcmp(type, NUMBERS[i].name) == 0) {
      tensor->type = NUMBERS[i].type;
      return parse_numbers(tensor, value, NUMBERS[i].bytes);
    }
  }
  return false;
}

/* Prints the element at the beginning of some bytes; returns how many it has, 0 for none. */
static size_t print_element(FILE *out, int type, const char *at, size_t left) {
  union {
    uint32_t u32;
    int32_t i32;
    uint64_t u64;
    int64_t i64;
    float f32;
  } number = {0};
  size_t bytes = type == TRITONSERVER_TYPE_BOOL                                         ? 1
                 : type == TRITONSERVER_TYPE_UINT64 || type == TRITONSERVER_TYPE_INT64 ? 8
                                                                                       : 4;
  if (left < bytes) {
    return 0;
  }
  memcpy(&number, at, bytes);
  switch (type) {
    case TRITONSERVER_TYPE_BOOL:
      fputs(*at != 0 ? "true" : "false", out);
      return bytes;
    case TRITONSERVER_TYPE_UINT32:
      fprintf(out, "%" PRIu32, number.u32);
      return bytes;
    case TRITONSERVER_TYPE_INT32:
      fprintf(out, "%" PRId32, number.i32);
      return bytes;
    case TRITONSERVER_TYPE_UINT64:
      fprintf(out, "%" PRIu64, number.u64);
      return bytes;
    case TRITONSERVER_TYPE_INT64:
      fprintf(out, "%" PRId64, number.i64);
      return bytes;
    case TRITONSERVER_TYPE_FP32:
      fprintf(out, "%.9g", (double)number.f32);
      return bytes;
    case TRITONSERVER_TYPE_BYTES:
      if (left - bytes < number.u32) {
        return 0;
      }
      json_string(out, at + bytes, number.u32);
      return bytes + number.u32;
    default:
      return 0;
  }
}

void tensor_print(FILE *out, int type, const void *base, size_t bytes) {
  const char *at = base;
  fputc('[', out);
  while (bytes > 0) {
    if (at != base) {
      fputs(", ", out);
    }
    size_t taken = print_element(out, type, at, bytes);
    if (taken == 0) {
      fputs("\"?\"", out);
      break;
    }
    at += taken;
    bytes -= taken;
  }
  fputc(']', out);
}
