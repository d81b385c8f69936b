"""Wrong work is caught by name: a wrong answer, NaN, a tensor elsewhere, folded work, a recipe not followed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from gpubench.errors import Unsupported
from gpubench.worker.check import Cell, check, check_recipe, fallen_back, finite, folded, misplaced
from gpubench.worker.prepared import prepare
from gpubench.workload import Inputs, Step, Work

UNIT = 2.0**-24


def opened(toy, precision="float32"):
    return toy.start(1, "cpu").open("cpu", precision, "eager")


def made(workload, session, **params):
    return prepare(workload, "toy", workload.params("small", **params), session, 0)


def checked(workload, session, **params):
    prepared = made(workload, session, **params)
    call = prepared.resident()
    return check(workload, prepared, call(), call)


def folding(prepared):
    return folded(prepared, prepared.placed(), 0)


def with_step(workload, make):
    """The workload with a step of its own: make(params, inputs, session)."""
    return replace(workload, builders={"toy": make})


@pytest.fixture
def session(toy):
    return opened(toy)


def test_a_right_answer_is_right(doubling, session):
    verdict = checked(doubling, session)
    assert verdict.right
    assert verdict.errors == {"y": 0.0}
    assert verdict.tolerance == 4 * UNIT


def test_a_wrong_answer_is_named_with_the_size_of_its_error(doubling, session):
    """2.5x for 2x: the largest error is half the largest input, over the root mean square of 2x."""
    verdict = checked(doubling, session, fault="wrong")
    x = made(doubling, session).seen.data["x"]
    size = 0.5 * np.abs(x).max() / np.sqrt(np.mean((2 * x) ** 2))
    assert not verdict.right
    assert verdict.errors["y"] == pytest.approx(size, rel=1e-5)
    assert verdict.wrong == f"the output is wrong: error of y is {size:.3g}, at most {4 * UNIT:.3g} is right"


def test_nan_is_wrong_and_its_error_is_null(doubling, session):
    verdict = checked(doubling, session, fault="nan")
    assert verdict.errors == {"y": None}
    assert verdict.wrong.startswith("the output is wrong: error of y is nan")


@pytest.mark.parametrize("error", [np.inf, -np.inf, np.nan])
def test_what_is_no_finite_number_is_null_in_a_record(error: float):
    assert finite(error) is None
    assert finite(np.float32(0.5)) == 0.5


@dataclass(frozen=True)
class Counting:
    """Params whose check is the number of calls it was shown."""

    n: int = 1
    expected: int = 3
    made: list[int] = field(default_factory=list, compare=False)

    def inputs(self, rng, /):
        return Inputs()

    def work(self, width, /):
        return Work(0, 0, 1)

    def check(self, inputs, observed, /):
        shown = [int(call["count"]) for call in observed.calls]
        return {"calls": float(shown != list(range(1, self.expected + 1)))}

    def tolerance(self, unit, /):
        return 0.0


@pytest.mark.parametrize(("calls", "right"), [(1, False), (2, False), (3, True), (4, False)])
def test_as_many_calls_are_observed_as_the_workload_declares(doubling, session, calls: int, right: bool):
    count = 0

    def call():
        nonlocal count
        count += 1
        return count

    counting = Counting()
    step = Step(call, observe=lambda output: {"count": np.array(output)})
    workload = replace(
        doubling, sizes={"small": counting}, builders={"toy": lambda *_: step}, checked_calls=calls
    )  # fmt: skip
    assert checked(workload, session).right is right


@pytest.mark.parametrize("where", ["output", "weight or optimiser state", "input"])
def test_a_tensor_that_is_elsewhere_is_named(doubling, session, where: str):
    lying = {"output": ["here"], "weight or optimiser state": ["here"], "input": ["here"], where: ["astray"]}
    step = Step(lambda: None, state=lambda: lying["weight or optimiser state"])
    prepared = made(with_step(doubling, lambda *_: step), session)
    session.strays = lambda tensors: ["a toy on the floor"] if "astray" in tensors else []
    assert misplaced(prepared, lying["output"], lying["input"]) == f"{where} is not on the device: a toy on the floor"


@pytest.mark.parametrize("where", ["output", "state"])
def test_a_scalar_may_lie_elsewhere_in_the_state_alone(doubling, session, where: str):
    """Torch's Adam counts its steps on the host; a loss there would mean a wait inside the step."""
    scalar, array = np.array(1.0), np.ones(3)
    output, state = (scalar, (array,)) if where == "output" else (array, (array, scalar))
    prepared = made(with_step(doubling, lambda *_: Step(lambda: output, state=lambda: state)), session)

    def strays(tensors):
        return (
            ["a scalar"] if any(one is scalar for one in (tensors if isinstance(tensors, list) else [tensors])) else []
        )

    session.strays = strays
    assert misplaced(prepared, output, ()) == ("output is not on the device: a scalar" if where == "output" else "")


def test_what_lies_on_the_device_is_not_misplaced(doubling, session):
    prepared = made(doubling, session)
    assert misplaced(prepared, np.ones(3), prepared.placed().feeds) == ""


@pytest.mark.parametrize(
    ("asynchronous", "watches", "told"), [(True, True, True), (False, True, False), (True, False, False)]
)
def test_an_operation_elsewhere_is_named_where_the_session_can_see_it(
    doubling, session, asynchronous: bool, watches: bool, told: bool
):
    """On the CPU there is nowhere else to go: nobody is asked."""
    calls = []
    session.asynchronous = asynchronous
    if watches:
        session.stray_operations = lambda call: call() or ["Add ran on CPU:0", "Mul ran on CPU:0"]
    reason = fallen_back(made(doubling, session), lambda: calls.append("made"))
    assert (reason == "part of the work is not done on the device: Add ran on CPU:0", len(calls)) == (told, int(told))
    session.stray_operations = lambda call: []
    assert fallen_back(made(doubling, session), lambda: None) == ""


def test_work_folded_into_a_constant_is_found_though_its_answer_is_right(doubling, session):
    assert checked(doubling, session, fault="folded").right
    assert folding(made(doubling, session, fault="folded")) == (
        "the output is the same for different data in feed 0: the work was folded away"
    )


def test_closed_over_data_is_refused_though_its_answer_is_right(doubling, session):
    assert checked(doubling, session, fault="closure").right
    assert folding(made(doubling, session, fault="closure")).startswith("the step takes no feeds")


def test_honest_work_is_not_folded(doubling, session):
    assert folding(made(doubling, session)) == ""


def test_no_work_on_no_data_is_no_folding(doubling, session):
    workload = with_step(replace(doubling, sizes={"small": Counting()}), lambda *_: Step(lambda: None))
    assert folding(made(workload, session)) == ""


@pytest.mark.parametrize("used", [0, 1])
def test_each_feed_must_matter(doubling, session, used: int):
    """Labels that a compiler dropped, say: the other feed alone decides the output."""
    step = Step(
        lambda *feeds: feeds[used] * 2, (np.ones(4), np.ones(4)), observe=lambda output: {"y": np.asarray(output)}
    )
    reason = folding(made(with_step(doubling, lambda *_: step), session))
    assert reason == f"the output is the same for different data in feed {1 - used}: the work was folded away"


@pytest.mark.parametrize("labels", [[3], [3, 3, 3], [0], [0, 0]])
def test_labels_that_are_all_alike_are_no_folding(doubling, session, labels: list[int]):
    """A batch of one has one label; rolled, it would be the same."""
    step = Step(lambda x, y: x + y, (np.ones(len(labels)), np.array(labels)), observe=lambda output: {"y": output})
    assert folding(made(with_step(doubling, lambda *_: step), session)) == ""


def test_one_output_that_changes_is_enough(doubling, session):
    step = Step(lambda x: (x, 1), (np.ones(4),), observe=lambda output: {"y": output[0], "constant": np.ones(1)})
    assert folding(made(with_step(doubling, lambda *_: step), session)) == ""


def test_looking_for_folded_work_leaves_the_weights_as_they_were(doubling, session):
    """And each look starts from them: else any step that changes its weights would pass for honest."""
    weights = np.zeros(4)

    def call(x):
        weights[:] += 1  # changes at every call, whatever x is
        return weights

    step = Step(call, (np.ones(4),), observe=lambda output: {"w": output.copy()}, state=lambda: [weights])
    assert "folded away" in folding(made(with_step(doubling, lambda *_: step), session))
    assert (weights == 0).all()


def test_looking_for_folded_work_leaves_the_feeds_as_they_were(doubling, session):
    prepared = made(doubling, session)
    placed = prepared.placed()
    before = placed().copy()
    folded(prepared, placed, 0)
    assert np.array_equal(placed(), before)


def off_by(relative: float):
    """A step of the toy whose answer is off by this share."""

    def build(params, inputs, session):
        return Step(
            lambda x: x * session.dtype.type(2) * session.dtype.type(1 + relative),
            (inputs.data["x"],),
            lambda y: {"y": session.fetch(y)},
        )

    return build


def with_recipe(doubling, build=None):
    return replace(doubling, recipe=lambda params: replace(params, n=8), builders={"toy": build or off_by(0.0)})


CELL = Cell("cpu", "eager", 0)


def test_a_fault_that_rounding_hides_is_found_by_the_recipe(doubling, toy):
    workload = with_recipe(doubling, off_by(1e-9))
    params = workload.sizes["small"]
    assert checked(workload, opened(toy)).right
    verdict = check_recipe(workload, "toy", params, toy.start(1, "cpu"), CELL)
    size = verdict.errors["recipe y"]
    assert 1e-9 < size < 1e-8
    assert verdict.wrong == f"the recipe in float64 is wrong: error of recipe y is {size:.3g}, at most 1e-10 is right"


def test_a_recipe_that_is_followed_is_right(doubling, toy):
    workload = with_recipe(doubling)
    assert check_recipe(workload, "toy", workload.sizes["small"], toy.start(1, "cpu"), CELL).right


def test_a_recipe_with_nan_is_wrong_and_its_error_is_null(doubling, toy):
    workload = with_recipe(doubling, off_by(np.nan))
    verdict = check_recipe(workload, "toy", workload.sizes["small"], toy.start(1, "cpu"), CELL)
    assert verdict.errors == {"recipe y": None}
    assert re.match("the recipe in float64 is wrong: error of recipe y is nan", verdict.wrong)


def test_the_recipes_tolerance_is_the_workloads(doubling, toy):
    workload = replace(with_recipe(doubling, off_by(1e-9)), recipe_tolerance=1e-6)
    assert check_recipe(workload, "toy", workload.sizes["small"], toy.start(1, "cpu"), CELL).right


def test_the_recipe_is_opened_in_float64_on_the_cells_device_and_mode(doubling, toy):
    opened_with = []
    runtime = toy.start(1, "cpu")
    open_ = runtime.open
    runtime.open = lambda *arguments: opened_with.append(arguments) or open_(*arguments)
    check_recipe(with_recipe(doubling), "toy", doubling.sizes["small"], runtime, Cell("toy:1", "slow", 0))
    assert opened_with == [("toy:1", "float64", "slow")]


def test_without_a_recipe_there_is_nothing_to_follow(doubling, toy):
    with pytest.raises(Unsupported):
        check_recipe(doubling, "toy", doubling.sizes["small"], toy.start(1, "cpu"), CELL)
