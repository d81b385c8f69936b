"""Whether the samples of a launch drift."""

from __future__ import annotations

import pytest

from gpubench.analysis.analyse import analyse
from gpubench.analysis.distribution import Distribution


def drift(invented, *samples: float) -> float | None:
    made = invented.Invented()
    made.cell((1.0,) * 3)
    (cell,) = analyse([made.results()]).cells
    return Distribution(cell, ((0, samples),)).drift()[0]


@pytest.mark.parametrize("odd", [(), (7.0,)])
def test_drift_is_how_much_longer_the_later_half_takes(invented, odd):
    """The one in the middle of an odd number is in neither half."""
    assert drift(invented, *(2.0,) * 4, *odd, *(2.5,) * 4) == pytest.approx(0.25)


def test_one_slow_sample_is_no_drift(invented):
    assert drift(invented, *(2.0,) * 7, 90.0) == 0


def test_a_few_samples_have_none(invented):
    assert drift(invented, 1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 2.0) is None
