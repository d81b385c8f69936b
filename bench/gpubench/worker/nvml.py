"""The GPU that this worker sees, asked through NVML. With ctypes: a worker's interpreter may have no pynvml."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

from gpubench.errors import Unsupported

Load = Callable[[str], Any]
TOO_SMALL, NO_FUNCTION = 7, 13
"""NVML's codes for a buffer that is too small (INSUFFICIENT_SIZE), and for a function that this version of it lacks."""
_BUS_ID_BYTES = 32


class NvmlGpu:
    """Raises Unsupported with the reason where there is no NVML, or none that knows the GPU. load: opens a library."""

    def __init__(self, load: Load = ctypes.CDLL) -> None:
        try:
            self._nvml, cuda = load("libnvidia-ml.so.1"), load("libcuda.so.1")
        except OSError as error:
            raise Unsupported(str(error)) from error
        _succeed(self._nvml, "nvmlInit_v2")
        # Both count devices in orders of their own, and a mask hides some from CUDA alone: the bus tells them apart.
        bus_id, device = ctypes.create_string_buffer(_BUS_ID_BYTES), ctypes.c_int()
        _succeed(cuda, "cuInit", 0)
        _succeed(cuda, "cuDeviceGet", ctypes.byref(device), 0)
        _succeed(cuda, "cuDeviceGetPCIBusId", bus_id, _BUS_ID_BYTES, device)
        self._gpu = ctypes.c_void_p()
        _succeed(self._nvml, "nvmlDeviceGetHandleByPciBusId_v2", bus_id, ctypes.byref(self._gpu))

    def code(self, function: str, *given: Any) -> int:
        """What a function answers that takes the GPU first: 0 where it succeeded."""
        return _code(self._nvml, function, self._gpu, *given)

    def number(self, function: str, *given: Any, kind: type[Any] = ctypes.c_uint) -> int:
        """What a function puts where its last argument points to. Raises Unsupported where it doesn't succeed."""
        told = kind()
        _succeed(self._nvml, function, self._gpu, *given, ctypes.byref(told))
        return int(told.value)

    def told(self, function: str, *given: Any, kind: type[Any] = ctypes.c_uint) -> int | None:
        """The number, or None where this GPU, its driver or the user's rights don't give it."""
        try:
            return self.number(function, *given, kind=kind)
        except Unsupported:
            return None


def _code(library: Any, function: str, *given: Any) -> int:
    call = getattr(library, function, None)
    return NO_FUNCTION if call is None else int(call(*given))


def _succeed(library: Any, function: str, *given: Any) -> None:
    if code := _code(library, function, *given):
        raise Unsupported(f"{function} answers {code}" if hasattr(library, function) else f"there is no {function}")
