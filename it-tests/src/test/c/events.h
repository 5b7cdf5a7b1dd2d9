/* What the host says: one JSON object a line on standard output, where nothing else is. */
#ifndef EVENTS_H
#define EVENTS_H

#include <stddef.h>
#include <stdio.h>

struct event {
  FILE *out;
  char *text;
  size_t length;
};

/* Takes standard output; what anything else prints there goes to standard error from now on. */
void events_open(void);

void events_close(void);

/* Begins an event; further members are printed to its stream, each after a comma. */
void event_begin(struct event *event, const char *name);

/* Prints the event with a line's end and frees it. */
void event_end(struct event *event);

/* A member with a string, NULL for none. */
void event_string(struct event *event, const char *member, const char *value);

/* A member with a number. */
void event_number(struct event *event, const char *member, long long value);

/* A JSON string; its bytes are UTF-8. */
void json_string(FILE *out, const char *bytes, size_t length);

#endif
