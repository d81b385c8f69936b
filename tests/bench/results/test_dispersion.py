"""Percentiles where they mean something, and outliers counted."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpubench.results.dispersion import FLOORS, Dispersion, dispersion, percentile

TIMES = st.lists(st.floats(1e-9, 1e3), min_size=1, max_size=50)


@given(TIMES, st.floats(0, 100))
def test_a_percentile_is_numpys(values: list[float], share: float) -> None:
    assert percentile(sorted(values), share) == pytest.approx(np.percentile(values, share), rel=1e-9)


@pytest.mark.parametrize(("share", "fewest"), [(90, 64), (99, 662)])
def test_a_percentile_is_given_where_two_samples_at_least_lie_above_it(share: int, fewest: int) -> None:
    def fewer_than_two_above(count: int) -> float:
        below = share / 100
        return below**count + count * (1 - below) * below ** (count - 1)

    assert fewer_than_two_above(fewest) <= 0.01 < fewer_than_two_above(fewest - 1)
    assert FLOORS[share] == fewest
    name = f"p{share}"
    samples = [float(number) for number in range(fewest)]
    assert getattr(dispersion(samples), name) == pytest.approx(np.percentile(samples, share))
    assert getattr(dispersion(samples[1:]), name) is None


def test_the_tenth_percentile_and_the_outliers_are_of_any_samples() -> None:
    assert dispersion([3.0]) == Dispersion(p10=3.0, p90=None, p99=None, outliers=0)
    assert dispersion([]) == Dispersion(None, None, None, None)


@pytest.mark.parametrize(("value", "outliers"), [(17.0, 0), (17.1, 1), (-7.0, 0), (-7.1, 1)])
def test_an_outlier_lies_beyond_tukeys_fences(value: float, outliers: int) -> None:
    """Quartiles 2 and 8 of the nine: fences at -7 and 17. The tenth value is given in the fences' own samples."""
    ordered = [2.0] * 20 + [5.0] * 21 + [8.0] * 20
    assert dispersion([*ordered, value]).outliers == outliers


def test_outliers_are_counted_in_any_order_of_the_samples() -> None:
    samples = [1.0 + 0.01 * number for number in range(30)] + [9.0, 0.1, 7.0]
    random.Random(0).shuffle(samples)
    assert dispersion(samples).outliers == 3
