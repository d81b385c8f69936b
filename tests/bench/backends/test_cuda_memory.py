"""How much memory a CUDA device has free, by a driver's library built here."""

from __future__ import annotations

import ctypes

import pytest

from gpubench.backends.cuda_memory import cuda_memory

GIB = 2**30


@pytest.fixture
def asked(stub_libcuda, monkeypatch):
    """What the driver says that the environment tells how to behave; it must get back what it gave."""
    library = ctypes.CDLL(str(stub_libcuda / "libcuda.so.1"))

    def ask(**settings: int):
        for name, value in settings.items():
            monkeypatch.setenv(f"STUB_CUDA_{name}", str(value))
        monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
        found = cuda_memory(lambda name: library)
        left = [ctypes.c_int.in_dll(library, name).value for name in ("stub_cuda_retained", "stub_cuda_pushed")]
        assert left == [0, 0], "a context is left behind"
        return found

    return ask


def test_free_and_all_memory_are_told_in_bytes(asked):
    assert asked(FREE=5 * GIB + 1) == (5 * GIB + 1, 80 * GIB)


@pytest.mark.parametrize(
    "failure", [{"INIT": 100}, {"CONTEXT": 2}, {"MEMORY": 700}], ids=["no device", "no context", "a broken context"]
)
def test_a_driver_that_does_not_say_is_no_answer(asked, failure: dict[str, int]):
    """2 is out of memory, 700 an illegal address: both may be the state of a process that asks."""
    assert asked(**failure) is None


def test_without_a_driver_there_is_no_answer():
    def missing(name: str):
        raise OSError(f"{name}: cannot open shared object file")

    assert cuda_memory(missing) is None
