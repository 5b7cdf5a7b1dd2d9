#include "requests.h"

#include "events.h"
#include "tensors.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_INPUTS = 32 };

/* Kept until the end, so that a request given back twice is seen. */
struct request {
  struct request *next;
  char *id;
  TRITONSERVER_InferenceRequest *handle; /* NULL once it was given back. */
  struct tensor inputs[MAX_INPUTS];
  int input_count;
  int released;
  int finals;
};

static TRITONSERVER_Server *server;
static TRITONSERVER_ResponseAllocator *allocator;
static atomic_long buffers;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
/* Guarded by the lock, with the handles and counts of its members. */
static struct request *requests;

static TRITONSERVER_Error *allocate(TRITONSERVER_ResponseAllocator *self, const char *tensor,
    size_t bytes, int memory_type, int64_t memory_id, void *user, void **buffer, void **buffer_user,
    int *actual_type, int64_t *actual_id) {
  (void)self, (void)tensor, (void)memory_type, (void)memory_id, (void)user;
  *buffer = bytes == 0 ? NULL : malloc(bytes);
  *buffer_user = NULL;
  *actual_type = TRITONSERVER_MEMORY_CPU;
  *actual_id = 0;
  atomic_fetch_add(&buffers, *buffer != NULL);
  return NULL;
}

static TRITONSERVER_Error *release(TRITONSERVER_ResponseAllocator *self, void *buffer,
    void *buffer_user, size_t bytes, int memory_type, int64_t memory_id) {
  (void)self, (void)buffer_user, (void)bytes, (void)memory_type, (void)memory_id;
  atomic_fetch_sub(&buffers, buffer != NULL);
  free(buffer);
  return NULL;
}

static void event_error(struct event *event, TRITONSERVER_Error *error) {
  event_number(event, "code", triton.ErrorCode(error));
  event_string(event, "message", triton.ErrorMessage(error));
}

static void event_outputs(struct event *event, TRITONSERVER_InferenceResponse *response) {
  uint32_t count;
  check(triton.InferenceResponseOutputCount(response, &count), "counting outputs");
  fputs(", \"outputs\": {", event->out);
  for (uint32_t i = 0; i < count; i++) {
    const char *name;
    const int64_t *shape;
    const void *base;
    size_t bytes;
    uint64_t dims;
    int64_t memory_id;
    int type;
    int memory_type;
    void *user;
    check(triton.InferenceResponseOutput(response, i, &name, &type, &shape, &dims, &base, &bytes,
              &memory_type, &memory_id, &user),
        "reading an output");
    fprintf(event->out, "%s\"%s\": ", i == 0 ? "" : ", ", name);
    tensor_print(event->out, type, base, bytes);
  }
  fputc('}', event->out);
}

static void on_response(TRITONSERVER_InferenceResponse *response, const uint32_t flags, void *user) {
  struct request *request = user;
  bool final = (flags & TRITONSERVER_RESPONSE_COMPLETE_FINAL) != 0;
  struct event event;
  event_begin(&event, "response");
  event_string(&event, "id", request->id);
  fprintf(event.out, ", \"final\": %s", final ? "true" : "false");
  if (response != NULL) {
    /* Borrowed from the response. */
    TRITONSERVER_Error *error = triton.InferenceResponseError(response);
    if (error != NULL) {
      event_error(&event, error);
    } else {
      event_outputs(&event, response);
    }
    check(triton.InferenceResponseDelete(response), "deleting a response");
  }
  if (final) {
    pthread_mutex_lock(&lock);
    request->finals++;
    pthread_mutex_unlock(&lock);
  }
  event_end(&event);
}

static void free_inputs(struct request *request) {
  for (int i = 0; i < request->input_count; i++) {
    free(request->inputs[i].content);
  }
  request->input_count = 0;
}

static void on_release(TRITONSERVER_InferenceRequest *handle, const uint32_t flags, void *user) {
  (void)flags;
  struct request *request = user;
  pthread_mutex_lock(&lock);
  request->handle = NULL;
  bool first = request->released++ == 0;
  pthread_mutex_unlock(&lock);
  if (first) {
    check(triton.InferenceRequestDelete(handle), "deleting a request");
    free_inputs(request);
  }
}

void requests_open(TRITONSERVER_Server *to) {
  server = to;
  check(triton.ResponseAllocatorNew(&allocator, allocate, release, NULL), "making an allocator");
}

static void add_input(struct request *request, char *text) {
  struct tensor *input = &request->inputs[request->input_count];
  if (request->input_count == MAX_INPUTS || !tensor_parse(input, text)) {
    fprintf(stderr, "host: request %s: input '%s' cannot be read\n", request->id, text);
    exit(2);
  }
  request->input_count++;
  check(triton.InferenceRequestAddInput(
            request->handle, input->name, input->type, &input->elements, 1),
      "adding an input");
  check(triton.InferenceRequestAppendInputData(request->handle, input->name, input->content,
            input->bytes, TRITONSERVER_MEMORY_CPU, 0),
      "adding an input's content");
}

static void free_request(struct request *request) {
  free_inputs(request);
  free(request->id);
  free(request);
}

static void refused(struct request *request, TRITONSERVER_Error *error) {
  struct event event;
  event_begin(&event, "refused");
  event_string(&event, "id", request->id);
  event_error(&event, error);
  event_end(&event);
  triton.ErrorDelete(error);
}

void requests_start(char *line) {
  char *rest = NULL;
  char *id = strtok_r(line, "\t", &rest);
  char *model = strtok_r(NULL, "\t", &rest);
  if (id == NULL || model == NULL) {
    fprintf(stderr, "host: a request needs an id and a model\n");
    exit(2);
  }
  struct request *request = calloc(1, sizeof *request);
  if (request == NULL || (request->id = strdup(id)) == NULL) {
    abort();
  }
  TRITONSERVER_InferenceRequest *handle = NULL;
  TRITONSERVER_Error *error = triton.InferenceRequestNew(&handle, server, model, -1);
  if (error == NULL) {
    request->handle = handle;
    check(triton.InferenceRequestSetId(handle, id), "naming a request");
    for (char *input; (input = strtok_r(NULL, "\t", &rest)) != NULL;) {
      add_input(request, input);
    }
    check(triton.InferenceRequestSetReleaseCallback(handle, on_release, request), "callback");
    check(triton.InferenceRequestSetResponseCallback(handle, allocator, NULL, on_response, request),
        "callback");
    /* Before it starts: it may be over before ServerInferAsync returns. */
    pthread_mutex_lock(&lock);
    request->next = requests;
    requests = request;
    pthread_mutex_unlock(&lock);
    error = triton.ServerInferAsync(server, handle, NULL);
    if (error == NULL) {
      return;
    }
    /* Only this thread adds to the list: it is still the first. */
    pthread_mutex_lock(&lock);
    requests = request->next;
    pthread_mutex_unlock(&lock);
    check(triton.InferenceRequestDelete(handle), "deleting a request");
  }
  refused(request, error);
  free_request(request);
}

void requests_cancel(const char *id) {
  pthread_mutex_lock(&lock);
  for (struct request *request = requests; request != NULL; request = request->next) {
    if (strcmp(request->id, id) == 0 && request->handle != NULL) {
      check(triton.InferenceRequestCancel(request->handle), "cancelling a request");
    }
  }
  pthread_mutex_unlock(&lock);
}

bool requests_close(void) {
  check(triton.ResponseAllocatorDelete(allocator), "deleting the allocator");
  int count = 0;
  int released = 0;
  int finals = 0;
  bool once = true;
  for (struct request *next; requests != NULL; requests = next) {
    next = requests->next;
    count++;
    released += requests->released;
    finals += requests->finals;
    once = once && requests->released == 1 && requests->finals == 1;
    free_request(requests);
  }
  long left = atomic_load(&buffers);
  struct event event;
  event_begin(&event, "summary");
  event_number(&event, "requests", count);
  event_number(&event, "released", released);
  event_number(&event, "finals", finals);
  event_number(&event, "buffers", left);
  event_end(&event);
  return once && left == 0;
}
