"""The NVIDIA driver, asked without a framework: is it there at all, and what does its own library say?"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_LIBRARY = "libcuda.so.1"


@dataclass(frozen=True)
class Driver:
    """What libcuda says.

    missing: why it can't be asked. cuda: the newest CUDA version that it serves (`12.4`), empty where it doesn't say.
    error: what it failed to start with (`CUDA_ERROR_NO_DEVICE`), empty where it started.
    visible: the devices that it shows to this process, those that CUDA_VISIBLE_DEVICES leaves.
    """

    missing: str = ""
    cuda: str = ""
    error: str = ""
    visible: int = 0


def missing_driver(load: Callable[[str], object] = ctypes.CDLL) -> str:
    """Why no CUDA device can be had, in words; empty where the driver's library is there.

    Every framework reaches CUDA through libcuda, which comes with the driver: where the loader does not find
    it, none of them has a device. Nothing is started, so that a machine without a driver costs nothing.
    """
    try:
        load(_LIBRARY)
    except OSError:
        return f"no NVIDIA driver on this machine ({_LIBRARY} was not found)"
    return ""


def look_at_driver(load: Callable[[str], Any] = ctypes.CDLL) -> Driver:
    """Start the driver in this process and ask it. A broken one may end or hang the process: ask in a child."""
    if missing := missing_driver(load):
        return Driver(missing)
    library = load(_LIBRARY)
    version, count = ctypes.c_int(), ctypes.c_int()
    library.cuDriverGetVersion(ctypes.byref(version))  # the one function that may be called before cuInit
    cuda = f"{version.value // 1000}.{version.value % 1000 // 10}" if version.value else ""
    failure = library.cuInit(0) or library.cuDeviceGetCount(ctypes.byref(count))
    if failure:
        return Driver("", cuda, _name(library, failure))
    return Driver("", cuda, "", count.value)


def _name(library: Any, failure: int) -> str:
    name = ctypes.c_char_p()
    library.cuGetErrorName(failure, ctypes.byref(name))
    return (name.value or f"CUDA error {failure}".encode()).decode(errors="replace")
