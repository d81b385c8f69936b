"""Differences of launch medians against closed forms, and against SciPy's tests of the same samples."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from gpubench.analysis.difference import difference, single, welch

SECONDS = st.floats(1e-6, 1e3)
SIDES = st.integers(3, 8).flatmap(lambda count: st.lists(SECONDS, min_size=count, max_size=count))


def numbered(seconds: list[float]) -> dict[int, float]:
    return dict(enumerate(seconds))


def test_twenty_percent_more_time_is_the_logarithm_of_a_fifth_more():
    found = difference(numbered([1.0, 1.0, 1.0]), numbered([1.2, 1.2, 1.2]), interleaved=False)
    assert found is not None
    assert found.log == pytest.approx(math.log(1.2))
    assert (found.standard_error, found.spread, found.degrees, found.launches) == (0.0, 0.0, 4.0, 3)


def test_equal_variances_pool_into_a_spread_and_give_all_degrees_of_freedom():
    base = numbered([math.exp(-0.1), 1.0, math.exp(0.1)])
    new = numbered([2 * math.exp(-0.1), 2.0, 2 * math.exp(0.1)])
    found = difference(base, new, interleaved=False)
    assert found is not None
    assert (found.log, found.spread) == pytest.approx((math.log(2), 0.1))
    assert (found.standard_error, found.degrees) == pytest.approx((0.1 * math.sqrt(2 / 3), 4))
    assert found.error_with(50) == pytest.approx((0.1 * math.sqrt(2 / 50), 98))
    assert not found.paired


def test_pairs_are_those_of_one_launch_number():
    base = {0: 1.0, 1: 2.0, 2: 4.0, 9: 5.0}
    new = {2: 4.0 * math.exp(0.1), 1: 2.0, 0: 1.0 * math.exp(-0.1), 8: 7.0}
    found = difference(base, new, interleaved=True)
    assert found is not None
    assert (found.log, found.spread) == pytest.approx((0, 0.1))
    assert (found.standard_error, found.degrees, found.launches, found.paired) == pytest.approx(
        (0.1 / math.sqrt(3), 2, 3, True)
    )
    assert found.error_with(100) == pytest.approx((0.01, 99))


@pytest.mark.parametrize("interleaved", [True, False])
def test_two_launches_a_side_say_nothing(interleaved: bool):
    assert difference(numbered([1.0, 2.0]), numbered([1.0, 2.0, 3.0]), interleaved=interleaved) is None


def test_the_interval_is_students_t():
    found = difference(numbered([1.0, 1.1, 1.3]), numbered([1.2, 1.0, 1.4]), interleaved=True)
    assert found is not None
    lo, hi = found.bounds()
    assert (hi - lo) / 2 == pytest.approx(4.302652729911275 * found.standard_error)
    assert (hi + lo) / 2 == pytest.approx(found.log)


@settings(deadline=None)
@given(SIDES, SIDES)
def test_welch_is_that_of_scipy(base: list[float], new: list[float]):
    assume(min(max(side) / min(side) for side in (base, new)) > 1 + 1e-6)  # SciPy warns of what is all alike
    found = difference(numbered(base), numbered(new), interleaved=False)
    assert found is not None
    told = stats.ttest_ind(np.log(new), np.log(base), equal_var=False)
    assert found.log / found.standard_error == pytest.approx(told.statistic, rel=1e-6, abs=1e-6)
    assert found.degrees == pytest.approx(told.df, rel=1e-6)


@settings(deadline=None)
@given(SIDES)
def test_what_is_exactly_alike_differs_by_exactly_nothing(seconds: list[float]):
    found = difference(numbered(seconds), numbered(seconds), interleaved=True)
    assert found is not None
    assert (found.log, found.standard_error, found.bounds()) == (0, 0, (0, 0))


@settings(deadline=None)
@given(SECONDS, st.integers(3, 20))
def test_launches_that_are_all_alike_have_no_spread(seconds: float, launches: int):
    logs = np.full(launches, math.log(seconds))
    assert float(welch(logs, logs)[1]) == 0
    assert float(single(logs)[1]) == 0


def test_many_comparisons_at_once_are_what_each_is_alone():
    draws = np.random.default_rng(0).normal(size=(2, 4, 5))
    together = welch(draws[0], draws[1])
    alone = [welch(base, new) for base, new in zip(*draws, strict=True)]
    assert pytest.approx(np.array(alone)) == np.array(together).T
