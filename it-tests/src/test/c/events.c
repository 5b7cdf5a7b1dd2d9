#include "events.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static FILE *events;

void events_open(void) {
  int own = dup(STDOUT_FILENO);
  if (own < 0 || (events = fdopen(own, "w")) == NULL || dup2(STDERR_FILENO, STDOUT_FILENO) < 0) {
    perror("host");
    exit(2);
  }
}

void events_close(void) { fclose(events); }

void event_begin(struct event *event, const char *name) {
  event->out = open_memstream(&event->text, &event->length);
  if (event->out == NULL) {
    perror("host");
    abort();
  }
  fputs("{\"event\": ", event->out);
  json_string(event->out, name, strlen(name));
}

void event_end(struct event *event) {
  fputs("}\n", event->out);
  fclose(event->out);
  /* One call, so that lines of several threads do not mix. */
  fwrite(event->text, 1, event->length, events);
  fflush(events);
  free(event->text);
}

void event_string(struct event *event, const char *member, const char *value) {
  fprintf(event->out, ", \"%s\": ", member);
  if (value == NULL) {
    fputs("null", event->out);
  } else {
    json_string(event->out, value, strlen(value));
  }
}

void event_number(struct event *event, const char *member, long long value) {
  fprintf(event->out, ", \"%s\": %lld", member, value);
}

void json_string(FILE *out, const char *bytes, size_t length) {
  fputc('"', out);
  for (size_t i = 0; i < length; i++) {
    unsigned char byte = (unsigned char)bytes[i];
    if (byte == '"' || byte == '\\') {
      fprintf(out, "\\%c", byte);
    } else if (byte < 0x20) {
      fprintf(out, "\\u%04x", byte);
    } else {
      fputc(byte, out);
    }
  }
  fputc('"', out);
}
