/* The driver's library as far as doctor and the frameworks ask it before they compute. Driven by the environment:
 * STUB_CUDA_INIT (what cuInit returns), STUB_CUDA_VERSION (13000), STUB_CUDA_DEVICES (1), STUB_CUDA_CRASH (abort).
 * CUDA_VISIBLE_DEVICES hides devices as the real one does: up to the first entry that names none. */
#include <stdlib.h>
#include <string.h>

enum { OK = 0, NO_DEVICE = 100, DRIVER_MISMATCH = 803, UNKNOWN = 999 };

static int number(const char *name, int otherwise) {
  const char *text = getenv(name);
  return text ? atoi(text) : otherwise;
}

static int visible(void) {
  int there = number("STUB_CUDA_DEVICES", 1), count = 0;
  const char *mask = getenv("CUDA_VISIBLE_DEVICES");
  if (!mask) return there;
  while (*mask) {
    char *end;
    long index = strtol(mask, &end, 10);
    if (end == mask || index < 0 || index >= there) break;
    count++;
    mask = *end == ',' ? end + 1 : end;
  }
  return count;
}

int cuInit(unsigned flags) {
  (void)flags;
  if (getenv("STUB_CUDA_CRASH")) abort();
  return number("STUB_CUDA_INIT", visible() ? OK : NO_DEVICE);
}
int cuDriverGetVersion(int *version) { *version = number("STUB_CUDA_VERSION", 13000); return OK; }
int cuDeviceGetCount(int *count) { *count = visible(); return OK; }
int cuGetErrorString(int error, const char **text) { (void)error; *text = "as the stub says"; return OK; }
int cuGetErrorName(int error, const char **name) {
  *name = error == NO_DEVICE         ? "CUDA_ERROR_NO_DEVICE"
          : error == DRIVER_MISMATCH ? "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH"
          : error == UNKNOWN         ? "CUDA_ERROR_UNKNOWN"
                                     : 0;
  return *name ? OK : 1;
}
int cuDeviceGet(int *device, int index) { *device = index; return OK; }
int cuDeviceGetName(char *name, int size, int device) { (void)device; strncpy(name, "Stub 100", size); return OK; }
int cuDeviceGetAttribute(int *value, int attribute, int device) {
  (void)device;
  *value = attribute == 75 ? 9 : attribute == 76 ? 0 : attribute == 16 ? 132 : 1; /* capability 9.0, 132 SMs */
  return OK;
}
int cuDeviceTotalMem_v2(size_t *bytes, int device) { (void)device; *bytes = (size_t)80 << 30; return OK; }
int cuDeviceComputeCapability(int *major, int *minor, int device) { (void)device; *major = 9; *minor = 0; return OK; }
int cuDeviceGetPCIBusId(char *id, int size, int device) { (void)device; strncpy(id, "0000:01:00.0", size); return OK; }
int cuDeviceGetUuid_v2(char *uuid, int device) { (void)device; memset(uuid, 0, 16); return OK; }

/* Memory, of the context that is pushed: STUB_CUDA_FREE bytes of it are free, STUB_CUDA_MEMORY (error) is what asking
 * returns, STUB_CUDA_CONTEXT what a context is refused with. The two counts are what was not given back. */
int stub_cuda_retained, stub_cuda_pushed;

int cuDevicePrimaryCtxRetain(void **context, int device) {
  (void)device;
  int refused = number("STUB_CUDA_CONTEXT", OK);
  if (!refused) { stub_cuda_retained++; *context = &stub_cuda_retained; }
  return refused;
}
int cuDevicePrimaryCtxRelease_v2(int device) { (void)device; stub_cuda_retained--; return OK; }
int cuCtxPushCurrent_v2(void *context) {
  if (context != &stub_cuda_retained) return 201; /* CUDA_ERROR_INVALID_CONTEXT */
  stub_cuda_pushed++;
  return OK;
}
int cuCtxPopCurrent_v2(void **context) { *context = &stub_cuda_retained; stub_cuda_pushed--; return OK; }
int cuMemGetInfo_v2(size_t *available, size_t *total) {
  const char *text = getenv("STUB_CUDA_FREE");
  if (!stub_cuda_pushed) return 201;
  *available = text ? strtoull(text, 0, 10) : 0;
  *total = (size_t)80 << 30;
  return number("STUB_CUDA_MEMORY", OK);
}
