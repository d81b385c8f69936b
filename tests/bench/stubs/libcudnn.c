/* cuDNN 9.24.0, built for CUDA 12.9. */
#include <stddef.h>

size_t cudnnGetVersion(void) { return 92400; }
size_t cudnnGetCudartVersion(void) { return 12090; }
