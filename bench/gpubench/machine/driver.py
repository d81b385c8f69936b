"""Is there an NVIDIA driver at all? Asked without a framework, so that a machine without one costs nothing."""

from __future__ import annotations

import ctypes
from collections.abc import Callable

_LIBRARY = "libcuda.so.1"


def missing_driver(load: Callable[[str], object] = ctypes.CDLL) -> str:
    """Why no CUDA device can be had, in words; empty where the driver's library is there.

    Every framework reaches CUDA through libcuda, which comes with the driver: where the loader does not find
    it, none of them has a device.
    """
    try:
        load(_LIBRARY)
    except OSError:
        return f"no NVIDIA driver on this machine ({_LIBRARY} was not found)"
    return ""
