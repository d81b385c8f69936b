"""A stranger's workload, steps and builders: what type checkers accept of them, and what they refuse.

`nox -s types` checks this and nothing runs it. An ignore that is not needed is an error of both checkers.
"""

# pyright: reportUnnecessaryTypeIgnoreComment=true

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, assert_type

import numpy as np
import torch

from gpubench import Addition, Builder, Grid, Inputs, Observed, Session, Step, Work, Workload
from gpubench.backends.tensorflow.session import TensorflowSession
from gpubench.backends.torch.session import TorchSession
from gpubench.workload import Array, Arrays


@dataclass(frozen=True)
class Rows:
    """Whole: every method that a workload's parameters have."""

    rows: int

    def inputs(self, rng: np.random.Generator, /) -> Inputs:
        return Inputs(data={"x": rng.standard_normal((self.rows, 4))})

    def work(self, width: int, /) -> Work:
        return Work(flops=self.rows, bytes=4.0 * width * self.rows, items=self.rows)

    def check(self, inputs: Inputs, observed: Observed, /) -> Mapping[str, float]:
        assert_type(inputs.data, Arrays)
        assert_type(observed.calls, tuple[Arrays, ...])
        assert_type(observed.facts, Mapping[str, str])
        return {"y": observed.unit}

    def tolerance(self, unit: float, /) -> float:
        return 4 * unit


@dataclass(frozen=True)
class Half:
    """Lacks a check and a tolerance."""

    rows: int

    def inputs(self, rng: np.random.Generator, /) -> Inputs:
        return Inputs()

    def work(self, width: int, /) -> Work:
        return Work(0, 0, 0)


def in_torch(params: Rows, inputs: Inputs, session: TorchSession, /) -> Step:
    """For a backend's own session, which offers more than every session does."""

    def doubled(x: torch.Tensor) -> torch.Tensor:
        with session.autocast():
            return 2 * x

    return Step(session.compile(doubled), (inputs.data["x"],), lambda y: {"y": session.fetch(y)})


def in_tensorflow(params: Rows, inputs: Inputs, session: TensorflowSession, /) -> Step:
    """Whatever comes from TensorFlow is Any."""
    return Step(session.compile(lambda x: 2 * session.narrow(x)), (inputs.data["x"],))


def anywhere(params: Rows, inputs: Inputs, session: Session[Any], /) -> Step:
    """For every backend."""
    assert_type(session.unit, float)
    assert_type(session.width, int)
    assert_type(session.asynchronous, bool)
    assert_type(session.traces(), int | None)
    assert_type(session.fetch(session.weight(inputs.data["x"])), Array)
    return Step(lambda x: x, (inputs.data["x"],), facts={"adam": "algorithm 1"}, state=lambda: [1])


def of_tensors(params: Rows, inputs: Inputs, session: Session[torch.Tensor], /) -> Step:
    """For every backend with such tensors."""
    assert_type(session.place(session.host(inputs.data["x"])), torch.Tensor)
    return Step(torch.relu, (inputs.data["x"],))


def of_others(params: Half, inputs: Inputs, session: Session[Any], /) -> Step:
    """For other parameters."""
    return Step(lambda: None)


def no_step(params: Rows, inputs: Inputs, session: Session[Any], /) -> int:
    """Returns something else."""
    return 1


SIZES = {"smoke": Rows(1), "small": Rows(2), "medium": Rows(3), "large": Rows(4)}
rows = Workload(
    name="rows",
    sizes=SIZES,
    axis="rows",
    builders={"torch": in_torch, "tensorflow": in_tensorflow, "mine": anywhere, "theirs": of_tensors},
    summary="twice a matrix",
    presets={"quick": (Grid(sizes=("smoke",), params={"rows": (1, 2)}),)},
)
assert_type(rows, Workload[Rows])
assert_type(rows.params("smoke", rows=2), Rows)
assert_type(rows.replaced(Rows(1), rows=2), Rows)
assert_type(rows.identity(Rows(1)), dict[str, Any])

builder: Builder[Rows, TorchSession] = in_torch
of_any_session: Builder[Rows, TorchSession] = anywhere
addition = Addition("matmul", "mine", anywhere)
limited = Addition("conv2d", "mine", anywhere, limits={"layout": ("native",)})

Workload("half", {"smoke": Half(1)}, "rows", {}, "lacks a check")  # type: ignore[type-var]
Workload("rows", SIZES, "rows", {"torch": of_others}, "of other parameters")  # type: ignore[misc]
Workload("rows", SIZES, "rows", {"torch": no_step}, "returns no step")  # type: ignore[dict-item]
Workload("rows", SIZES, "rows", {}, "no such field", colour="red")  # type: ignore[call-arg]
Work(flops="many", bytes=1, items=1)  # type: ignore[arg-type]
Step(lambda x: x, np.zeros(3))  # type: ignore[arg-type]
Step(lambda x: x, facts={"adam": 1})  # type: ignore[dict-item]
Addition("matmul", "mine", 7)  # type: ignore[arg-type]
Addition("conv2d", "mine", anywhere, limits={"layout": 1})  # type: ignore[dict-item]
print(rows.sizes["smoke"].columns)  # type: ignore[attr-defined]
