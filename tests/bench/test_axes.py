"""The axes of a selection: what a preset measures, what was typed, and what does not apply."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpubench.axes import Axes, Point, parse
from gpubench.backend import Backend
from gpubench.errors import UsageError
from gpubench.plugins import load_target
from gpubench.selection import Selection
from gpubench.workload import Grid, Inputs, Observed, Work, Workload

EAGER: Backend = load_target(f"{Path(__file__).parent / 'plugins' / 'toy.py'}:toy")
TRACED = replace(EAGER, name="traced", modes={"graph": "", "eager": ""}, precisions=("float32", "bfloat16"))


@dataclass(frozen=True)
class Layer:
    """Every type that a parameter may have, and one that is no part of the identity."""

    n: int
    style: str = "raw"
    bias: bool = True
    rate: float = 0.5
    folder: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        if self.n < 1:
            raise ValueError("n must be at least 1")

    def inputs(self, rng: np.random.Generator, /) -> Inputs:
        return Inputs()

    def work(self, width: int, /) -> Work:
        return Work(flops=self.n, bytes=0, items=1)

    def check(self, inputs: Inputs, observed: Observed, /) -> Mapping[str, float]:
        return {}

    def tolerance(self, unit: float, /) -> float:
        return unit


@dataclass(frozen=True)
class Density(Layer):
    """Grows along an axis that counts nothing."""

    n: int = 1
    share: float = 0.5


def bound(params: Layer, folder: str) -> Layer:
    return replace(params, folder=folder, style="real")


SIZES = {"smoke": Layer(1), "small": Layer(8), "medium": Layer(64), "large": Layer(512)}
LAYER = Workload(name="layer", sizes=SIZES, axis="n", builders={}, summary="")
DENSITY = Workload(name="density", sizes={"smoke": Density(share=0.25)}, axis="share", builders={}, summary="")


def points(workload: Workload[Any], backends: Sequence[Backend] = (EAGER,), **selection: Any) -> list[Point]:
    """Those of one workload, after making sure that everything that was typed was used."""
    axes = Axes(Selection(**selection))
    found = list(axes.points(workload, backends))
    axes.refuse_unused([workload], backends)
    return found


def values(found: Sequence[Point], name: str) -> list[Any]:
    return [getattr(point.params, name) for point in found]


@pytest.mark.parametrize(
    ("preset", "sizes"), [("quick", [8, 64]), ("standard", [1, 8, 64, 512]), ("thorough", [1, 8, 64, 512])]
)
def test_a_preset_picks_sizes(preset: str, sizes: list[int]) -> None:
    assert values(points(LAYER, preset=preset), "n") == sizes


def test_a_workload_that_has_none_of_the_presets_sizes_runs_all_its_own() -> None:
    own = replace(LAYER, sizes={"tiny": Layer(2), "smoke": Layer(3)})
    assert values(points(own, preset="quick"), "n") == [2, 3]
    assert values(points(own, preset="standard"), "n") == [3]


def test_a_workload_may_have_grids_of_its_own_for_a_preset() -> None:
    grids = (Grid(("smoke", "huge")), Grid(("small",), {"style": ("a", "b"), "bias": (False,)}, data=("host",)))
    own = replace(LAYER, presets={"quick": grids})
    found = points(own)
    assert [(point.params.n, point.params.style, point.params.bias, point.data) for point in found] == [
        (1, "raw", True, "resident"), (8, "a", False, "host"), (8, "b", False, "host"),
    ]  # fmt: skip
    assert values(points(own, preset="standard"), "n") == [1, 8, 64, 512]


def test_defaults_are_the_workloads_first_precision_and_each_backends_first_mode() -> None:
    found = points(LAYER, (EAGER, TRACED), sizes=("smoke",))
    assert [(point.backend.name, point.precision, point.mode, point.data) for point in found] == [
        ("toy", "float32", "eager", "resident"), ("traced", "float32", "graph", "resident"),
    ]  # fmt: skip


@pytest.mark.parametrize("size", ["small", "8"])
def test_a_size_by_name_and_by_value_is_the_same(size: str) -> None:
    assert [point.params for point in points(LAYER, sizes=(size,))] == [Layer(8)]
    assert type(points(LAYER, sizes=(size,))[0].params.n) is int


def test_sizes_that_are_typed_stand_in_for_the_presets() -> None:
    assert values(points(LAYER, sizes=("large", "100", "smoke")), "n") == [512, 100, 1]


@pytest.mark.parametrize(("text", "value"), [("0.25", 0.25), ("1", 1.0), ("2e-3", 0.002)])
def test_a_size_has_the_type_of_its_axis(text: str, value: float) -> None:
    (point,) = points(DENSITY, sizes=(text,))
    assert point.params.share == value
    assert type(point.params.share) is float


@pytest.mark.parametrize("size", ["8.0", "8.5", "1e3", "nan", "inf", "eight", ""])
def test_a_size_that_the_axis_cannot_count_is_wrong_use(size: str) -> None:
    with pytest.raises(UsageError, match=f"^--size {size}: no selected workload and backend has it") as refusal:
        points(LAYER, sizes=("small", size))
    assert refusal.value.hint == "known here: smoke, small, medium, large"


@pytest.mark.parametrize("size", ["nan", "inf", "-inf"])
def test_no_size_is_without_a_number(size: str) -> None:
    with pytest.raises(UsageError, match=f"--size {size}"):
        points(DENSITY, sizes=(size,))


def test_a_size_that_the_workload_refuses_is_wrong_use_in_its_words() -> None:
    with pytest.raises(UsageError, match="layer can't be made with n=0: n must be at least 1"):
        points(LAYER, sizes=("0",))


def test_a_size_that_one_workload_has_is_no_matter_for_another() -> None:
    axes = Axes(Selection(sizes=("medium", "0.75")))
    assert [point.params.n for point in axes.points(LAYER, (EAGER,))] == [64]
    assert [point.params.share for point in axes.points(DENSITY, (EAGER,))] == [0.75]
    axes.refuse_unused([LAYER, DENSITY], (EAGER,))


def test_parameters_multiply() -> None:
    found = points(LAYER, sizes=("smoke",), params={"style": ("a", "b"), "rate": ("1", "0.1")})
    assert [(point.params.style, point.params.rate) for point in found] == [
        ("a", 1.0), ("a", 0.1), ("b", 1.0), ("b", 0.1),
    ]  # fmt: skip


def test_a_typed_parameter_stands_in_for_the_presets() -> None:
    own = replace(LAYER, presets={"quick": (Grid(("smoke",), {"style": ("a", "b")}),)})
    assert values(points(own, params={"style": ("c",)}), "style") == ["c"]


def test_a_workload_without_any_of_the_parameters_has_no_cell() -> None:
    axes = Axes(Selection(params={"share": ("0.5",)}))
    assert list(axes.points(LAYER, (EAGER,))) == []
    assert values(list(axes.points(DENSITY, (EAGER,))), "share") == [0.5]
    axes.refuse_unused([LAYER, DENSITY], (EAGER,))


def test_limits_of_a_backend_plan_no_cell_there() -> None:
    own = replace(LAYER, limits={"toy": {"style": ("raw",)}})
    found = points(own, (EAGER, TRACED), sizes=("smoke",), params={"style": ("raw", "keras")})
    assert [(point.params.style, point.backend.name) for point in found] == [
        ("raw", "toy"), ("raw", "traced"), ("keras", "traced"),
    ]  # fmt: skip


def test_precisions_modes_and_data_multiply_where_they_have_a_meaning() -> None:
    own = replace(LAYER, precisions=("float32", "float64", "bfloat16"))
    found = points(
        own, (EAGER, TRACED), sizes=("smoke",), precisions=("float64", "bfloat16"), modes=("eager", "graph", "slow"),
        data=("host", "resident"),
    )  # fmt: skip
    assert [(point.backend.name, point.precision, point.mode, point.data) for point in found] == [
        ("toy", "float64", "eager", "host"), ("toy", "float64", "eager", "resident"),
        ("toy", "float64", "slow", "host"), ("toy", "float64", "slow", "resident"),
        ("traced", "bfloat16", "eager", "host"), ("traced", "bfloat16", "eager", "resident"),
        ("traced", "bfloat16", "graph", "host"), ("traced", "bfloat16", "graph", "resident"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("workload", "typed"),
    [
        (replace(LAYER, precisions=("float32",)), {"precisions": ("float64",)}),
        (LAYER, {"precisions": ("bfloat16",)}),
        (replace(LAYER, data=("resident",)), {"data": ("host",)}),
    ],
)
def test_what_no_workload_and_backend_has_is_wrong_use(workload: Workload[Any], typed: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="no selected workload and backend has it"):
        points(workload, **typed)


@pytest.mark.parametrize(
    ("typed", "message", "known"),
    [
        ({"sizes": ("smal",)}, "--size smal: .*; did you mean 'small'?", "smoke, small, medium, large"),
        ({"params": {"stile": ("a",)}}, "--param stile: .*; did you mean 'style'?", "n, style, bias, rate"),
        ({"precisions": ("flot32",)}, "--precision flot32: .*; did you mean 'float32'?", "float32, tf32"),
        ({"modes": ("grap",)}, "--mode grap: .*; did you mean 'graph'?", "eager, slow, graph"),
        ({"data": ("hots",)}, "--data hots: .*; did you mean 'host'?", "resident, host"),
        ({"modes": ("eager", "jit")}, "--mode jit: no selected workload and backend has it", "eager, slow, graph"),
    ],
)
def test_a_typing_error_is_wrong_use_and_told_what_was_meant(typed: dict[str, Any], message: str, known: str) -> None:
    with pytest.raises(UsageError, match=message.replace("?", r"\?$")) as refusal:
        points(LAYER, (EAGER, TRACED), **typed)
    assert refusal.value.hint.startswith(f"known here: {known}")
    assert refusal.value.exit_code == 2


def test_a_value_that_is_known_but_unused_is_not_guessed_to_be_itself() -> None:
    with pytest.raises(UsageError, match=r"^--precision bfloat16: no selected workload and backend has it$"):
        points(LAYER, precisions=("bfloat16",))


def test_a_wrong_parameter_is_told_before_the_rest_that_it_left_unused() -> None:
    with pytest.raises(UsageError, match="--param stile"):
        points(LAYER, sizes=("small",), modes=("eager",), params={"stile": ("a",)})


def test_the_users_data_is_bound_where_a_workload_takes_it() -> None:
    own = replace(LAYER, with_data=bound)
    (point,) = points(own, sizes=("smoke",), data_dir="/data")
    assert (point.params.folder, point.params.style) == ("/data", "real")
    assert points(own, sizes=("smoke",))[0].params.folder == ""


def test_data_that_no_workload_takes_is_wrong_use() -> None:
    with pytest.raises(UsageError, match=r"^--data-dir /data: layer trains on no files$") as refusal:
        points(LAYER, data_dir="/data")
    assert "`gpubench list -v`" in refusal.value.hint


def test_all_workloads_that_take_no_data_are_named() -> None:
    axes = Axes(Selection(data_dir="/data"))
    with pytest.raises(UsageError, match="layer, density train on no files"):
        axes.refuse_unused([LAYER, DENSITY], (EAGER,))


@pytest.mark.parametrize("size", ["small", "8"])
def test_the_axis_as_a_parameter_beside_a_size_is_wrong_use(size: str) -> None:
    with pytest.raises(UsageError, match=f"^--param n=3,4 and --size {size} both say how large layer is$") as refusal:
        points(LAYER, sizes=(size,), params={"n": ("3", "4")})
    assert refusal.value.hint == "say it once: --size 3,4"


def test_the_axis_as_a_parameter_alone_is_a_size() -> None:
    assert set(values(points(LAYER, params={"n": ("3", "4")}), "n")) == {3, 4}


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("n", "12", 12), ("style", "12", "12"), ("rate", "12", 12.0), ("rate", "1e-3", 0.001),
        ("bias", "true", True), ("bias", "False", False),
    ],
)  # fmt: skip
def test_a_parameter_is_read_in_its_type(name: str, text: str, value: object) -> None:
    found = parse(LAYER, name, text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("name", "text", "wants", "example"),
    [
        ("n", "1.5", "a int", "n=1"), ("rate", "fast", "a float", "rate=0.5"), ("rate", "nan", "a float", "rate=0.5"),
        ("rate", "inf", "a float", "rate=0.5"), ("bias", "1", "a bool", "bias=True"), ("bias", "", "a bool", "bias="),
    ],
)  # fmt: skip
def test_a_parameter_of_another_type_is_wrong_use(name: str, text: str, wants: str, example: str) -> None:
    with pytest.raises(UsageError, match=f"^--param {name}={text}: layer wants {wants} there$") as refusal:
        parse(LAYER, name, text)
    assert refusal.value.hint.startswith(f"for example {example}")


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_any_finite_number_is_read_to_the_last_digit(number: float) -> None:
    assert parse(LAYER, "rate", repr(number)) == number
    assert math.copysign(1, parse(LAYER, "rate", repr(number))) == math.copysign(1, number)
