"""What CUDA and its libraries say when something goes wrong, as frameworks pass it on in their exceptions' texts."""

from __future__ import annotations

_POISON = (
    "an illegal memory access was encountered",
    "an illegal instruction was encountered",
    "context is destroyed",
    "device-side assert triggered",
    "hardware stack error",
    "invalid program counter",
    "misaligned address",
    "operation not supported on global/shared address space",
    "the launch timed out and was terminated",
    "uncorrectable ECC error encountered",
    "uncorrectable NVLink error detected",
    "unspecified launch failure",
)
"""Of errors that "leave the process in an inconsistent state and any further CUDA work will return the same error"
(CUDA Runtime API, `cudaError`): all later work fails in this process, whatever raised first."""

_REPORTED_BY = (
    "CUDA error",  # PyTorch and TensorFlow, of the runtime
    "CUDA driver error",  # PyTorch, of the driver
    "CUDA_ERROR_",  # TensorFlow, of the driver
    "cudaError",  # Thrust, of the runtime
    "Triton Error [CUDA]",
    "CUBLAS_STATUS_",
    "CUDNN_STATUS_",
    "cuDNN error",
    "cuDNN launch failure",  # TensorFlow
    "GPU sync failed",  # TensorFlow
)
_NO_MEMORY = ("out of memory", "Out of memory", "OUT_OF_MEMORY", "ALLOC_FAILED", "ALLOCATION_FAILED")


def sticks(text: str) -> bool:
    """Whether the process had better not be used any more.

    True for every error of CUDA or a library on top of it: which of those that are not listed as such leave a context
    whole is for the driver to know, and an error of an earlier kernel may come to light in any later call.
    """
    return any(words in text for words in (*_POISON, *_REPORTED_BY))


def out_of_memory(text: str) -> bool:
    """Whether it is lack of memory, on the device or for the device; ask this first: it is reported by the same."""
    return any(words in text for words in _NO_MEMORY)
