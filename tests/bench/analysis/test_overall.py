"""The geometric mean of ratios, and the interval that launches give it."""

from __future__ import annotations

import math

import pytest

from gpubench.analysis.overall import Both, overall
from gpubench.analysis.ratio import ratio

T_2, T_4 = 4.302652729911275, 2.7764451051977987
LAUNCHES = range(3)


def both(base: list[float], new: list[float]) -> Both:
    sides = dict(enumerate(base)), dict(enumerate(new))
    return Both(*sides, ratio(*sides, interleaved=False))


def test_it_is_the_geometric_mean_of_the_ratios():
    found = overall("NEW", [both([1.0] * 3, [2.0] * 3), both([1.0] * 3, [8.0] * 3)], interleaved=False)
    assert (found.new, found.cells) == ("NEW", 2)
    assert found.ratio is not None
    assert found.ratio.value == pytest.approx(1 / 4)
    assert (found.ratio.lo, found.ratio.hi) == pytest.approx((1 / 4, 1 / 4))


def test_a_slow_launch_is_slow_in_all_its_cells_so_that_more_cells_do_not_narrow_the_interval():
    slow = [math.exp(0.1 * launch) for launch in LAUNCHES]
    one = overall("NEW", [both(slow, slow)], interleaved=False).ratio
    many = overall("NEW", [both(slow, slow)] * 20, interleaved=False).ratio
    assert one is not None
    assert many is not None
    half = T_4 * math.sqrt(2 * 0.01 / 3)
    assert (one.lo, one.hi) == pytest.approx((math.exp(-half), math.exp(half)))
    assert (many.lo, many.hi) == pytest.approx((one.lo, one.hi))


def test_what_falls_on_both_sides_of_a_launch_is_no_uncertainty_within_one_run():
    slow = [math.exp(0.1 * launch) for launch in LAUNCHES]
    found = overall("cuda:0", [both(slow, [2 * seconds for seconds in slow])], interleaved=True).ratio
    assert found is not None
    assert (found.value, found.lo, found.hi) == pytest.approx((0.5, 0.5, 0.5))
    assert found.paired


def test_launches_that_some_cell_lacks_are_left_out():
    whole = both([1.0, 1.0, 1.0, 9.0], [1.0, 1.0, 1.0, 9.0])
    partly = both([1.0, 1.0, 1.0], [1.0, 1.0, 1.0])
    found = overall("NEW", [whole, partly], interleaved=False).ratio
    assert found is not None
    assert (found.value, found.lo, found.hi, found.launches) == (1.0, 1.0, 1.0, 3)


def test_two_launches_give_a_mean_without_an_interval_and_no_cell_gives_none():
    found = overall("NEW", [both([1.0, 1.0], [2.0, 2.0])], interleaved=False).ratio
    assert found is not None
    assert (found.value, found.lo) == (0.5, None)
    assert overall("NEW", [], interleaved=False).ratio is None
