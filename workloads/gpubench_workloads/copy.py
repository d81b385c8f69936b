"""A vector with its sign turned, y = -x: as near to a bare copy through memory as both frameworks have.

It reads and writes what a copy does, and turning a sign is no arithmetic: IEEE 754-2019 counts it among the operations
on sign bits, beside copying (5.5.1). A bare copy would not do: TensorFlow's `identity` hands on the memory it is given,
and a compiler may let a result be its argument. Such a result has the wrong sign, so the check refuses it. STREAM's
Scale, y = a x, would round.

Every call takes new memory for y, as any operation of either framework does. On a CPU that costs PyTorch much: it
returns a large result to the system and takes new pages for the next one (128 MiB: 4.7 GB/s of one core, where
TensorFlow, which keeps them, has 11.9). So PyTorch, which can, writes into kept memory as well: 12.4 GB/s.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gpubench.workload import PRECISIONS, Grid, Inputs, Observed, Step, Work, Workload

if TYPE_CHECKING:
    import torch

    from gpubench.backends.tensorflow.session import TensorflowSession
    from gpubench.backends.torch.session import TorchSession

NEW, KEPT = "new", "kept"
_PIECE = 2**16
_MODES = ("eager", "compile", "cuda-graph", "graph", "xla")


@dataclass(frozen=True)
class Copy:
    """n: elements of each of the two vectors. into: `new` memory for every result, or `kept`, the same every time."""

    n: int
    into: str = NEW

    def __post_init__(self) -> None:
        if self.n < 1:
            raise ValueError("n must be at least 1")
        if self.into not in (NEW, KEPT):
            raise ValueError(f"into is {NEW} or {KEPT}")

    def inputs(self, rng: np.random.Generator, /) -> Inputs:
        """`x` (n,), standard normal."""
        return Inputs(data={"x": rng.standard_normal(self.n)})

    def work(self, width: int, /) -> Work:
        """No operations; one vector read and one written, as STREAM counts (McCalpin 1995); an item is an element."""
        return Work(flops=0, bytes=2.0 * width * self.n, items=self.n)

    def check(self, inputs: Inputs, observed: Observed, /) -> dict[str, float]:
        """`y`: largest |error| of -x over the root mean square of x."""
        got, x = observed.calls[-1]["y"], inputs.data["x"]
        if got.shape != x.shape:
            return {"y": math.inf}
        # In pieces that a cache holds: whole vectors would be four more trips through memory.
        errors = [np.abs(got[at : at + _PIECE] + x[at : at + _PIECE]).max() for at in range(0, self.n, _PIECE)]
        return {"y": float(np.max(errors) / np.sqrt(np.dot(x, x) / self.n))}

    def tolerance(self, unit: float, /) -> float:
        """One unit: a right result has no error at all, but a device may round float16's subnormals to zero."""
        return unit


def torch_step(params: Copy, inputs: Inputs, session: TorchSession, /) -> Step:
    """`torch.neg` of a tensor of the compute type, with its `out` where the memory is kept."""
    import torch

    x = inputs.data["x"]
    kept = torch.empty_like(session.place(session.host(x))) if params.into == KEPT else None

    def turned(x: torch.Tensor) -> torch.Tensor:
        return torch.neg(x, out=kept)

    return Step(session.compile(turned), (x,), lambda y: {"y": session.fetch(y)})


def tensorflow_step(params: Copy, inputs: Inputs, session: TensorflowSession, /) -> Step:
    """`tf.negative` of a tensor of the compute type."""
    import tensorflow as tf

    def turned(x: Any) -> Any:
        return tf.negative(x)

    return Step(session.compile(turned), (inputs.data["x"],), lambda y: {"y": session.fetch(y)})


copy = Workload(
    name="copy",
    # In float32 128 KiB, 8 MiB, 256 MiB and 1 GiB of traffic: the largest is beyond the caches of any GPU and of all
    # but a few CPUs.
    sizes={"smoke": Copy(2**14), "small": Copy(2**20), "medium": Copy(2**25), "large": Copy(2**27)},
    axis="n",
    builders={"torch": torch_step, "tensorflow": tensorflow_step},
    summary="a vector copied with its sign turned: the bandwidth of memory",
    item="element",
    presets={
        "quick": (Grid(sizes=("medium",), params={"into": (NEW, KEPT)}),),
        "standard": (
            Grid(sizes=("smoke", "small", "medium")),
            Grid(sizes=("medium",), params={"into": (KEPT,)}),
            Grid(sizes=("large",), accelerated=True),
        ),
        "thorough": (
            Grid(sizes=("smoke", "small", "medium", "large"), params={"into": (NEW, KEPT)}),
            Grid(sizes=("small", "medium"), precisions=PRECISIONS, modes=_MODES),
            Grid(sizes=("small", "medium"), data=("host",)),
        ),
    },
    limits={"tensorflow": {"into": (NEW,)}},
)
