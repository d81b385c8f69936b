"""Ratios whose interval can be worked out by hand."""

from __future__ import annotations

import math

import pytest

from gpubench.analysis.numeral import decimals, times
from gpubench.analysis.ratio import Answer, Ratio, ratio

T_2 = 4.302652729911275
"""The 97.5 % point of Student's t with 2 degrees of freedom, from a table."""
T_4 = 2.7764451051977987


def test_a_paired_interval_is_students_t_on_log_ratios():
    base, subject = {0: 2.0, 1: 4.0, 2: 8.0}, {0: 1.0 * math.exp(-0.1), 1: 2.0, 2: 4.0 * math.exp(0.1)}
    found = ratio(base, subject, interleaved=True)
    half = T_2 * 0.1 / math.sqrt(3)
    assert found.value == pytest.approx(2.0)
    assert (found.lo, found.hi) == pytest.approx((2 * math.exp(-half), 2 * math.exp(half)))
    assert (found.launches, found.paired) == (3, True)


def test_welch_ignores_which_launch_was_which():
    base = {0: math.exp(-0.1), 1: 1.0, 2: math.exp(0.1)}
    subject = {7: 0.5 * math.exp(0.1), 8: 0.5, 9: 0.5 * math.exp(-0.1)}
    found = ratio(base, subject, interleaved=False)
    half = T_4 * math.sqrt(2 * 0.01 / 3)  # equal variances and counts: 4 degrees of freedom
    assert found.value == pytest.approx(2.0)
    assert (found.lo, found.hi) == pytest.approx((2 * math.exp(-half), 2 * math.exp(half)))
    assert not found.paired


def test_launches_of_one_run_that_do_not_match_are_not_paired():
    found = ratio({0: 1.0, 1: 1.1, 2: 1.2}, {3: 1.0, 4: 1.1, 5: 1.2}, interleaved=True)
    assert not found.paired
    assert found.answer is Answer.UNDECIDED


def test_a_drift_that_falls_on_both_alike_is_no_uncertainty_when_paired():
    base, subject = {0: 2.0, 1: 4.0, 2: 8.0}, {0: 1.0, 1: 2.0, 2: 4.0}
    assert ratio(base, subject, interleaved=True).answer is Answer.FASTER
    assert ratio(base, subject, interleaved=False).answer is Answer.UNDECIDED


@pytest.mark.parametrize("launches", [1, 2])
def test_fewer_than_three_launches_give_no_interval(launches: int):
    times_ = {number: 1.0 + number for number in range(launches)}
    found = ratio(times_, times_, interleaved=True)
    assert (found.value, found.lo, found.hi) == (1.0, None, None)
    assert found.answer is Answer.NO_INTERVAL


def test_the_interval_holds_the_ratio_itself():
    skewed = {0: 1.0, 1: 1.0, 2: 1.0, 3: 1.0, 4: 100.0}
    found = ratio(skewed, dict.fromkeys(range(5), 1.0), interleaved=True)
    assert found.lo is not None
    assert found.hi is not None
    assert found.lo <= found.value <= found.hi


def test_the_inverse_is_the_same_seen_from_the_other_side():
    found = Ratio(2.0, 1.6, 2.5, 3, paired=True).inverse
    assert (found.value, found.lo, found.hi) == pytest.approx((0.5, 0.4, 0.625))
    assert found.answer is Answer.SLOWER


@pytest.mark.parametrize(
    ("value", "lo", "hi", "said"),
    [
        (14.2345, 13.8, 14.7, ("14.2×", "[13.8–14.7]")),
        (2.4321, 2.2, 2.6, ("2.4×", "[2.2–2.6]")),
        (157.3, 150.0, 163.0, ("157×", "[150–163]")),
        (1.0345, 0.9, 1.2, ("1.03×", "[0.90–1.20]")),
        (2.4321, None, None, ("2.43×", "")),
        (1.23456789, 1.23456788, 1.23456790, ("1.235×", "[1.235–1.235]")),
    ],
)
def test_digits_follow_the_interval(value: float, lo: float | None, hi: float | None, said: tuple[str, str]):
    assert times(Ratio(value, lo, hi, 3, paired=True)) == said


def test_no_digit_is_shown_that_the_interval_denies():
    assert decimals(1234.0, 1100.0, 1400.0) == -1
    assert decimals(0.0) == 0


@pytest.mark.parametrize(
    ("value", "half", "floor", "answer"),
    [
        (1.2, 1.01, 0.0, Answer.FASTER),
        (1.2, 1.01, 0.19, Answer.FASTER),
        (1.2, 1.01, 0.2, Answer.WITHIN_NOISE),
        (1.2, 1.01, 3.0, Answer.WITHIN_NOISE),
        (40.0, 1.3, 0.51, Answer.FASTER),
        (40.0, 1.3, 38.0, Answer.FASTER),
        (40.0, 1.3, 41.0, Answer.WITHIN_NOISE),
        (1.2, 1.3, 0.0, Answer.UNDECIDED),
        (1.2, 1.3, 0.5, Answer.UNDECIDED),
    ],
)
def test_a_ratio_no_larger_than_the_noise_floor_tells_no_difference(
    value: float, half: float, floor: float, answer: Answer
) -> None:
    one = Ratio(value, value / half, value * half, 3, paired=True, floor=floor)
    assert one.answer is answer
    assert one.untold is (answer not in (Answer.FASTER, Answer.SLOWER))
    other = {Answer.FASTER: Answer.SLOWER}.get(answer, answer)
    assert (one.inverse.answer, one.inverse.floor) == (other, floor)


def test_a_ratio_may_be_what_its_interval_holds_or_as_far_off_as_the_noise_floor():
    assert Ratio(2.0, 1.6, 2.5, 3, paired=True).bounds == (1.6, 2.5)
    assert Ratio(2.0, 1.6, 2.5, 3, paired=True, floor=1.0).bounds == (1.0, 4.0)
    assert Ratio(2.0, 1.6, 9.0, 3, paired=True, floor=0.6).bounds == pytest.approx((1.25, 9.0))
    assert Ratio(2.0, None, None, 2, paired=False, floor=1.0).bounds is None


def test_without_an_interval_the_noise_floor_decides_nothing():
    assert ratio({0: 1.1}, {0: 1.0}, interleaved=True, floor=0.5).answer is Answer.NO_INTERVAL
