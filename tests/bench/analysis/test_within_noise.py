"""A difference that a run also finds between a cell and itself is not told without a word."""

from __future__ import annotations

from typing import Any

import pytest

from gpubench.analysis.analyse import analyse

STEADY = (1.0, 1.001, 0.999)


def said(made: Any) -> list[tuple[str, str]]:
    return [(one.text, one.next) for one in analyse([made.results()]).caveats if one.kind == "noise"]


def run(invented: Any, partner: float, other: float) -> Any:
    """torch, its A/A partner and TensorFlow, by how many times torch's time."""
    made = invented.Invented("a")
    made.cell(STEADY)
    made.cell(tuple(partner * step for step in STEADY), variant="aa")
    made.cell(tuple(other * step for step in STEADY), backend="tensorflow")
    return made


@pytest.mark.parametrize(("partner", "other"), [(1.0, 1.2), (1.1, 1.2), (1.1, 0.8)])
def test_a_difference_beyond_the_floor_needs_no_word(invented: Any, partner: float, other: float) -> None:
    assert said(run(invented, partner, other)) == []


@pytest.mark.parametrize(
    ("partner", "other", "size"), [(1.3, 1.2, "up to 30 %"), (1.3, 0.8, "up to 30 %"), (20, 15, "over 1,000 %")]
)
def test_a_difference_within_the_floor_is_told_with_what_to_type(
    invented: Any, partner: float, other: float, size: str
) -> None:
    text = (
        "1 of 1 differences told are within the noise floor: this run finds as much between a cell and itself "
        f"({size}). More launches, on a quiet machine, tell:"
    )
    assert said(run(invented, partner, other)) == [(text, "gpubench run --launches 10")]
    (caveat,) = [one for one in analyse([run(invented, partner, other).results()]).caveats if one.kind == "noise"]
    assert caveat.first, "it is of every difference told"


def test_what_was_not_told_apart_is_not_counted(invented: Any) -> None:
    made = invented.Invented("a")
    made.cell((1.0, 1.3, 0.7))
    made.cell((2.0, 2.3, 1.7), variant="aa")
    made.cell((1.1, 0.8, 1.4), backend="tensorflow")
    assert said(made) == []


def test_the_floor_of_one_backend_counts_where_it_is_compared(invented: Any) -> None:
    made = run(invented, 1.0, 1.2)
    made.cell(tuple(1.2 * 1.5 * step for step in STEADY), backend="tensorflow", variant="aa")
    assert len(said(made)) == 1
