"""The cuDNN that a framework has loaded into this process, as the library itself tells."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable
from typing import Any

_MAJORS = (8, 9, 10)


def _loaded(name: str) -> ctypes.CDLL:
    return ctypes.CDLL(name, mode=os.RTLD_NOLOAD | os.RTLD_LAZY)


def loaded_cudnn(find: Callable[[str], Any] = _loaded) -> tuple[str, str]:
    """Its version and the CUDA version it was built for (`9.24.0`, `13.3`); empty where none is loaded.

    Only looked at, never loaded here: the framework's own search would then find this one, whichever it is.
    """
    for major in _MAJORS:
        try:
            library = find(f"libcudnn.so.{major}")
        except OSError:
            continue
        library.cudnnGetVersion.restype = library.cudnnGetCudartVersion.restype = ctypes.c_size_t
        return _version(library.cudnnGetVersion()), _cuda(library.cudnnGetCudartVersion())
    return "", ""


def _version(number: int) -> str:
    """cudnn_version.h: CUDNN_VERSION is 10000 major + 100 minor + patch from version 9 on, 1000 major before."""
    major, rest = divmod(number, 10000 if number >= 90000 else 1000)
    return f"{major}.{rest // 100}.{rest % 100}"


def _cuda(number: int) -> str:
    """cuda_runtime_api.h: CUDART_VERSION is 1000 major + 10 minor."""
    return f"{number // 1000}.{number % 1000 // 10}"
