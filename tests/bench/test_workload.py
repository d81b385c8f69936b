"""What the author of a workload meets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import FrozenInstanceError, dataclass, field
from typing import Any

import numpy as np
import pytest

from gpubench.errors import UsageError
from gpubench.workload import Inputs, Observed, Step, Work, Workload


@dataclass(frozen=True)
class Layer:
    """A word that Python keeps, a value that is checked, and a path that is no part of the identity."""

    batch: int
    pass_: str = field(default="forward", metadata={"name": "pass"})
    folder: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        if self.batch < 1:
            raise ValueError("batch must be at least 1")

    def inputs(self, rng: np.random.Generator, /) -> Inputs:
        return Inputs(data={"x": rng.standard_normal(self.batch)})

    def work(self, width: int, /) -> Work:
        return Work(flops=self.batch, bytes=width * self.batch, items=self.batch)

    def check(self, inputs: Inputs, observed: Observed, /) -> Mapping[str, float]:
        return {}

    def tolerance(self, unit: float, /) -> float:
        return unit


@pytest.fixture
def layer() -> Workload[Layer]:
    """A workload of two sizes."""
    sizes = {"smoke": Layer(1), "small": Layer(8, "both", "/data")}
    return Workload(name="layer", sizes=sizes, axis="batch", builders={}, summary="a layer")


def test_parameters_are_called_as_users_type_them(layer: Workload[Layer]) -> None:
    assert layer.parameters == ("batch", "pass")
    assert layer.identity(layer.sizes["small"]) == {"batch": 8, "pass": "both"}


def test_a_size_is_taken_by_name_with_some_of_it_replaced(layer: Workload[Layer]) -> None:
    assert layer.params("small") == Layer(8, "both")
    assert layer.params("small", batch=2) == Layer(2, "both")
    assert layer.params("smoke", **{"pass": "both"}) == Layer(1, "both")


def test_what_is_no_part_of_the_identity_stays_when_something_is_replaced(layer: Workload[Layer]) -> None:
    assert layer.params("small", batch=2).folder == "/data"


def test_a_size_that_is_not_there_is_refused_with_those_that_are(layer: Workload[Layer]) -> None:
    with pytest.raises(UsageError, match=r"^layer has no size 'huge'$") as refusal:
        layer.params("huge")
    assert refusal.value.hint == "its sizes: smoke, small"


@pytest.mark.parametrize("name", ["pass_", "folder", "colour"])
def test_a_parameter_that_is_not_there_is_refused_with_those_that_are(name: str, layer: Workload[Layer]) -> None:
    with pytest.raises(UsageError, match=f"^layer has no parameter '{name}'$") as refusal:
        layer.replaced(Layer(1), **{name: "x"})
    assert refusal.value.hint == "its parameters: batch, pass"


def test_a_value_that_the_workload_refuses_is_wrong_use_in_its_own_words(layer: Workload[Layer]) -> None:
    with pytest.raises(UsageError, match=r"^layer can't be made with batch=0: batch must be at least 1$"):
        layer.params("smoke", batch=0)


def test_a_value_of_a_wrong_type_is_wrong_use(layer: Workload[Layer]) -> None:
    with pytest.raises(UsageError, match=r"^layer can't be made with batch=x: "):
        layer.params("smoke", batch="x")


def test_a_step_that_shows_nothing_changes_nothing() -> None:
    step = Step(call=lambda: 1)
    assert step.observe(step.call()) == {}
    assert list(step.state()) == []
    assert (step.feeds, dict(step.facts)) == ((), {})


@pytest.mark.parametrize(
    ("value", "name"), [(Work(1, 2, 3), "flops"), (Inputs(), "data"), (Step(call=lambda: 1), "call")]
)
def test_what_travels_can_not_be_changed(value: Any, name: str) -> None:
    with pytest.raises(FrozenInstanceError):
        setattr(value, name, None)
