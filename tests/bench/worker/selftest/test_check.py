"""Outcomes: their order, what is judged, and who is asked once more."""

from __future__ import annotations

import json
import math

import pytest

from gpubench.worker.selftest.check import Band, Check, Outcome, judged, not_applicable, settled, span


@pytest.mark.parametrize(
    ("figure", "outcome"),
    [
        (1.0, Outcome.PASS), (0.9, Outcome.PASS), (1.1, Outcome.PASS), (0.8, Outcome.WARN), (1.3, Outcome.WARN),
        (0.5, Outcome.WARN), (0.49, Outcome.FAIL), (1.51, Outcome.FAIL), (math.nan, Outcome.FAIL),
    ],
)  # fmt: skip
def test_a_figure_is_judged_by_two_bands(figure, outcome):
    assert Band(good=(0.9, 1.1), bearable=(0.5, 1.5)).judge(figure) is outcome


@pytest.mark.parametrize(
    ("outcomes", "best", "asked"),
    [
        (["pass"], "pass", 1),
        (["fail", "pass"], "pass", 2),
        (["fail", "warn", "fail"], "warn", 3),
        (["fail", "fail", "fail", "pass"], "fail", 3),
        (["not-applicable"], "not-applicable", 1),
    ],
)
def test_what_does_not_pass_is_measured_again_and_the_best_counts(outcomes, best, asked):
    left = iter(outcomes)
    taken = []

    def measure():
        taken.append(Outcome(next(left)))
        return Check("c", taken[-1], "")

    assert settled(measure).outcome is Outcome(best)
    assert len(taken) == asked


def test_a_check_travels_as_json():
    check = judged("c", Outcome.WARN, "found", "expected", "meaning", {"a": 1.5, "b": math.inf, "c": math.nan})
    assert Check.of(json.loads(json.dumps(check.message(), allow_nan=False))) == check
    assert check.figures == {"a": 1.5}


def test_what_passed_or_does_not_apply_needs_no_meaning():
    assert judged("c", Outcome.PASS, "", "", "meaning").meaning == ""
    assert not_applicable("c", "why").meaning == ""


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.0, "0 ns"), (3.62e-8, "36.2 ns"), (9.9999e-7, "1 µs"), (0.0521, "52.1 ms"), (2.5, "2.5 s")],
)
def test_times_have_three_digits_and_a_unit(seconds, words):
    assert span(seconds) == words
