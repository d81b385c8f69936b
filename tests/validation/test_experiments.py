"""The experiments on pools whose truth is known."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import groupby

import pytest

from gpubench.analysis.judgement import Verdict


@pytest.fixture
def experiments(beside):
    return beside("experiments")


@pytest.fixture
def setting(beside, experiments):
    rules = beside("rules")
    margins = {"0": rules.NONE, "1 %": rules.ONE_PER_CENT, "5 %": rules.DEFAULT, "raised": None}
    return lambda launches, margin: experiments.Setting(launches, margins[margin])


def alone(pool, backend, n):
    """One closure of a pool."""
    return {one: launches for one, launches in pool.items() if (one.backend, one.n) == (backend, n)}


def test_identical_code_is_called_different_about_as_often_as_it_should_be(experiments, quiet, setting):
    found = experiments.false_alarms(quiet, setting(5, "0"))
    assert found.share.trials == 48
    assert found.share.holds(0.05)
    assert found.shuffled == pytest.approx(0.05, abs=0.03)


def test_identical_code_is_hardly_ever_called_different_at_the_default_margin(experiments, quiet, setting):
    for margin in ("5 %", "raised"):
        found = experiments.false_alarms(quiet, setting(3, margin))
        assert found.share.hits == 0
        assert found.shuffled < 0.01


def test_every_verdict_is_counted(experiments, quiet, setting):
    found = experiments.false_alarms(quiet, setting(3, "5 %"))
    assert found.in_order.total() == found.share.trials == 96
    assert set(found.in_order) == {Verdict.SAME, Verdict.INCONCLUSIVE}


def test_a_large_planted_slow_down_is_found_in_a_quiet_closure(experiments, quiet, setting):
    found = experiments.found(alone(quiet, "torch", 16), 20, setting(3, "5 %"))
    assert (found.share.hits, found.share.trials, found.shuffled) == (8, 8, 1.0)


def test_a_small_one_is_missed_where_launches_scatter_and_found_with_more_of_them(experiments, quiet, setting):
    few, many = (experiments.found(quiet, 5, setting(count, "1 %")) for count in (3, 10))
    assert few.shuffled < 0.7
    assert many.shuffled > 0.8
    assert few.in_order[Verdict.INCONCLUSIVE] > 0


def test_the_raised_margin_finds_less_than_five_per_cent_would(experiments, quiet, setting):
    plain, raised = (experiments.found(quiet, 10, setting(3, margin)) for margin in ("5 %", "raised"))
    assert raised.shuffled < plain.shuffled


@pytest.mark.parametrize("noisy", [0, 1])
def test_a_noisy_pair_in_either_run_raises_the_margin_of_the_deal(beside, quiet, setting, noisy):
    deals = beside("deals")
    ((base, slower),) = deals.planted(alone(quiet, "torch", 16), 20)
    deal = next(deals.dealt(base, slower, 5, partners=True, order=deals.in_order))
    assert setting(5, "raised").verdict(deal) is Verdict.SLOWER
    partners = list(deal.partners)
    partners[noisy] = [
        replace(one, median_s=one.median_s * (1 + number % 2)) for number, one in enumerate(partners[noisy])
    ]
    assert setting(5, "raised").verdict(replace(deal, partners=tuple(partners))) is not Verdict.SLOWER


def test_no_outcome_is_given_where_the_launches_don_t_reach_for_one_comparison(experiments, quiet, setting):
    assert experiments.found(quiet, 5, setting(30, "0")) is None
    assert experiments.false_alarms({}, setting(3, "0")) is None


def test_the_interval_holds_the_median_of_the_pool_it_is_drawn_from(experiments, quiet):
    found = experiments.coverage(quiet, 5)
    assert found.in_order.trials == 4 * (48 // 5)
    assert found.in_order.holds(0.95)
    assert found.drawn == pytest.approx(0.95, abs=0.03)


def test_rules_on_samples_call_identical_code_different_most_of_the_time(beside, experiments, quiet):
    """Launches scatter by 1 to 3 %, and 30 samples of one launch are known to 0.2 %."""
    shares = {rule.differ.__name__: experiments.by_rule(rule, quiet, 0) for rule in beside("rules").RULES}
    for name in ("mann_whitney", "welch_on_samples", "pooled_t"):
        assert shares[name].bounds[0] > 0.4
    assert shares["at_margin_0"].holds(0.05)


def test_a_rule_is_tried_on_planted_work_too(beside, experiments, quiet):
    *_, ours = beside("rules").RULES
    assert experiments.by_rule(ours, alone(quiet, "torch", 16), 20).value == 1


def test_scatter_is_that_of_launches_between_and_that_of_samples_within(experiments, quiet):
    for condition, launches in quiet.items():
        found = experiments.scatter(condition, launches)
        assert found.launches == len(launches)
        assert found.within == pytest.approx(0.01, rel=0.2)
        logs = [math.log(launch.median_s) for launch in launches]
        assert found.between == pytest.approx(
            (sum((x - sum(logs) / len(logs)) ** 2 for x in logs) / (len(logs) - 1)) ** 0.5
        )
        assert found.extremes[0] < 1 < found.extremes[1]
        assert found.spent_s == pytest.approx(2.5)


def test_seconds_a_side_are_those_of_the_launches(experiments, quiet):
    assert experiments.seconds_a_side(quiet, 10) == pytest.approx(25)


def test_conditions_drawn_apart_are_not_correlated_and_copies_are(experiments, beside, quiet):
    pools = beside("pools")
    assert abs(experiments.together(quiet)) < 0.15
    condition, launches = next(iter(quiet.items()))
    copy = pools.Condition(condition.backend, condition.n + 1, 0)
    assert experiments.together({condition: launches, copy: launches}) == pytest.approx(1.0)
    assert experiments.together({condition: launches}) is None


def test_closures_of_two_frameworks_share_no_worker(quiet):
    by_backend = groupby(quiet.items(), key=lambda item: item[0].backend)
    workers = [{launch.worker for _, launches in group for launch in launches} for _, group in by_backend]
    assert not set.intersection(*workers)
