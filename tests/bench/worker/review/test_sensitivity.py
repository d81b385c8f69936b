"""A check that takes wrong outputs for right is found, and a good one is not blamed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from gpubench.worker.review.sensitivity import Check
from gpubench.workload import Inputs, Observed

WANT = np.linspace(-1, 2, 7)
ALL = ["outputs that are all zero", "outputs that are 5 % too large", "outputs that are no number (NaN)"]


@dataclass
class Params:
    """rule: the error of the outputs by name."""

    rule: Any

    def check(self, inputs, observed):
        return self.rule(observed.calls[-1])


def error(y, want=WANT):
    return float(np.abs(y - want).max() / np.sqrt(np.mean(want**2)))


def check(rule, tolerance=1e-6, **outputs):
    shown = {name: np.array(array, dtype=float) for name, array in (outputs or {"y": WANT}).items()}
    return Check(Params(rule), Inputs(), Observed((shown,), {}, 2.0**-24), tolerance)


def test_a_good_check_refuses_everything():
    good = check(lambda seen: {"y": error(seen["y"])})
    assert list(good.accepted()) == []
    assert list(good.unseen()) == []


@pytest.mark.parametrize(
    ("rule", "accepted"),
    [
        (lambda seen: {"y": 0.0}, ALL),
        (lambda seen: {}, ALL),
        (lambda seen: {"y": max(0.0, error(seen["y"]))}, ALL[2:]),
        (lambda seen: {"y": error(seen["y"] / np.abs(seen["y"]).max(), WANT / 2)}, ["outputs that are 5 % too large"]),
        (lambda seen: {"y": float(seen["y"].sum() > 1e3)}, ALL),
    ],
    ids=["looks at nothing", "returns nothing", "loses a NaN", "is blind to scale", "compares one sum"],
)
def test_what_a_check_accepts_is_named(rule, accepted):
    with np.errstate(invalid="ignore", divide="ignore"):
        assert list(check(rule).accepted()) == accepted


def test_a_wide_tolerance_is_tried_with_a_larger_fault():
    wide = check(lambda seen: {"y": error(seen["y"])}, tolerance=0.1)
    assert list(wide.accepted()) == []
    assert list(check(lambda seen: {"y": error(seen["y"]) / 100}, tolerance=0.1).accepted()) == [
        ALL[0], "outputs that are 40 % too large",
    ]  # fmt: skip


def test_a_check_that_raises_refuses():
    def raising(seen):
        if not np.isfinite(seen["y"]).all():
            raise FloatingPointError
        return {"y": error(seen["y"])}

    assert list(check(raising).accepted()) == []


def test_what_the_check_does_not_look_at_is_named():
    rule = check(lambda seen: {"y": error(seen["y"])}, y=WANT, scale=[2.0])
    assert list(rule.accepted()) == []
    assert list(rule.unseen()) == ["scale"]


def test_outputs_that_are_zero_tell_nothing_of_zero():
    assert ALL[0] not in list(check(lambda seen: {"y": 0.0}, y=np.zeros(3)).accepted())


def test_integers_are_changed_by_one():
    seen = {"labels": np.array([1, 2])}
    rule = lambda seen: {"labels": float((seen["labels"] != [1, 2]).any())}  # noqa: E731
    made = Check(Params(rule), Inputs(), Observed((seen,), {}, 1.0), 0.5)
    assert list(made.accepted()) == []
