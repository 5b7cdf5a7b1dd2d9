/* Contents of tensors, as text and as Triton has them. */
#ifndef TENSORS_H
#define TENSORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* A tensor of one dimension. */
struct tensor {
  const char *name; /* Borrowed from the text it was made of. */
  int type;
  int64_t elements;
  size_t bytes;
  void *content; /* Owned. */
};

/* Reads NAME:TYPE=VALUE, which is changed thereby; false where that cannot be done. */
bool tensor_parse(struct tensor *tensor, char *text);

/* Prints a JSON array of elements. */
void tensor_print(FILE *out, int type, const void *base, size_t bytes);

#endif
