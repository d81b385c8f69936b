"""A backend with an asynchronous device, on NumPy alone, and a product for it: what the self-test examines, in seconds.

Calls are queued, and computed when somebody waits or brings a result to the host. ABACUS_FAULT plants a mistake.
A test may put a clock of its own in the place of `clock`, which `spend` moves by the operations of each product.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gpubench.backend import Backend, Device, Fault
from gpubench.workload import Array, Inputs, Observed, Step, Work, Workload

_BITS = {"float32": 24, "tf32": 11, "float64": 53, "bfloat16": 8, "float16": 11}
"""Of the mantissa, the implicit one counted."""


clock: Callable[[], int] = time.perf_counter_ns


def spend(flops: float) -> None:
    """A product of so many operations has been computed."""


def _fault() -> str:
    return os.environ.get("ABACUS_FAULT", "")


def rounded(array: Array, bits: int) -> Array:
    """To so many bits of mantissa."""
    mantissa, exponent = np.frexp(array)
    return np.ldexp(np.round(np.ldexp(mantissa, bits)), exponent - bits).astype(array.dtype)


class Later:
    """Where a result will be."""

    value: Array

    def __init__(self, on: str) -> None:
        self.on = on


class Queue:
    """What the device has to do."""

    def __init__(self) -> None:
        self.work: list[Callable[[], None]] = []

    def run(self) -> None:
        work, self.work = self.work, []
        for task in work:
            task()


class AbacusSession:
    """See gpubench.session. On the CPU everything is done at once."""

    def __init__(self, device: str, precision: str) -> None:
        self.device, self.precision = device, precision
        self.asynchronous = device != "cpu"
        self.dtype = np.dtype("float64" if precision == "float64" else "float32")
        self.width, self.unit = self.dtype.itemsize, 2.0 ** -_BITS[precision]
        self.bits = _BITS[precision]
        if _fault() == "tf32 is dead" and precision == "tf32":
            self.bits = 24
        if _fault() == "tf32 unasked" and precision == "float32":
            self.bits = 11
        self.queue = Queue()

    def host(self, array: Array, /) -> Array:
        return rounded(array.astype(self.dtype), _BITS[self.precision] if self.precision != "tf32" else 24)

    def place(self, host: Array, /) -> Later:
        made = Later(self.device)
        made.value = host.copy()
        return made

    def back(self, outputs: Later, /) -> Array:
        self.queue.run()
        return outputs.value

    def fetch(self, tensor: Any, /) -> Array:
        self.queue.run()
        return np.array(tensor.value if isinstance(tensor, Later) else tensor, dtype=np.float64)

    def weight(self, array: Array, /) -> Array:
        return array.astype(self.dtype)

    def compile(self, function: Any, /) -> Any:
        return function

    def traces(self) -> None:
        return None

    @contextlib.contextmanager
    def scope(self) -> Iterator[None]:
        yield

    def complete(self) -> None:
        if _fault() != "no wait":
            self.queue.run()

    def strays(self, tensors: Any, /) -> Sequence[str]:
        several = tensors if isinstance(tensors, (list, tuple)) else [tensors]
        return [f"a result on {one.on}" for one in several if isinstance(one, Later) and one.on != self.device]

    def copies(self, tensors: Sequence[Any], /) -> Sequence[Any]:
        return list(tensors)

    def restore(self, tensors: Sequence[Any], copies: Sequence[Any], /) -> None:
        return None

    def multiply(self, a: Later, b: Later) -> Later:
        """The product, sooner or later."""
        found = Later("cpu" if _fault() == "elsewhere" and self.asynchronous else self.device)

        def work() -> None:
            narrow = rounded(a.value, self.bits) @ rounded(b.value, self.bits)
            if _fault() == "wrong":
                narrow = narrow * np.float32(1.5)
            spend(2.0 * narrow.size * a.value.shape[1])
            found.value = narrow if self.precision in ("float32", "tf32", "float64") else rounded(narrow, self.bits)

        self.queue.work.append(work)
        if not self.asynchronous:
            self.queue.run()
        return found


class TimedAbacusSession(AbacusSession):
    """With a clock of its own."""

    def mark(self) -> list[int]:
        stamp: list[int] = []
        self.queue.work.append(lambda: stamp.append(clock()))
        return stamp

    def between(self, start: list[int], stop: list[int], /) -> float:
        if not start or not stop:
            raise RuntimeError("the device has not passed both marks")
        return (stop[0] - start[0]) * (1e-6 if _fault() == "milliseconds" else 1e-9)


class AbacusRuntime:
    """The CPU and one abacus."""

    def versions(self) -> Mapping[str, str]:
        return {"numpy": np.__version__}

    def settings(self) -> Mapping[str, str]:
        return {}

    def devices(self) -> Sequence[Device]:
        return [Device("cpu", ""), Device("abacus:0", "abacus: a simulated device, no GPU")]

    def missing(self) -> str:
        return ""

    def open(self, device: str, precision: str, mode: str, /) -> AbacusSession:
        return AbacusSession(device, precision) if device == "cpu" else TimedAbacusSession(device, precision)

    def fault(self, error: BaseException, /) -> Fault:
        return Fault.STICKY if "sticky" in str(error) else Fault.OTHER


abacus = Backend(
    name="abacus",
    distribution="numpy",
    modes={"eager": "as it comes"},
    precisions=tuple(_BITS),
    accelerators=("abacus",),
    environment=lambda threads, device: {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
    start=lambda threads, device: AbacusRuntime(),
)


@dataclass(frozen=True)
class Product:
    """C = A B of n by n."""

    n: int

    def inputs(self, rng: np.random.Generator, /) -> Inputs:
        return Inputs(data={"a": rng.standard_normal((self.n, self.n)), "b": rng.standard_normal((self.n, self.n))})

    def work(self, width: int, /) -> Work:
        return Work(flops=2.0 * self.n**3, bytes=3.0 * width * self.n**2, items=self.n)

    def check(self, inputs: Inputs, observed: Observed, /) -> Mapping[str, float]:
        want = inputs.data["a"] @ inputs.data["b"]
        return {"c": float(np.abs(observed.calls[-1]["c"] - want).max() / np.sqrt(np.mean(want**2)))}

    def tolerance(self, unit: float, /) -> float:
        return 16 * unit + 16 * self.n**0.5 * min(unit, 2.0**-24)


def product_step(params: Product, inputs: Inputs, session: AbacusSession, /) -> Step:
    """Queued by the session."""
    if _fault() in ("kill", "sticky"):
        if _fault() == "kill":
            os._exit(9)
        raise RuntimeError("a sticky fault")
    return Step(session.multiply, (inputs.data["a"], inputs.data["b"]), lambda c: {"c": session.fetch(c)})


abacus_product = Workload(
    name="abacus-product",
    sizes={"smoke": Product(32), "small": Product(64), "medium": Product(128), "large": Product(256)},
    axis="n",
    builders={"abacus": product_step},
    summary="a product on the abacus",
    item="row",
    flops_are_floor=True,
)
