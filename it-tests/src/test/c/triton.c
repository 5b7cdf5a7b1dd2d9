#include "triton.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct triton triton;

/* A cast from data to a function, which ISO C does not know. */
static void find(void *library, const char *name, void *function) {
  void *found = dlsym(library, name);
  if (found == NULL) {
    fprintf(stderr, "host: %s\n", dlerror());
    exit(2);
  }
  memcpy(function, &found, sizeof found);
}

void triton_open(const char *library) {
  /* Global, as it is where an executable links to it: the backend finds its functions there. */
  void *opened = dlopen(library, RTLD_NOW | RTLD_GLOBAL);
  if (opened == NULL) {
    fprintf(stderr, "host: %s\n", dlerror());
    exit(2);
  }
#define FIND(result, name, parameters) find(opened, "TRITONSERVER_" #name, &triton.name);
  TRITON_FUNCTIONS(FIND)
#undef FIND
}

void check(TRITONSERVER_Error *error, const char *what) {
  if (error != NULL) {
    fprintf(stderr, "host: %s: %s\n", what, triton.ErrorMessage(error));
    exit(3);
  }
}
