"""gpubench's own rule as the experiments call it, and the peers' rules beside it."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from gpubench.analysis.judgement import Verdict

ALIKE = (1.00, 1.01, 0.99, 1.005, 0.995)


@pytest.fixture
def rules(beside):
    return beside("rules")


def slower(times):
    return [times * value for value in ALIKE]


@pytest.fixture
def launch(beside):
    pools = beside("pools")

    def made(number, median, deviation=0.001):
        samples = tuple(median * (1 + deviation * step) for step in range(-10, 11))
        return pools.Launch("quiet-1", number, pools.Condition("torch", 16, 0), median, 1.0, 1, samples)

    return made


def test_a_slow_down_beyond_the_margin_is_slower_and_the_reverse_is_faster(rules):
    assert rules.verdict(ALIKE, slower(1.2), rules.DEFAULT) is Verdict.SLOWER
    assert rules.verdict(slower(1.2), ALIKE, rules.DEFAULT) is Verdict.FASTER


def test_one_per_cent_is_within_the_default_margin_and_beyond_none(rules):
    assert rules.verdict(ALIKE, slower(1.01), rules.DEFAULT) is Verdict.SAME
    assert rules.verdict(ALIKE, slower(1.03), rules.NONE) is Verdict.SLOWER


def test_a_noisy_pair_raises_the_default_margin_to_its_floor_and_a_quiet_one_leaves_it(rules):
    noisy = [value * (1.3 if number % 2 else 1.0) for number, value in enumerate(ALIKE)]
    assert rules.raised((ALIKE, ALIKE), (ALIKE, ALIKE)).fraction == rules.DEFAULT.fraction
    assert rules.raised((ALIKE, ALIKE), (ALIKE, noisy)).fraction > 0.2
    assert rules.raised((noisy, ALIKE), (ALIKE, ALIKE)).fraction > 0.2


@pytest.mark.parametrize("name", ["mann_whitney", "welch_on_samples"])
def test_a_rule_on_one_process_takes_two_processes_half_a_per_cent_apart_for_different(rules, launch, name):
    rule = getattr(rules, name)
    assert not rule([launch(0, 1.0)], [launch(1, 1.0)])
    assert rule([launch(0, 1.0)], [launch(1, 1.005)])


def test_welch_on_samples_allows_for_unequal_spread_and_pooling_does_not(rules, launch):
    """Four samples a side, 2.8 standard errors apart: Student's t has 6 degrees of freedom, Welch's but 3."""
    wide = replace(launch(0, 1.0), samples=(0.97, 0.99, 1.01, 1.03))
    narrow = replace(launch(1, 1.036), samples=(1.0359, 1.036, 1.036, 1.0361))
    assert not rules.welch_on_samples([wide], [narrow])
    assert rules.pooled_t([wide], [narrow])


def test_pooling_the_samples_of_five_processes_a_side_hides_that_they_are_only_five(rules, launch):
    base = [launch(number, value) for number, value in enumerate(ALIKE)]
    new = [launch(number + 5, 1.005 * value) for number, value in enumerate(ALIKE)]
    assert rules.pooled_t(base, new)
    assert not rules.at_margin_0(base, new)
    assert rules.at_margin_0(base, [launch(number + 5, 1.05 * value) for number, value in enumerate(ALIKE)])


def test_the_rules_have_the_names_that_the_page_prints(rules):
    assert [(rule.launches, rule.differ) for rule in rules.RULES] == [
        (1, rules.mann_whitney), (1, rules.welch_on_samples), (5, rules.pooled_t), (5, rules.at_margin_0)
    ]  # fmt: skip
    assert math.isclose(rules.ONE_PER_CENT.fraction, 0.01)
