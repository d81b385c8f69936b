/* NVML as far as doctor and TensorFlow ask it. Driven by the environment: STUB_NVML_INIT (what nvmlInit returns),
 * STUB_NVML_DEVICES (1), STUB_NVML_SPARSE (a GPU that tells nothing but its name), STUB_NVML_LOST (the GPU has fallen
 * off the bus). */
#include <stdlib.h>
#include <string.h>

enum { OK = 0, INVALID = 2, NOT_SUPPORTED = 3, GPU_IS_LOST = 15 };
typedef void *Device;
struct memory { unsigned long long total, free, used; };

static int number(const char *name, int otherwise) {
  const char *text = getenv(name);
  return text ? atoi(text) : otherwise;
}
static int sparse(void) { return getenv("STUB_NVML_SPARSE") ? NOT_SUPPORTED : OK; }

int nvmlInitWithFlags(unsigned flags) { (void)flags; return number("STUB_NVML_INIT", OK); }
int nvmlInit_v2(void) { return nvmlInitWithFlags(0); }
int nvmlShutdown(void) { return OK; }
const char *nvmlErrorString(int error) { (void)error; return "as the stub says"; }
int nvmlSystemGetDriverVersion(char *text, unsigned size) { strncpy(text, "580.65.06", size); return OK; }
int nvmlSystemGetNVMLVersion(char *text, unsigned size) { strncpy(text, "13.580.65.06", size); return OK; }
int nvmlDeviceGetCount_v2(unsigned *count) { *count = number("STUB_NVML_DEVICES", 1); return OK; }
int nvmlDeviceGetHandleByIndex_v2(unsigned index, Device *device) {
  if (getenv("STUB_NVML_LOST")) return GPU_IS_LOST;
  if (index >= (unsigned)number("STUB_NVML_DEVICES", 1)) return INVALID;
  *device = (Device)(size_t)(index + 1);
  return OK;
}
int nvmlDeviceGetName(Device device, char *text, unsigned size) { (void)device; strncpy(text, "Stub 100", size); return OK; }
int nvmlDeviceGetUUID(Device device, char *text, unsigned size) {
  strncpy(text, "GPU-00000000-0000-0000-0000-000000000000", size);
  text[4] += (char)(size_t)device;
  return sparse();
}
int nvmlDeviceGetMemoryInfo(Device device, struct memory *memory) {
  (void)device;
  *memory = (struct memory){80ull << 30, 79ull << 30, 1ull << 30};
  return sparse();
}
int nvmlDeviceGetCudaComputeCapability(Device device, int *major, int *minor) {
  (void)device;
  *major = 9;
  *minor = 0;
  return sparse();
}
int nvmlDeviceGetCurrPcieLinkGeneration(Device device, unsigned *value) { (void)device; *value = 5; return sparse(); }
int nvmlDeviceGetCurrPcieLinkWidth(Device device, unsigned *value) { (void)device; *value = 8; return sparse(); }
int nvmlDeviceGetMaxPcieLinkWidth(Device device, unsigned *value) { (void)device; *value = 16; return sparse(); }
