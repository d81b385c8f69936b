"""Inputs that the harness can't count on are found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from gpubench.worker.review import arrays
from gpubench.workload import Inputs


@dataclass(frozen=True)
class Params:
    """draw: makes the inputs."""

    draw: Any

    def inputs(self, rng):
        return self.draw(rng)


def finding(draw):
    (one,) = arrays.of(Params(draw), seed=3)
    return one


@pytest.mark.parametrize(
    "draw",
    [
        lambda rng: Inputs(),
        lambda rng: Inputs(data={"x": rng.standard_normal(8)}),
        lambda rng: Inputs(data={"labels": rng.integers(10, size=8)}, weights={"w": rng.standard_normal((2, 2))}),
        lambda rng: Inputs(data={"mask": rng.random(8) > 0.5}),
        lambda rng: Inputs(data={"one": np.ones(1)}),
    ],
    ids=["none", "floats", "labels and weights", "truth values", "one number"],
)
def test_right_inputs_pass(draw):
    assert finding(draw).level == "pass"


@pytest.mark.parametrize(
    ("draw", "level", "says"),
    [
        (lambda rng: {"x": rng.standard_normal(8)}, "fail", "they are a dict"),
        (
            lambda rng: Inputs({"x": rng.standard_normal(8).astype(np.float32)}),
            "fail",
            "x is in float32, not in float64",
        ),
        (lambda rng: Inputs({"x": [1.0, 2.0]}), "fail", "x is a list, not a NumPy array"),
        (lambda rng: Inputs({"x": np.array(["a"])}), "fail", "x is a ndarray, not a NumPy array of numbers"),
        (lambda rng: Inputs({"x": np.random.default_rng().random(8)}), "fail", "x differs from one call to the next"),
        (lambda rng: Inputs(weights={"w": np.random.default_rng().random(8)}), "fail", "w differs"),
        (lambda rng: Inputs({"x": np.zeros(8)}), "warn", "all numbers of x are the same"),
    ],
)
def test_a_mistake_is_said_with_its_line_and_what_to_do(draw, level, says):
    one = finding(draw)
    assert one.level == level
    assert says in one.says
    assert one.line == f"{__file__}:{Params.inputs.__code__.co_firstlineno}"
    assert one.hint
