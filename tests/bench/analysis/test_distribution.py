"""Whether the samples of a launch drift."""

from __future__ import annotations

import pytest

from gpubench.analysis.analyse import analyse
from gpubench.analysis.distribution import Distribution
from gpubench.worker.audit import drifted


def drift(invented, *samples: float) -> float | None:
    made = invented.Invented()
    made.cell((1.0,) * 3)
    (cell,) = analyse([made.results()]).cells
    return Distribution(cell, ((0, samples),)).drift()[0]


@pytest.mark.parametrize("others", [9, 12])
def test_drift_is_how_much_longer_all_but_the_first_quarter_take(invented, others: int):
    assert drift(invented, *(2.0,) * 3, *(2.5,) * others) == pytest.approx(0.25)


def test_a_launch_bears_the_flag_where_that_is_more_than_its_samples_scatter(invented):
    """The share told is the one that the flag goes by."""
    for later in (1.0, 1.2):
        samples = [*(0.999, 1.001) * 5, *(0.999 * later, 1.001 * later) * 15]
        assert drift(invented, *samples) == pytest.approx(later - 1, abs=0.002)
        assert drifted(samples) == (later > 1)


def test_one_slow_sample_is_no_drift(invented):
    assert drift(invented, *(2.0,) * 13, 90.0) == 0


def test_a_few_samples_have_none(invented):
    assert drift(invented, *(1.0,) * 2, *(2.0,) * 9) is None
