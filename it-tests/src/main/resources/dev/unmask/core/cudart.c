/* libcudart.so.13 of a machine without a GPU. */
enum { cudaErrorNoDevice = 100 };
#define NONE(function) \
  int function(void) { return cudaErrorNoDevice; }
NONE(cudaDeviceCanAccessPeer)
NONE(cudaDeviceEnablePeerAccess)
NONE(cudaDeviceGetPCIBusId)
NONE(cudaDeviceGetStreamPriorityRange)
NONE(cudaGetDevice)
NONE(cudaGetDeviceProperties)
NONE(cudaHostAlloc)
NONE(cudaLaunchHostFunc)
NONE(cudaMalloc)
NONE(cudaMallocManaged)
NONE(cudaMemGetInfo)
NONE(cudaMemPrefetchAsync)
NONE(cudaMemcpy)
NONE(cudaMemcpyAsync)
NONE(cudaMemset)
NONE(cudaSetDevice)
NONE(cudaStreamCreate)
NONE(cudaStreamDestroy)
NONE(cudaStreamGetFlags)
NONE(cudaStreamSynchronize)
int cudaFree(void *memory) { return memory == 0 ? 0 : cudaErrorNoDevice; }
int cudaFreeHost(void *memory) { return memory == 0 ? 0 : cudaErrorNoDevice; }
int cudaGetDeviceCount(int *count) {
  *count = 0;
  return cudaErrorNoDevice;
}
const char *cudaGetErrorString(int error) {
  (void)error;
  return "there is no CUDA device here";
}
