/* Triton's C API, as far as the host uses it; its library is opened at run time. */
#ifndef TRITON_H
#define TRITON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct TRITONSERVER_Error TRITONSERVER_Error;
typedef struct TRITONSERVER_Server TRITONSERVER_Server;
typedef struct TRITONSERVER_ServerOptions TRITONSERVER_ServerOptions;
typedef struct TRITONSERVER_ResponseAllocator TRITONSERVER_ResponseAllocator;
typedef struct TRITONSERVER_InferenceRequest TRITONSERVER_InferenceRequest;
typedef struct TRITONSERVER_InferenceResponse TRITONSERVER_InferenceResponse;
typedef struct TRITONSERVER_InferenceTrace TRITONSERVER_InferenceTrace;
typedef struct TRITONSERVER_Message TRITONSERVER_Message;

enum { TRITONSERVER_MODEL_CONTROL_NONE = 0, TRITONSERVER_MODEL_CONTROL_EXPLICIT = 2 };
enum { TRITONSERVER_MEMORY_CPU = 0 };
enum { TRITONSERVER_RESPONSE_COMPLETE_FINAL = 1 };
enum {
  TRITONSERVER_TYPE_BOOL = 1,
  TRITONSERVER_TYPE_UINT32 = 4,
  TRITONSERVER_TYPE_UINT64 = 5,
  TRITONSERVER_TYPE_INT32 = 8,
  TRITONSERVER_TYPE_INT64 = 9,
  TRITONSERVER_TYPE_FP32 = 11,
  TRITONSERVER_TYPE_BYTES = 13
};

typedef TRITONSERVER_Error *(*response_alloc)(TRITONSERVER_ResponseAllocator *, const char *tensor,
    size_t bytes, int memory_type, int64_t memory_id, void *user, void **buffer, void **buffer_user,
    int *actual_type, int64_t *actual_id);
typedef TRITONSERVER_Error *(*response_release)(TRITONSERVER_ResponseAllocator *, void *buffer,
    void *buffer_user, size_t bytes, int memory_type, int64_t memory_id);
typedef TRITONSERVER_Error *(*response_start)(TRITONSERVER_ResponseAllocator *, void *user);
typedef void (*request_release)(TRITONSERVER_InferenceRequest *, const uint32_t flags, void *user);
typedef void (*response_complete)(
    TRITONSERVER_InferenceResponse *, const uint32_t flags, void *user);

/* F(result, name without its prefix, parameters) */
#define TRITON_FUNCTIONS(F) \
  F(int, ErrorCode, (TRITONSERVER_Error *)) \
  F(const char *, ErrorMessage, (TRITONSERVER_Error *)) \
  F(void, ErrorDelete, (TRITONSERVER_Error *)) \
  F(TRITONSERVER_Error *, ServerOptionsNew, (TRITONSERVER_ServerOptions **)) \
  F(TRITONSERVER_Error *, ServerOptionsDelete, (TRITONSERVER_ServerOptions *)) \
  F(TRITONSERVER_Error *, ServerOptionsSetModelRepositoryPath, \
    (TRITONSERVER_ServerOptions *, const char *)) \
  F(TRITONSERVER_Error *, ServerOptionsSetBackendDirectory, \
    (TRITONSERVER_ServerOptions *, const char *)) \
  F(TRITONSERVER_Error *, ServerOptionsSetBackendConfig, \
    (TRITONSERVER_ServerOptions *, const char *, const char *, const char *)) \
  F(TRITONSERVER_Error *, ServerOptionsSetModelControlMode, (TRITONSERVER_ServerOptions *, int)) \
  F(TRITONSERVER_Error *, ServerOptionsSetStartupModel, \
    (TRITONSERVER_ServerOptions *, const char *)) \
  F(TRITONSERVER_Error *, ServerOptionsSetModelLoadRetryCount, \
    (TRITONSERVER_ServerOptions *, unsigned)) \
  F(TRITONSERVER_Error *, ServerOptionsSetStrictModelConfig, (TRITONSERVER_ServerOptions *, bool)) \
  F(TRITONSERVER_Error *, ServerOptionsSetExitOnError, (TRITONSERVER_ServerOptions *, bool)) \
  F(TRITONSERVER_Error *, ServerOptionsSetExitTimeout, (TRITONSERVER_ServerOptions *, unsigned)) \
  F(TRITONSERVER_Error *, ServerOptionsSetGpuMetrics, (TRITONSERVER_ServerOptions *, bool)) \
  F(TRITONSERVER_Error *, ServerOptionsSetCpuMetrics, (TRITONSERVER_ServerOptions *, bool)) \
  F(TRITONSERVER_Error *, ServerOptionsSetPinnedMemoryPoolByteSize, \
    (TRITONSERVER_ServerOptions *, uint64_t)) \
  F(TRITONSERVER_Error *, ServerNew, (TRITONSERVER_Server **, TRITONSERVER_ServerOptions *)) \
  F(TRITONSERVER_Error *, ServerStop, (TRITONSERVER_Server *)) \
  F(TRITONSERVER_Error *, ServerDelete, (TRITONSERVER_Server *)) \
  F(TRITONSERVER_Error *, ServerModelIndex, \
    (TRITONSERVER_Server *, uint32_t flags, TRITONSERVER_Message **)) \
  F(TRITONSERVER_Error *, ServerLoadModel, (TRITONSERVER_Server *, const char *)) \
  F(TRITONSERVER_Error *, ServerUnloadModel, (TRITONSERVER_Server *, const char *)) \
  F(TRITONSERVER_Error *, ServerInferAsync, \
    (TRITONSERVER_Server *, TRITONSERVER_InferenceRequest *, TRITONSERVER_InferenceTrace *)) \
  F(TRITONSERVER_Error *, MessageSerializeToJson, \
    (TRITONSERVER_Message *, const char **base, size_t *bytes)) \
  F(TRITONSERVER_Error *, MessageDelete, (TRITONSERVER_Message *)) \
  F(TRITONSERVER_Error *, ResponseAllocatorNew, \
    (TRITONSERVER_ResponseAllocator **, response_alloc, response_release, response_start)) \
  F(TRITONSERVER_Error *, ResponseAllocatorDelete, (TRITONSERVER_ResponseAllocator *)) \
  F(TRITONSERVER_Error *, InferenceRequestNew, \
    (TRITONSERVER_InferenceRequest **, TRITONSERVER_Server *, const char *, int64_t version)) \
  F(TRITONSERVER_Error *, InferenceRequestDelete, (TRITONSERVER_InferenceRequest *)) \
  F(TRITONSERVER_Error *, InferenceRequestCancel, (TRITONSERVER_InferenceRequest *)) \
  F(TRITONSERVER_Error *, InferenceRequestSetId, (TRITONSERVER_InferenceRequest *, const char *)) \
  F(TRITONSERVER_Error *, InferenceRequestAddInput, \
    (TRITONSERVER_InferenceRequest *, const char *, int type, const int64_t *shape, \
        uint64_t dims)) \
  F(TRITONSERVER_Error *, InferenceRequestAppendInputData, \
    (TRITONSERVER_InferenceRequest *, const char *, const void *, size_t bytes, int memory_type, \
        int64_t memory_id)) \
  F(TRITONSERVER_Error *, InferenceRequestSetReleaseCallback, \
    (TRITONSERVER_InferenceRequest *, request_release, void *user)) \
  F(TRITONSERVER_Error *, InferenceRequestSetResponseCallback, \
    (TRITONSERVER_InferenceRequest *, TRITONSERVER_ResponseAllocator *, void *allocator_user, \
        response_complete, void *user)) \
  F(TRITONSERVER_Error *, InferenceResponseDelete, (TRITONSERVER_InferenceResponse *)) \
  F(TRITONSERVER_Error *, InferenceResponseError, (TRITONSERVER_InferenceResponse *)) \
  F(TRITONSERVER_Error *, InferenceResponseOutputCount, \
    (TRITONSERVER_InferenceResponse *, uint32_t *)) \
  F(TRITONSERVER_Error *, InferenceResponseOutput, \
    (TRITONSERVER_InferenceResponse *, uint32_t index, const char **name, int *type, \
        const int64_t **shape, uint64_t *dims, const void **base, size_t *bytes, int *memory_type, \
        int64_t *memory_id, void **user))

struct triton {
#define DECLARE(result, name, parameters) result(*name) parameters;
  TRITON_FUNCTIONS(DECLARE)
#undef DECLARE
};

/* Set by triton_open. */
extern struct triton triton;

/* Opens the library and finds its functions, or ends the process. */
void triton_open(const char *library);

/* Ends the process where a call that must not fail has failed. */
void check(TRITONSERVER_Error *error, const char *what);

#endif
