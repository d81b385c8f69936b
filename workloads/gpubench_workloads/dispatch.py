"""The framework's smallest operation: what it costs to get any work to the device."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gpubench.workload import Array, Grid, Inputs, Observed, Step, Work, Workload

if TYPE_CHECKING:
    import torch

    from gpubench.backends.tensorflow.session import TensorflowSession
    from gpubench.backends.torch.session import TorchSession

_MODES = ("eager", "compile", "cuda-graph", "graph", "xla")


@dataclass(frozen=True)
class Dispatch:
    """The sum of two vectors of n elements; so few that arithmetic and traffic cost next to nothing."""

    n: int

    def __post_init__(self) -> None:
        if self.n < 1:
            raise ValueError("n must be at least 1")

    def inputs(self, rng: np.random.Generator, /) -> Inputs:
        """`x` and `y` (n,), standard normal."""
        return Inputs(data={"x": rng.standard_normal(self.n), "y": rng.standard_normal(self.n)})

    def work(self, width: int, /) -> Work:
        """n additions; two vectors read and one written; an item is a call."""
        return Work(flops=self.n, bytes=3.0 * width * self.n, items=1)

    def check(self, inputs: Inputs, observed: Observed, /) -> dict[str, float]:
        """`sum`: largest |error| of x + y over the root mean square of x + y."""
        got, want = observed.calls[-1]["sum"], inputs.data["x"] + inputs.data["y"]
        if got.shape != want.shape:
            return {"sum": math.inf}
        return {"sum": float(np.abs(got - want).max() / np.sqrt(np.mean(want**2)))}

    def tolerance(self, unit: float, /) -> float:
        """One rounding errs by at most `unit` of its own sum, and no Gaussian sum here exceeds 8 root mean squares."""
        return 8 * unit


def torch_step(params: Dispatch, inputs: Inputs, session: TorchSession, /) -> Step:
    """`torch.add` of two tensors of the compute type."""
    import torch

    def add(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return torch.add(x, y)

    return Step(session.compile(add), _feeds(inputs), lambda total: {"sum": session.fetch(total)})


def tensorflow_step(params: Dispatch, inputs: Inputs, session: TensorflowSession, /) -> Step:
    """`tf.add` of two tensors of the compute type."""
    import tensorflow as tf

    def add(x: Any, y: Any) -> Any:
        return tf.add(x, y)

    return Step(session.compile(add), _feeds(inputs), lambda total: {"sum": session.fetch(total)})


def _feeds(inputs: Inputs) -> tuple[Array, ...]:
    return inputs.data["x"], inputs.data["y"]


dispatch = Workload(
    name="dispatch",
    sizes={"smoke": Dispatch(1), "small": Dispatch(16), "medium": Dispatch(256), "large": Dispatch(4096)},
    axis="n",
    builders={"torch": torch_step, "tensorflow": tensorflow_step},
    summary="the sum of two tiny vectors: the cost of reaching the device",
    item="call",
    presets={
        "quick": (Grid(sizes=("smoke",)),),
        "standard": (
            Grid(sizes=("smoke",)),
            Grid(sizes=("smoke",), modes=("eager",)),
            Grid(sizes=("smoke",), modes=("cuda-graph",), accelerated=True),
        ),
        "thorough": (Grid(sizes=("smoke", "small", "medium", "large"), modes=_MODES),),
    },
    data=("resident",),
)
