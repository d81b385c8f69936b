"""The cuDNN that is loaded, told and never loaded by the telling."""

from __future__ import annotations

import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

from gpubench.backends.cudnn import loaded_cudnn

TELL = "from gpubench.backends.cudnn import loaded_cudnn; print(*loaded_cudnn())"


@pytest.fixture(scope="module")
def folder(stub):
    return stub("libcudnn.c", "libcudnn.so.9")


def told(code: str, folder) -> str:
    environment = {**os.environ, "LD_LIBRARY_PATH": str(folder)}
    return subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    ).stdout.strip()


def test_the_library_that_a_framework_loaded_tells_its_version_and_its_cuda(folder):
    load = f"import ctypes; ctypes.CDLL('{folder}/libcudnn.so.9'); "
    assert told(load + TELL, folder) == "9.24.0 12.9"


def test_one_that_nobody_loaded_is_not_told_though_it_lies_on_the_path(folder):
    """Loading it here would make it the framework's own."""
    assert told(TELL, folder) == ""


@pytest.mark.parametrize(
    ("number", "version"), [(8907, "8.9.7"), (90100, "9.1.0"), (92400, "9.24.0"), (100203, "10.2.3"), (7605, "7.6.5")]
)
def test_version_numbers_of_every_age_are_read(number, version):
    library = SimpleNamespace(cudnnGetVersion=_Function(number), cudnnGetCudartVersion=_Function(13030))
    assert loaded_cudnn(lambda name: library) == (version, "13.3")


class _Function:
    """As ctypes has them: with a result type to be set."""

    restype = None

    def __init__(self, value: int) -> None:
        self.value = value

    def __call__(self) -> int:
        return self.value
