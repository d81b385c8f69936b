"""Verdicts that can be worked out by hand, Holm's step-down, and the size of the test where the truth is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from gpubench.analysis.difference import Difference, difference, single, welch
from gpubench.analysis.judgement import Judgement, Question, Verdict, holm, judge, launches_needed, tails
from gpubench.analysis.margin import Margin
from gpubench.analysis.ratio import ratio

TIMES = st.integers(100, 140).map(lambda number: number / 1000)
SIDE = st.lists(TIMES, min_size=3, max_size=6)
SIDES = st.lists(st.tuples(SIDE, SIDE), min_size=1, max_size=8)
ODD = Margin(0.0437, "one that no ratio of these times meets exactly, where rounding would decide")
DECIDED = (Verdict.SLOWER, Verdict.FASTER)
FIVE = Margin(0.05, "for a test")
NONE = Margin(0.0, "for a test")


def question(base: list[float], new: list[float], margin: Margin = FIVE) -> Question:
    sides = dict(enumerate(base)), dict(enumerate(new))
    return Question(ratio(*sides, interleaved=False), difference(*sides, interleaved=False), margin)


def alone(base: list[float], new: list[float], margin: Margin = FIVE) -> Judgement:
    (found,) = judge([question(base, new, margin)])
    return found


def around(middle: float, spread: float = 0.01) -> list[float]:
    return [middle * math.exp(spread * step) for step in (-1, 0, 1)]


@pytest.mark.parametrize(
    ("new", "verdict"),
    [(1.2, Verdict.SLOWER), (1 / 1.2, Verdict.FASTER), (1.0, Verdict.SAME), (1.04, Verdict.INCONCLUSIVE)],
)
def test_the_four_verdicts(new: float, verdict: Verdict):
    assert alone(around(1.0), around(new)).verdict is verdict


def test_a_difference_without_any_spread_is_certain():
    assert alone([1.0] * 3, [1.06] * 3).verdict is Verdict.SLOWER
    assert alone([1.0] * 3, [1.04] * 3).verdict is Verdict.SAME
    assert alone([1.0] * 3, [1.0] * 3, NONE).verdict is Verdict.SAME


def test_a_margin_that_noise_has_raised_makes_nothing_the_same():
    """Else a noisier machine would find more cells equal."""
    raised = Margin(1.0, "the default, raised to a noise floor", raised=True)
    assert alone(around(1.0, 0.1), around(1.3, 0.1), raised).verdict is Verdict.INCONCLUSIVE
    assert alone(around(1.0, 0.1), around(1.3, 0.1), Margin(1.0, "asked for")).verdict is Verdict.SAME
    assert alone(around(1.0), around(1.2), raised).verdict is Verdict.INCONCLUSIVE
    assert alone(around(1.0), around(1.0), raised).verdict is Verdict.SAME
    assert alone(around(1.0), around(2.5), raised).verdict is Verdict.SLOWER


def test_p_is_twice_the_smaller_one_sided_p_beyond_the_margin():
    found = alone(around(1.0), around(1.2))
    t = (math.log(1.2) - math.log(1.05)) / (0.01 * math.sqrt(2 / 3))
    assert found.p == pytest.approx(2 * stats.t.sf(t, 4), rel=1e-6)
    assert found.level == pytest.approx(0.05)
    assert alone(around(1.0), around(1.0)).p == 1


def test_at_margin_0_it_is_the_two_sided_welch_test():
    base, new = [1.0, 1.1, 1.05, 0.98], [1.2, 1.1, 1.15]
    told = stats.ttest_ind(np.log(new), np.log(base), equal_var=False)
    assert alone(base, new, NONE).p == pytest.approx(told.pvalue)


def test_a_margin_makes_a_significant_difference_no_slow_down():
    assert alone(around(1.0, 1e-4), around(1.03, 1e-4), NONE).verdict is Verdict.SLOWER
    assert alone(around(1.0, 1e-4), around(1.03, 1e-4)).verdict is Verdict.SAME


def test_fewer_than_three_launches_a_side_are_inconclusive_and_take_three():
    found = alone([1.0, 1.0], [2.0, 2.0, 2.0])
    assert (found.verdict, found.needed, found.p, found.level) == (Verdict.INCONCLUSIVE, 3, None, None)


def test_cells_with_too_few_launches_make_holm_no_stricter():
    few, enough = question([1.0], [2.0]), question(around(1.0), around(1.2))
    first, second = judge([few, enough])
    assert first.verdict is Verdict.INCONCLUSIVE
    assert second.level == pytest.approx(0.05)


def test_holm_by_hand():
    """0.005 <= 0.05/4 and 0.01 <= 0.05/3 are rejected, 0.03 > 0.05/2 is not, nor is 0.04 behind it."""
    found = holm([0.01, 0.04, 0.03, 0.005])
    assert [rejected for _, rejected in found] == [True, False, False, True]
    assert [level for level, _ in found] == pytest.approx([0.05 / 3, 0.05, 0.025, 0.0125])


def test_holm_stops_for_good_at_the_first_that_it_keeps():
    assert [rejected for _, rejected in holm([0.03, 0.04])] == [False, False]


def test_the_same_difference_is_slower_alone_and_inconclusive_among_many():
    told = question(around(1.0, 0.01), around(1.09, 0.01))
    assert judge([told])[0].verdict is Verdict.SLOWER
    among = judge([told, *[question(around(1.0, 0.01), around(1.0, 0.01))] * 30])
    assert among[0].verdict is Verdict.INCONCLUSIVE
    assert all(one.verdict is Verdict.SAME for one in among[1:])


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), max_size=30))
def test_holm_never_rejects_more_than_no_correction_and_no_less_than_bonferroni(ps: list[float]):
    found = holm(ps)
    for p, (level, rejected) in zip(ps, found, strict=True):
        assert not rejected or p <= 0.05
        assert rejected or p > 0.05 / len(ps)
        assert 0.05 / len(ps) <= level <= 0.05


@pytest.mark.parametrize(("log", "enough"), [(0.2, True), (0.0, True), (-0.2, True), (0.06, True), (0.049, False)])
@pytest.mark.parametrize("paired", [True, False])
def test_the_launches_asked_for_are_the_fewest_that_would_tell(log: float, enough: bool, paired: bool):
    apart = Difference(log, 1.0, 2.0, 0.03, 3, paired)
    needed = launches_needed(apart, FIVE, 0.05)
    assert (needed is not None) is enough
    if needed is None:
        return

    def told(launches: int) -> bool:
        error, degrees = apart.error_with(launches)
        lo, hi = Difference(log, error, degrees, 0.03, launches, paired).bounds()
        return lo > FIVE.log or hi < -FIVE.log or (-FIVE.log <= lo and hi <= FIVE.log)

    assert told(needed)
    assert needed == 4 or not told(needed - 1)


def test_a_stricter_level_takes_more_launches():
    apart = Difference(0.1, 1.0, 2.0, 0.05, 3, paired=False)
    strict, plain = launches_needed(apart, FIVE, 0.001), launches_needed(apart, FIVE, 0.05)
    assert strict is not None
    assert plain is not None
    assert strict > plain


def test_an_inconclusive_cell_says_how_many_launches_it_would_take():
    found = alone(around(1.0, 0.1), around(1.2, 0.1))
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.needed is not None
    assert 3 < found.needed <= 100


@settings(deadline=None)
@given(SIDES)
def test_nothing_is_slower_or_faster_than_itself(sides: list[tuple[list[float], list[float]]]):
    found = judge([question(base, base, NONE) for base, _ in sides])
    assert not {one.verdict for one in found} & set(DECIDED)


@settings(deadline=None)
@given(SIDES, st.sampled_from([ODD, NONE]))
def test_swapping_the_sides_swaps_faster_and_slower(sides: list[tuple[list[float], list[float]]], margin: Margin):
    there = judge([question(base, new, margin) for base, new in sides])
    back = judge([question(new, base, margin) for base, new in sides])
    swapped = {Verdict.FASTER: Verdict.SLOWER, Verdict.SLOWER: Verdict.FASTER}
    assert [swapped.get(one.verdict, one.verdict) for one in there] == [one.verdict for one in back]


@settings(deadline=None)
@given(SIDES, st.floats(1e-6, 1e6))
def test_slower_hardware_throughout_changes_no_verdict(sides: list[tuple[list[float], list[float]]], factor: float):
    plain = judge([question(base, new, ODD) for base, new in sides])
    scaled = judge([question([factor * x for x in base], [factor * x for x in new], ODD) for base, new in sides])
    assert [one.verdict for one in scaled] == [one.verdict for one in plain]


@settings(deadline=None)
@given(SIDES)
def test_among_others_a_cell_is_never_decided_that_would_not_be_alone(sides: list[tuple[list[float], list[float]]]):
    together = judge([question(base, new, ODD) for base, new in sides])
    for (base, new), one in zip(sides, together, strict=True):
        assert one.verdict not in DECIDED or alone(base, new, ODD).verdict is one.verdict


@pytest.mark.parametrize("launches", [3, 5, 10])
@pytest.mark.parametrize("paired", [True, False])
def test_the_test_is_wrong_in_five_of_a_hundred_at_most_where_nothing_differs(launches: int, paired: bool):
    """Normal logs of one variance and no difference, at margin 0: the share found SLOWER or FASTER."""
    many = 40_000
    draws = np.random.default_rng(20261126 + launches).normal(scale=0.02, size=(2, many, launches))
    moments = single(draws[1] - draws[0]) if paired else welch(draws[0], draws[1])
    slower, faster = tails(*moments, 0.0)
    size = float(np.mean(2 * np.minimum(slower, faster) <= 0.05))
    error = 4 * math.sqrt(0.05 * 0.95 / many)
    least = 0.05 if paired else {3: 0.034, 5: 0.043, 10: 0.047}[launches]  # Welch's approximation errs on the safe side
    assert least - error < size < 0.05 + error
    assert np.mean(slower <= 0.025) == pytest.approx(size / 2, abs=error)
