"""Differences that intervals alone tell are told as such, since chance tells some of them."""

from __future__ import annotations

from typing import Any

import pytest

from gpubench.analysis.analyse import analyse

STEADY = (1.0, 1.001, 0.999)
SO = "No noise floor is known where no cell was measured twice, so"


def said(made: Any, **how: Any) -> list[tuple[str, str, bool]]:
    found = analyse([made.results(**how)]).caveats
    return [(one.text, one.next, one.first) for one in found if one.kind == "noise"]


def run(invented: Any, *factors: float, **fields: Any) -> Any:
    """torch and TensorFlow, by how many times torch's time, at a size each."""
    made = invented.Invented(**fields)
    for size, factor in enumerate(factors, start=1):
        made.cell(STEADY, size=size)
        made.cell(tuple(factor * step for step in STEADY), size=size, backend="tensorflow")
    return made


def test_it_is_said_how_many_differences_rest_on_intervals_alone_and_what_to_type(invented: Any) -> None:
    alone = "a difference by the interval alone; where nothing differs, one in twenty does so by chance."
    following = ("To measure cells twice, type:", "gpubench run --launches 10")
    for factors, counted in (
        ([*[1.0] * 35, *[1.2] * 4], "4 of 39 ratios of frameworks tell"),
        ([1.2], "1 of 1 ratio of frameworks tells"),
    ):
        text = f"{SO} {counted} {alone} {following[0]}"
        assert said(run(invented, *factors)) == [(text, following[1], False)]


def test_without_a_difference_or_without_intervals_there_is_nothing_to_say(invented: Any) -> None:
    assert said(run(invented, 1.0, 1.0)) == []
    made = invented.Invented()
    made.cell((1.0,))
    made.cell((2.0,), backend="tensorflow")
    assert said(made) == []


def test_where_either_side_was_measured_twice_the_noise_floor_is_known(invented: Any) -> None:
    made = run(invented, 1.2, 1.0)
    made.cell(STEADY, size=2, variant="aa")
    assert said(made) == []
    for device in ("cuda:0", "cuda:1"):
        for backend, factor in (("jax", 1.0), ("other", 3.0)):
            made.cell(tuple(factor * step for step in STEADY), backend=backend, device=device)
    ((text, *_),) = said(made)
    assert text.startswith(f"{SO} 2 of 2 ratios of frameworks tell a difference")


def test_a_speed_up_is_such_a_ratio_too(invented: Any) -> None:
    made = invented.Invented()
    made.cell(STEADY)
    made.cell((0.5, 0.5, 0.5), device="cuda:0")
    ((text, *_),) = said(made)
    assert text.startswith(f"{SO} 1 of 1 speed-up tells")
    made.cell(STEADY, backend="tensorflow")
    ((text, *_),) = said(made)
    assert text.startswith(f"{SO} 0 of 1 ratio of frameworks and 1 of 1 speed-up tell a difference")


def test_so_is_the_ratio_of_two_machines(invented: Any) -> None:
    machines = [invented.Invented(name, host=name) for name in "ab"]
    for made, factor in zip(machines, (1.0, 2.0), strict=True):
        for backend in ("torch", "tensorflow"):
            for device in ("cpu", "cuda:0"):
                made.cell(tuple(factor * step for step in STEADY), backend=backend, device=device)
    (text,) = (one.text for one in analyse([one.results() for one in machines]).caveats if one.kind == "noise")
    assert text.startswith(
        f"{SO} 0 of 4 ratios of frameworks, 0 of 4 speed-ups and 4 of 4 ratios of machines tell a difference"
    )


@pytest.mark.parametrize("fields", [{"command": ["pytest", "--gpubench-out", "x"]}, {}])
def test_nothing_is_to_be_typed_for_what_measures_no_cell_twice_or_can_go_on(invented: Any, fields: Any) -> None:
    ((text, following, _),) = said(run(invented, 1.2, **fields), complete=bool(fields))
    assert (text.endswith("one in twenty does so by chance."), following) == (True, "")
