"""A stranger's backend, its runtime and session: what type checkers accept of them, and what they refuse.

`nox -s types` checks this and nothing runs it.
"""

# pyright: reportUnnecessaryTypeIgnoreComment=true

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar, assert_type

import numpy as np

from gpubench import Backend, Device, Fault, Runtime, Session
from gpubench.backend import MemoryCounter, OperationCounter
from gpubench.backends.tensorflow.session import TensorflowSession
from gpubench.backends.torch.runtime import TorchRuntime
from gpubench.backends.torch.session import TorchSession
from gpubench.workload import Array

F = TypeVar("F", bound=Callable[..., Any])


class ArraySession:
    """Whole: every method and attribute of a session."""

    unit = 2.0**-53
    width = 8
    asynchronous = False

    def host(self, array: Array, /) -> Array:
        return array

    def place(self, host: Array, /) -> Array:
        return host.copy()

    def back(self, outputs: Any, /) -> Any:
        return outputs

    def fetch(self, tensor: Any, /) -> Array:
        return np.asarray(tensor)

    def weight(self, array: Array, /) -> Array:
        return array.copy()

    def compile(self, function: F, /) -> F:
        return function

    def traces(self) -> int | None:
        return None

    def scope(self) -> contextlib.AbstractContextManager[object]:
        return contextlib.nullcontext()

    def complete(self) -> None:
        return None

    def strays(self, tensors: Any, /) -> Sequence[str]:
        return []

    def copies(self, tensors: Sequence[Array], /) -> Sequence[Array]:
        return [tensor.copy() for tensor in tensors]

    def restore(self, tensors: Sequence[Array], copies: Sequence[Array], /) -> None:
        for tensor, copy in zip(tensors, copies, strict=True):
            tensor[...] = copy


class ArrayRuntime:
    """Whole, and counts memory too."""

    def versions(self) -> Mapping[str, str]:
        return {"numpy": np.__version__}

    def settings(self) -> Mapping[str, str]:
        return {}

    def devices(self) -> Sequence[Device]:
        return [Device("cpu", "")]

    def missing(self) -> str:
        return "it computes on the CPU alone"

    def open(self, device: str, precision: str, mode: str, /) -> ArraySession:
        return ArraySession()

    def fault(self, error: BaseException, /) -> Fault:
        return Fault.OUT_OF_MEMORY if isinstance(error, MemoryError) else Fault.OTHER

    def reset_peak(self) -> None:
        return None

    def peak_bytes(self) -> int | None:
        return None


class Unable:
    """Opens no session."""

    def versions(self) -> Mapping[str, str]:
        return {}


def start(threads: int, device: str) -> ArrayRuntime:
    """Imports its framework."""
    return ArrayRuntime()


def start_unable(threads: int, device: str) -> Unable:
    """What it starts is no runtime."""
    return Unable()


def environment(threads: int, device: str) -> Mapping[str, str]:
    """Of a worker."""
    return {"OMP_NUM_THREADS": str(threads)}


arrays = Backend("arrays", "numpy", {"eager": "at once"}, ("float64",), (), environment, start)
assert_type(arrays.default_mode, str)
assert_type(arrays.start(1, "cpu"), Runtime)
assert_type(arrays.start(1, "cpu").open("cpu", "float64", "eager"), Session[Any])

session: Session[Array] = ArraySession()
runtime: Runtime = ArrayRuntime()
counter: MemoryCounter = ArrayRuntime()
assert_type(session.place(np.zeros(3)), Array)


def ours(torch: TorchSession, tensorflow: TensorflowSession, runtime: TorchRuntime) -> None:
    """Those that ship are sessions and runtimes, too."""
    of_torch: Session[Any] = torch
    of_tensorflow: Session[Any] = tensorflow
    of_torch.complete()
    of_tensorflow.complete()
    plain: Runtime = runtime
    counting: OperationCounter = runtime
    plain.missing()
    assert_type(counting.count_operations(of_torch.complete), float)


Backend("arrays", "numpy", {}, (), (), environment, start_unable)  # type: ignore[arg-type]
Backend("arrays", "numpy", {}, (), (), lambda threads: {}, start)  # type: ignore[misc, arg-type]
no_session: Session[Array] = Unable()  # type: ignore[assignment]
no_runtime: Runtime = Unable()  # type: ignore[assignment]
no_counter: OperationCounter = ArrayRuntime()  # type: ignore[assignment]
Device(0, "by its number")  # type: ignore[arg-type]
