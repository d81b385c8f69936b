"""How much memory the first visible CUDA device has free, as its driver tells: for frameworks that don't."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any


def cuda_memory(load: Callable[[str], Any] = ctypes.CDLL) -> tuple[int, int] | None:
    """Bytes that nobody holds, and all bytes; None where the driver does not say.

    What a framework's pool keeps for later is held. The driver is asked in the device's primary context, which is the
    one that frameworks compute in (CUDA Driver API, `cuMemGetInfo`); a process whose context is broken gets no answer.
    """
    try:
        driver = load("libcuda.so.1")
    except OSError:
        return None
    device, context = ctypes.c_int(), ctypes.c_void_p()
    free, total = ctypes.c_size_t(), ctypes.c_size_t()
    if driver.cuInit(0) or driver.cuDeviceGet(ctypes.byref(device), 0):
        return None
    if driver.cuDevicePrimaryCtxRetain(ctypes.byref(context), device):
        return None
    try:
        if driver.cuCtxPushCurrent_v2(context):
            return None
        failed = driver.cuMemGetInfo_v2(ctypes.byref(free), ctypes.byref(total))
        driver.cuCtxPopCurrent_v2(ctypes.byref(ctypes.c_void_p()))
    finally:
        driver.cuDevicePrimaryCtxRelease_v2(device)
    return None if failed else (free.value, total.value)
