"""Where the truth is known: the test's size, the interval's coverage, and that it is the product's own rule."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gpubench.analysis.judgement import Verdict
from gpubench.results.summary import MIN_LAUNCHES

RUNS = 4000
ERROR = 3.3 * math.sqrt(0.05 * 0.95 / RUNS)
"""Of a share of 5 % in so many runs: one in a thousand is further off, and the seeds are fixed."""


@pytest.fixture
def simulation(beside):
    return beside("simulation")


@pytest.mark.parametrize("launches", [5, 10])
def test_at_margin_0_five_per_cent_of_alike_runs_are_called_different(simulation, launches):
    assert simulation.size(simulation.KINDS[0], launches, 0.0, RUNS) == pytest.approx(0.05, abs=0.01 + ERROR)


def test_with_three_launches_fewer_are_and_never_more(simulation):
    """Welch's degrees of freedom are estimated from three launches a side, on the careful side: 3.5 % in the limit."""
    assert simulation.size(simulation.KINDS[0], MIN_LAUNCHES, 0.0, RUNS) == pytest.approx(0.035, abs=ERROR)


@pytest.mark.parametrize("launches", [3, 5, 10])
def test_processes_that_run_twice_as_slow_now_and_then_make_the_test_no_worse(simulation, launches):
    assert simulation.size(simulation.KINDS[1], launches, 0.0, RUNS) <= 0.05


@pytest.mark.parametrize("kind", [0, 1])
@pytest.mark.parametrize("launches", [3, 5, 10])
def test_at_the_default_margin_no_more_than_a_few_in_a_thousand_are(simulation, kind, launches):
    assert simulation.size(simulation.KINDS[kind], launches, 0.05, RUNS) <= 0.01


@pytest.mark.parametrize("launches", [3, 5, 10])
@pytest.mark.parametrize("kind", [0, 1])
def test_the_interval_holds_the_truth_in_93_to_97_per_cent_of_runs(simulation, kind, launches):
    error = 3.3 * math.sqrt(0.05 * 0.95 / (RUNS // 4))
    assert 0.93 - error <= simulation.coverage(simulation.KINDS[kind], launches, RUNS // 4) <= 0.97 + error


def test_the_middle_of_the_heavy_tailed_kind_is_the_median_of_what_it_draws(simulation):
    kind = simulation.KINDS[1]
    drawn = kind.draw(np.random.default_rng(0), 20_000, 5)
    assert float(np.median(drawn)) == pytest.approx(kind.middle, abs=0.001)
    assert float(np.mean(drawn > 0.4)) == pytest.approx(simulation.TAIL, abs=0.005)


@pytest.mark.parametrize("margin", [0.0, 0.05])
def test_the_vectorised_rule_is_the_one_that_compare_applies(simulation, beside, margin):
    rules = beside("rules")
    rng = np.random.default_rng(1)
    base, new = rng.normal(0, 0.03, (60, 5)), rng.normal(0, 0.03, (60, 5)) + rng.choice([-0.1, 0, 0.1], (60, 1))
    verdicts = [
        rules.verdict(np.exp(first), np.exp(second), rules.Margin(margin, "asked for"))
        for first, second in zip(base, new, strict=True)
    ]
    told = [verdict in rules.DIFFERENT for verdict in verdicts]
    assert list(simulation.different(base, new, margin)) == told
    assert 10 < sum(told) < 50
    assert {Verdict.SLOWER, Verdict.FASTER} <= set(verdicts)


def test_students_t_calls_too_much_different_where_one_side_scatters_four_times_as_much(simulation):
    found = simulation.unequal(4.0, 3, RUNS)
    assert found.welch == pytest.approx(0.057, abs=ERROR)
    assert found.student == pytest.approx(0.085, abs=ERROR)


def test_more_launches_and_less_scatter_find_more(simulation):
    found = [simulation.power(0.05, 0.01, 0.02, launches, RUNS) for launches in (3, 5, 10)]
    assert found == sorted(found)
    assert found[0] < 0.5
    assert found[2] > 0.95
    assert simulation.power(0.05, 0.01, 0.01, 5, RUNS) > simulation.power(0.05, 0.01, 0.04, 5, RUNS)


def test_nothing_planted_within_the_margin_is_found_in_a_fortieth(simulation):
    """The one-sided level at the margin itself."""
    assert simulation.power(0.05, 0.05, 0.03, 10, RUNS) == pytest.approx(0.025, abs=ERROR)


def test_a_seed_gives_the_same_figures(simulation):
    kind = simulation.KINDS[1]
    assert simulation.size(kind, 5, 0.0, 500) == simulation.size(kind, 5, 0.0, 500)
    assert simulation.size(kind, 5, 0.0, 500, seed=1) != simulation.size(kind, 5, 0.0, 500, seed=2)
