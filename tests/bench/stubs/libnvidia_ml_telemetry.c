/* NVML as the noise guard asks it, beside what libnvidia_ml.c has; the structures are laid out as in NVIDIA's nvml.h.
 * Driven by the environment: STUB_NVML_COMPUTE, STUB_NVML_GRAPHICS (processes, "PID:GPU-INSTANCE PID:GPU-INSTANCE"),
 * STUB_NVML_USES ("PID:PERCENT"), STUB_NVML_USED_AT (their time), STUB_NVML_REASONS, STUB_NVML_REFUSES (a function
 * that answers NOT_SUPPORTED). Compiled with NEW_NAMES it has the functions that take the place of older ones. */
#include "libnvidia_ml.c"
#include <stddef.h>
#include <stdio.h>

enum { INSUFFICIENT_SIZE = 7, NOT_FOUND = 6, SM = 1, MEM = 2 };
typedef struct { unsigned pid; unsigned long long usedGpuMemory; unsigned gpuInstanceId, computeInstanceId; } Process;
typedef struct { unsigned pid; unsigned long long timeStamp; unsigned smUtil, memUtil, encUtil, decUtil; } Sample;
typedef struct { unsigned version; int sensorType, temperature; } Temperature;
_Static_assert(sizeof(Process) == 24 && offsetof(Process, gpuInstanceId) == 16, "nvmlProcessInfo_v2_t");
_Static_assert(sizeof(Sample) == 32 && offsetof(Sample, smUtil) == 16, "nvmlProcessUtilizationSample_t");

static int refused(const char *function) {
  const char *name = getenv("STUB_NVML_REFUSES");
  return name && !strcmp(name, function) ? NOT_SUPPORTED : OK;
}
static unsigned pairs(const char *name, unsigned (*found)[2], unsigned room) {
  const char *text = getenv(name);
  unsigned count = 0, first, second;
  int used;
  for (; text && sscanf(text, "%u:%u%n", &first, &second, &used) == 2; text += used, count++)
    if (count < room) found[count][0] = first, found[count][1] = second;
  return count;
}

int nvmlDeviceGetHandleByPciBusId_v2(const char *bus, Device *device) {
  *device = (Device)(size_t)1;
  return strcmp(bus, "0000:01:00.0") ? INVALID : OK;
}
int nvmlDeviceGetTotalEnergyConsumption(Device device, unsigned long long *millijoules) {
  (void)device;
  *millijoules = 7000000000ull;
  return sparse();
}
int nvmlDeviceGetClockInfo(Device device, int type, unsigned *mhz) {
  (void)device;
  *mhz = type == SM ? 1755 : type == MEM ? 2619 : 0;
  return sparse();
}
int nvmlDeviceGetMaxClockInfo(Device device, int type, unsigned *mhz) {
  (void)device;
  *mhz = type == SM ? 1980 : 0;
  return sparse();
}
int nvmlDeviceGetPowerUsage(Device device, unsigned *milliwatts) { (void)device; *milliwatts = 431250; return sparse(); }

static int reasons(unsigned long long *bits) { *bits = number("STUB_NVML_REASONS", 0); return sparse(); }
#ifdef NEW_NAMES
int nvmlDeviceGetCurrentClocksEventReasons(Device device, unsigned long long *bits) { (void)device; return reasons(bits); }
int nvmlDeviceGetTemperatureV(Device device, Temperature *asked) {
  (void)device;
  if (asked->version != (sizeof(Temperature) | 1 << 24)) return 25; /* ARGUMENT_VERSION_MISMATCH */
  if (asked->sensorType) return INVALID;
  asked->temperature = 64;
  return sparse();
}
#else
int nvmlDeviceGetCurrentClocksThrottleReasons(Device device, unsigned long long *bits) { (void)device; return reasons(bits); }
int nvmlDeviceGetTemperature(Device device, int sensor, unsigned *celsius) {
  (void)device;
  *celsius = sensor ? 0 : 63;
  return sparse();
}
#endif

static int processes(const char *function, const char *name, unsigned *count, Process *processes) {
  unsigned found[256][2], there = pairs(name, found, 256), room = *count;
  if (sparse() || refused(function)) return NOT_SUPPORTED;
  *count = there;
  if (there > room) return INSUFFICIENT_SIZE;
  for (unsigned i = 0; i < there; i++) processes[i] = (Process){found[i][0], ~0ull, found[i][1], ~0u};
  return OK;
}
int nvmlDeviceGetComputeRunningProcesses_v2(Device device, unsigned *count, Process *found) {
  (void)device;
  return processes(__func__, "STUB_NVML_COMPUTE", count, found);
}
int nvmlDeviceGetGraphicsRunningProcesses_v2(Device device, unsigned *count, Process *found) {
  (void)device;
  return processes(__func__, "STUB_NVML_GRAPHICS", count, found);
}
int nvmlDeviceGetProcessUtilization(Device device, Sample *samples, unsigned *count, unsigned long long since) {
  unsigned found[256][2], there = pairs("STUB_NVML_USES", found, 256);
  unsigned long long at = number("STUB_NVML_USED_AT", 1000);
  (void)device;
  if (sparse() || refused(__func__)) return NOT_SUPPORTED;
  if (!there || at <= since) return NOT_FOUND;
  if (!samples) { *count = there; return INSUFFICIENT_SIZE; }
  for (unsigned i = 0; i < there && i < *count; i++) samples[i] = (Sample){found[i][0], at, found[i][1], 9, 9, 9};
  return OK;
}
