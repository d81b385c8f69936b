"""Nothing, in Python: what the harness itself costs, per call and per block."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import repeat
from typing import Any

import numpy as np

from gpubench.workload import Grid, Inputs, Observed, Step, Work, Workload

_MODES = ("eager", "compile", "graph", "xla")
"""No mode compiles an empty function: in each the same is called, and waited for, as every step of that mode is."""


@dataclass(frozen=True)
class Noop:
    """n: how many calls of an empty Python function one timed call makes. At 1 the timed call is that function itself.

    The cost beyond n = 1 is known to grow by one Python call each, so the sizes show what the harness can resolve.
    """

    n: int

    def __post_init__(self) -> None:
        if self.n < 1:
            raise ValueError("n must be at least 1")

    def inputs(self, rng: np.random.Generator, /) -> Inputs:
        """No data."""
        return Inputs()

    def work(self, width: int, /) -> Work:
        """No operations and no traffic; an item is an empty call."""
        return Work(flops=0, bytes=0, items=self.n)

    def check(self, inputs: Inputs, observed: Observed, /) -> dict[str, float]:
        """Nothing can be wrong."""
        return {}

    def tolerance(self, unit: float, /) -> float:
        """Zero."""
        return 0.0


def noop_step(params: Noop, inputs: Inputs, session: Any, /) -> Step:
    """The same step for every backend: none is used."""
    return Step(_nothing if params.n == 1 else _repeated(params.n))


def _nothing() -> None:
    return None


def _repeated(n: int) -> Callable[[], None]:
    def call() -> None:
        for _ in repeat(None, n):
            _nothing()

    return call


noop = Workload(
    name="noop",
    sizes={"smoke": Noop(1), "small": Noop(8), "medium": Noop(64), "large": Noop(512)},
    axis="n",
    builders={"torch": noop_step, "tensorflow": noop_step},
    summary="an empty Python function: the harness's own cost",
    item="call",
    presets={
        "quick": (Grid(sizes=("smoke",)),),
        "standard": (Grid(sizes=("smoke",)), Grid(sizes=("smoke",), modes=_MODES)),
        "thorough": (Grid(sizes=("smoke", "small", "medium", "large")), Grid(sizes=("smoke",), modes=_MODES)),
    },
    precisions=("float32",),
    data=("resident",),
)
