"""Which GPU this worker sees, told apart from every other one, and under which driver."""

from __future__ import annotations

import ctypes
import hashlib
import uuid
from typing import Any

from gpubench.worker.nvml import Load

UUID, DRIVER = "uuid", "driver"
_UUID_BYTES, _VERSION_BYTES = 16, 80  # CUuuid; NVML_SYSTEM_DRIVER_VERSION_BUFFER_SIZE


def identity(device: str, load: Load = ctypes.CDLL) -> dict[str, str]:
    """`uuid` (a hash, as `gpubench doctor` shows it) and `driver`, as far as they are told; nothing of a CPU."""
    if device.partition(":")[0] != "cuda":
        return {}
    found = {UUID: _asked(load, "libcuda.so.1", _uuid), DRIVER: _asked(load, "libnvidia-ml.so.1", _driver)}
    return {name: text for name, text in found.items() if text}


def _asked(load: Load, library: str, ask: Any) -> str:
    try:
        answer: str = ask(load(library))
    except (OSError, AttributeError):  # no such library, or an older one without the function
        return ""
    return answer


def _uuid(cuda: Any) -> str:
    """Of the first device that CUDA shows to this process; a part of a GPU (MIG) has one of its own."""
    told, device = ctypes.create_string_buffer(_UUID_BYTES), ctypes.c_int()
    if cuda.cuInit(0) or cuda.cuDeviceGet(ctypes.byref(device), 0) or cuda.cuDeviceGetUuid_v2(told, device):
        return ""
    return hashlib.sha256(f"GPU-{uuid.UUID(bytes=told.raw)}".encode()).hexdigest()[:12]


def _driver(nvml: Any) -> str:
    told = ctypes.create_string_buffer(_VERSION_BYTES)
    if nvml.nvmlInit_v2() or nvml.nvmlSystemGetDriverVersion(told, _VERSION_BYTES):
        return ""
    return told.value.decode(errors="replace")
