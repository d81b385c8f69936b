"""A backend on NumPy alone and a workload with every way to fail: the harness under test without a framework.

Loaded with `--plugin`, in the parent and in real worker processes.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gpubench.backend import Backend, Device, Fault
from gpubench.errors import Unsupported
from gpubench.workload import Array, Inputs, Observed, Step, Work, Workload


class ToySession:
    """NumPy arrays in float64 or float32."""

    asynchronous = False

    def __init__(self, device: str, precision: str, mode: str) -> None:
        self.device, self.mode = device, mode
        self.dtype = np.dtype(precision)
        self.width = self.dtype.itemsize
        self.unit = float(np.finfo(self.dtype).eps) / 2

    def host(self, array: Array, /) -> Array:
        return array.astype(self.dtype) if array.dtype.kind == "f" else array

    def place(self, host: Array, /) -> Array:
        return host.copy()

    def back(self, outputs: Any, /) -> Any:
        return outputs

    def fetch(self, tensor: Any, /) -> Array:
        return np.array(tensor, dtype=np.float64)

    def weight(self, array: Array, /) -> Array:
        return array.astype(self.dtype)

    def compile(self, function: Any, /) -> Any:
        return function

    def traces(self) -> None:
        return None

    def scope(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()

    def complete(self) -> None:
        return None

    def strays(self, tensors: Any, /) -> Sequence[str]:
        return ["a toy on the floor"] if isinstance(tensors, str) else []

    def copies(self, tensors: Sequence[Array], /) -> Sequence[Array]:
        return [tensor.copy() for tensor in tensors]

    def restore(self, tensors: Sequence[Array], copies: Sequence[Array], /) -> None:
        for tensor, copy in zip(tensors, copies, strict=True):
            tensor[...] = copy


class ToyRuntime:
    """The CPU, and as many toy accelerators as TOY_DEVICES says."""

    def __init__(self, threads: int, device: str) -> None:
        if "TOY_BROKEN" in os.environ:
            raise ImportError("the toy is broken")
        self.threads = threads

    def versions(self) -> Mapping[str, str]:
        return {"numpy": np.__version__}

    def settings(self) -> Mapping[str, str]:
        return {"threads": str(self.threads)}

    def devices(self) -> Sequence[Device]:
        count = int(os.environ.get("TOY_DEVICES", "0"))
        return [Device("cpu", ""), *(Device(f"toy:{index}", "Toy 9000", 2**30) for index in range(count))]

    def missing(self) -> str:
        return "" if os.environ.get("TOY_DEVICES", "0") != "0" else "no toy is plugged in"

    def open(self, device: str, precision: str, mode: str, /) -> ToySession:
        return ToySession(device, precision, mode)

    def fault(self, error: BaseException, /) -> Fault:
        if isinstance(error, MemoryError):
            return Fault.OUT_OF_MEMORY
        return Fault.STICKY if "sticky" in str(error) else Fault.OTHER


def start(threads: int, device: str) -> ToyRuntime:
    """The toy has nothing to import."""
    return ToyRuntime(threads, device)


toy = Backend(
    name="toy",
    distribution="numpy",
    modes={"eager": "as it comes", "slow": "the same under another name"},
    precisions=("float32", "float64"),
    accelerators=("toy",),
    environment=lambda threads, device: {"TOY_THREADS": str(threads)},
    start=start,
)


@dataclass(frozen=True)
class Doubling:
    """y = 2x over n numbers. fault: how it fails."""

    n: int
    fault: str = "none"

    def __post_init__(self) -> None:
        if self.n < 1:
            raise ValueError("n must be at least 1")

    def inputs(self, rng: np.random.Generator, /) -> Inputs:
        return Inputs(data={"x": rng.standard_normal(self.n)})

    def work(self, width: int, /) -> Work:
        return Work(flops=self.n, bytes=2.0 * self.n * width, items=self.n)

    def check(self, inputs: Inputs, observed: Observed, /) -> Mapping[str, float]:
        want = 2 * inputs.data["x"]
        return {"y": float(np.abs(observed.calls[-1]["y"] - want).max() / np.sqrt(np.mean(want**2)))}

    def tolerance(self, unit: float, /) -> float:
        return 4 * unit


def _killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _raised(error: BaseException) -> Callable[[], None]:
    def fail() -> None:
        raise error

    return fail


_FAULTS: Mapping[str, Callable[[], object]] = {
    "raise": _raised(RuntimeError("the toy broke <b>here</b>")),
    "sticky": _raised(RuntimeError("a sticky fault")),
    "oom": _raised(MemoryError("a toy too large")),
    "unsupported": _raised(Unsupported("toys can't do that")),
    "abort": os.abort,
    "kill": _killed,
    "exit": lambda: os._exit(7),
    "hang": threading.Event().wait,
}


def toy_step(params: Doubling, inputs: Inputs, session: ToySession, /) -> Step:
    """The step of each fault."""
    x = inputs.data["x"]
    if params.fault in _FAULTS:
        _FAULTS[params.fault]()
    feeds = () if params.fault == "closure" else (x,)
    constant = session.host(2 * x)

    def call(*placed: Array) -> Array:
        if params.fault == "wrong":
            return placed[0] * session.dtype.type(2.5)
        if params.fault == "nan":
            return placed[0] * session.dtype.type(np.nan)
        if params.fault in ("folded", "closure"):
            return constant
        return placed[0] * session.dtype.type(2)

    return Step(call, feeds, lambda y: {"y": session.fetch(y)}, facts={"fault": params.fault})


doubling = Workload(
    name="doubling",
    sizes={"smoke": Doubling(4), "small": Doubling(64), "medium": Doubling(256), "large": Doubling(1024)},
    axis="n",
    builders={"toy": toy_step},
    summary="twice a vector",
    item="number",
)
