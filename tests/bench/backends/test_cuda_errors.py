"""What the texts of CUDA's errors mean for the process they were raised in."""

from __future__ import annotations

import pytest

from gpubench.backends.cuda_errors import out_of_memory, sticks

# As users have posted them; the number is that of the issue in the repository named before it.
POSTED = [
    # pytorch 93394
    "CUDA error: an illegal memory access was encountered\nCUDA kernel errors might be asynchronously reported",
    "CUDA error: unspecified launch failure",  # pytorch 74235
    "Triton Error [CUDA]: an illegal memory access was encountered",  # pytorch 95312
    "Triton Error [CUDA]: device kernel image is invalid",  # facebookresearch/schedule_free 30
    "CUDA driver error: invalid device context",  # pytorch 152639
    "CUDA error: operation not permitted when stream is capturing",  # pytorch 87794
    # tensorflow 35897
    "Failed to complete all kernels launched on stream 0x1f50d730: could not synchronize: CUDA_ERROR_ILLEGAL_ADDRESS",
    "GPU sync failed",  # tensorflow 1450
    "failed to synchronize the stop event: CUDA_ERROR_LAUNCH_FAILED: unspecified launch failure",  # tensorflow 25866
    "cudaErrorIllegalAddress an illegal memory access was encountered",  # NVIDIA/cuopt 1154
]


@pytest.mark.parametrize("text", POSTED)
def test_a_cuda_error_sticks_to_its_process(text: str):
    assert sticks(text)
    assert not out_of_memory(text)


@pytest.mark.parametrize(
    "text",
    [
        "parallel_for failed: an illegal memory access was encountered",
        "device-side assert triggered",
        "the launch timed out and was terminated",
        "misaligned address",
        "uncorrectable ECC error encountered",
    ],
)
def test_what_leaves_a_process_inconsistent_is_known_whoever_says_it(text: str):
    """Descriptions of `cudaGetErrorString`, without the name of a library."""
    assert sticks(text)


@pytest.mark.parametrize(
    "text",
    [
        "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 79.10 GiB of which 1.20 GiB",
        "CUDA error: out of memory",
        "Triton Error [CUDA]: out of memory",
        "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
        "CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED",
        "failed to allocate 2.00G (2147483648 bytes) from device: CUDA_ERROR_OUT_OF_MEMORY: out of memory",
        "Out of memory while trying to allocate 17179869184 bytes.",
    ],
)
def test_lack_of_memory_is_told_from_the_rest(text: str):
    assert out_of_memory(text)


@pytest.mark.parametrize(
    "text",
    [
        "mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)",
        "Expected all tensors to be on the same device, but found at least two devices, cuda:0 and cpu!",
        "Torch not compiled with CUDA enabled",
        "no such file",
        "Failed to launch ptxas",
        "",
    ],
)
def test_an_error_of_the_work_leaves_the_process_usable(text: str):
    assert not sticks(text)
    assert not out_of_memory(text)
