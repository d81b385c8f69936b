"""Differences that intervals alone tell are told as such, since chance tells some of them."""

from __future__ import annotations

from typing import Any

import pytest

from gpubench.analysis.analyse import analyse

STEADY = (1.0, 1.001, 0.999)
SO = "no cell of their backends and devices was measured twice. So"


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


def test_how_many_differences_intervals_alone_tell_and_how_many_chance_does(invented: Any) -> None:
    alone = "a difference by the interval alone; where nothing differs, one in twenty does so by chance"
    command = "gpubench run --launches 10"
    many = f"For 39 ratios the noise floor is not known: {SO} 4 of them tell {alone}, here about 2."
    one = f"For 1 ratio the noise floor is not known: {SO} 1 of them tells {alone}."
    for made, text in ((run(invented, *[1.0] * 35, *[1.2] * 4), many), (run(invented, 1.2), one)):
        assert said(made) == [(f"{text} To measure cells twice, type:", command, False)]


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
    assert text.startswith(f"For 2 ratios the noise floor is not known: {SO} 2 of them tell a difference")


def test_a_speed_up_is_such_a_ratio_too(invented: Any) -> None:
    made = invented.Invented()
    made.cell(STEADY)
    made.cell((0.5, 0.5, 0.5), device="cuda:0")
    ((text, *_),) = said(made)
    assert text.startswith("For 1 ratio")


@pytest.mark.parametrize("fields", [{"command": ["pytest", "--gpubench-out", "x"]}, {}])
def test_nothing_is_to_be_typed_for_what_measures_no_cell_twice_or_can_go_on(invented: Any, fields: Any) -> None:
    ((text, following, _),) = said(run(invented, 1.2, **fields), complete=bool(fields))
    assert (text.endswith("one in twenty does so by chance."), following) == (True, "")
