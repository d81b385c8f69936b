"""Order statistics against closed forms, and against SciPy's own."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpubench.worker.spread import median_interval, slope_interval, standard_error_of_median, steady

times = st.lists(st.floats(min_value=1e-9, max_value=1e3), min_size=1, max_size=80)


# Conover, Practical Nonparametric Statistics, 1999, table A3 and section 3.2: the 95 % interval of the median lies
# between the k-th smallest and the k-th largest value.
@pytest.mark.parametrize(("count", "rank"), [(30, 10), (50, 19), (100, 41), (400, 181)])
def test_the_ranks_of_the_medians_interval_are_conovers(count: int, rank: int):
    ordered = list(range(1, count + 1))
    assert median_interval(ordered) == (rank, count + 1 - rank)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_few_values_give_their_whole_range(count: int):
    assert median_interval(list(range(count))) == (0, count - 1)


@pytest.mark.parametrize("count", range(6, 300, 7))
def test_the_medians_interval_covers_95_percent(count: int):
    """The exact coverage of two order statistics is binomial, whatever the values' distribution."""
    from scipy.stats import binom

    low, high = median_interval(list(range(count)))
    assert low == count - 1 - high
    assert 1 - 2 * binom.cdf(low, count, 0.5) == pytest.approx(0.95, abs=0.04)


@given(times)
def test_the_medians_interval_holds_the_median(values: list[float]):
    low, high = median_interval(sorted(values))
    assert low <= np.median(values) <= high


@given(times, st.sampled_from([2.0, 0.5, 1024.0]))
def test_the_medians_interval_has_the_unit_of_its_values(values: list[float], scale: float):
    low, high = median_interval(sorted(values))
    assert median_interval(sorted(value * scale for value in values)) == (low * scale, high * scale)


def test_the_standard_error_is_that_of_a_normal_samples_median():
    """√(π/2) standard deviations over √n: the asymptotic efficiency of the median is 2/π."""
    values = np.random.default_rng(0).normal(10.0, 2.0, 4001)
    assert standard_error_of_median(list(values)) == pytest.approx(
        math.sqrt(math.pi / 2) * 2.0 / math.sqrt(4001), rel=0.05
    )


def test_the_standard_error_is_built_on_the_median_absolute_deviation():
    from scipy.stats import median_abs_deviation

    values = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0]
    expected = 1.2533 * median_abs_deviation(values, scale="normal") / math.sqrt(8)
    assert standard_error_of_median(values) == pytest.approx(expected, rel=1e-4)


def test_one_outlier_does_not_widen_the_standard_error():
    values = [1.0, 1.1, 0.9, 1.05, 0.95, 1.02, 0.98]
    assert standard_error_of_median([*values, 1000.0]) < 2 * standard_error_of_median(values)


@pytest.mark.parametrize("count", [10, 11, 20])
@pytest.mark.parametrize("slope", [0.0, 0.3])
def test_the_slopes_interval_is_scipys(count: int, slope: float):
    from scipy.stats import theilslopes

    random_ = random.Random(count)
    values = [slope * index + random_.gauss(0, 1) for index in range(count)]
    theirs = theilslopes(values, alpha=0.95)
    slopes = sorted((values[j] - values[i]) / (j - i) for i in range(count) for j in range(i + 1, count))
    low, high = slope_interval(values)
    # Rounding the rank to a whole one is a matter of taste: at most one slope apart.
    assert abs(slopes.index(low) - slopes.index(float(theirs.low_slope))) <= 1
    assert abs(slopes.index(high) - slopes.index(float(theirs.high_slope))) <= 1


def test_a_straight_line_has_its_slope_and_nothing_else():
    assert slope_interval([5.0 + 2.0 * index for index in range(10)]) == (2.0, 2.0)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param([1.0] * 10, True, id="constant"),
        pytest.param([1.0] * 9, False, id="too few"),
        pytest.param([1.0, 1.002, 0.998, 1.001, 0.999, 1.001, 0.998, 1.0, 1.002, 0.999], True, id="noise"),
        pytest.param([1.0] * 5 + [1.005] * 5, True, id="a step of half a percent"),
        pytest.param([1.0] * 5 + [1.02] * 5, False, id="a step of 2 %"),
        pytest.param([1.0] * 5 + [0.98] * 5, False, id="a step down"),
        pytest.param([1.0 + 0.0001 * index for index in range(10)], False, id="a slow drift"),
        pytest.param([1.0, 2.0, 3.0, 4.0, 1.0, 3.0, 2.0, 1.0, 4.0, 2.0], True, id="noise hides a step"),
        pytest.param([9.0] * 20 + [1.0] * 10, True, id="what lies before the two windows is forgotten"),
    ],
)
def test_steady_is_no_step_and_no_slope(values: list[float], expected: bool):
    assert steady(values, 5) is expected


def test_a_step_that_noise_does_not_hide_is_not_steady():
    """Alternating values have no slope that is certain, but the later window's median lies 5 % higher."""
    values = [1.0, 1.001, 0.999, 1.0, 1.0, 1.05, 0.9, 1.05, 1.05, 0.9]
    assert not steady(values, 5)
