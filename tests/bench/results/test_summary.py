"""Location and interval of launch medians, against SciPy's own Student's t."""

from __future__ import annotations

import math
import statistics

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy import stats

from gpubench.results.summary import interval, location, t_half_width

SECONDS = st.floats(1e-9, 1e4)


@pytest.mark.parametrize(("values", "middle"), [([3.0], 3.0), ([9.0, 1.0, 2.0], 2.0), ([4.0, 1.0, 2.0, 100.0], 3.0)])
def test_the_location_is_the_median(values: list[float], middle: float) -> None:
    assert location(values) == middle


def test_nothing_has_no_location() -> None:
    with pytest.raises(statistics.StatisticsError):
        location([])


@pytest.mark.parametrize("values", [[], [1.0], [1.0, 1.1], [1.0, 0.0, 1.1], [1.0, -1.0, 1.1, 1.2]])
def test_two_launches_or_times_that_are_none_have_no_interval(values: list[float]) -> None:
    assert interval(values) is None


@given(st.lists(st.floats(0.9, 1.1), min_size=3, max_size=12))
def test_the_interval_is_students_t_on_the_logarithms_and_holds_the_median(shares: list[float]) -> None:
    values = [3e-4 * share for share in shares]
    logs = np.log(values)
    if np.ptp(logs) > 0:
        lo, hi = np.exp(stats.t.interval(0.95, len(logs) - 1, loc=logs.mean(), scale=stats.sem(logs)))
    else:
        lo = hi = values[0]
    middle = statistics.median(values)
    assert interval(values) == pytest.approx((min(lo, middle), max(hi, middle)), rel=1e-9)


def test_a_known_interval() -> None:
    """Logs 0, 1, 2: mean 1, standard error 1/sqrt(3), t(0.975, 2) = 4.3026527."""
    found = interval([1.0, math.e, math.e**2])
    half = 4.302652729911275 / math.sqrt(3)
    assert found == pytest.approx((math.exp(1 - half), math.exp(1 + half)), rel=1e-9)


@given(st.lists(SECONDS, min_size=3, max_size=12))
@example([3.0, 3.0, 3.0])  # exp(log(3)) is above 3
@example([1.0] * 9 + [1e4] * 8)  # a median at the edge of skewed values lies outside of t's own interval
def test_the_interval_contains_the_median_always(values: list[float]) -> None:
    found = interval(values)
    assert found is not None
    lo, hi = found
    assert 0 < lo <= location(values) <= hi


@given(st.lists(SECONDS, min_size=3, max_size=6), st.floats(1e-3, 1e3))
def test_the_unit_does_not_matter(values: list[float], factor: float) -> None:
    found, scaled = interval(values), interval([factor * value for value in values])
    assert found is not None
    assert scaled == pytest.approx(tuple(factor * bound for bound in found), rel=1e-6)


@pytest.mark.parametrize(
    ("degrees", "confidence", "t"), [(1, 0.95, 12.706204736), (2, 0.95, 4.302652730), (4, 0.9, 2.131846786)]
)
def test_the_half_width_is_the_standard_error_times_a_known_t(degrees: int, confidence: float, t: float) -> None:
    assert t_half_width(0.5, degrees, confidence) == pytest.approx(0.5 * t, rel=1e-9)
