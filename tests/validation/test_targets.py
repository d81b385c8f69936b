"""Whether a target is met is computed, and comes out either way."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from gpubench.analysis.judgement import Verdict

COUNTS = (3, 5, 10)


@pytest.fixture
def targets(beside):
    return beside("targets")


@pytest.fixture
def simulated(beside):
    kind = beside("simulation").KINDS[0].name

    def made(size=(0.045, 0.05, 0.05), coverage=(0.95, 0.95, 0.95)):
        return beside("simulated").Simulated(
            size={(kind, count, 0.0): share for count, share in zip(COUNTS, size, strict=True)},
            coverage={(kind, count): share for count, share in zip(COUNTS, coverage, strict=True)},
            unequal=(),
            power={},
        )

    return made


@pytest.fixture
def measured(beside, quiet):
    """Outcomes that meet every target, but for those that a test changes."""
    experiments, share = beside("experiments"), beside("share").Share
    rules = beside("rules")

    def outcome(hits, trials, shuffled, looked_for=Verdict.SLOWER):
        counted = Counter({looked_for: hits, Verdict.INCONCLUSIVE: trials - hits})
        return experiments.Outcome(experiments.Setting(5, rules.NONE), (looked_for,), counted, shuffled)

    def made(*, alarms=(2, 40, 0.05), flagged=(0, 40, 0.0), held=(38, 40), fine=(20, 20, 1.0), coarse=(20, 20, 1.0)):
        pools = ("quiet", "load")
        return beside("measured").Measured(
            pools={"quiet": quiet, "load": quiet},
            deals=1,
            false_alarms={
                (name, margin, count): outcome(*given)
                for name in pools
                for margin, given in (("0", alarms), ("default", flagged))
                for count in COUNTS
            },
            found={
                **{(5, "1 %", count): outcome(*fine) for count in (*COUNTS, 15, 20)},
                **{(20, "default", count): outcome(*coarse) for count in COUNTS},
            },
            coverage={
                (name, count): experiments.Coverage(count, share(*held), held[0] / held[1])
                for name in pools
                for count in COUNTS
            },
            by_rule={},
        )

    return made


def answers(found):
    return [one.met for one in found]


def test_a_simulation_as_it_should_be_meets_both_targets(targets, simulated):
    assert answers(targets.of_simulation(simulated())) == [True, True]


def test_a_test_of_the_wrong_size_misses_and_says_where_it_is_careful(targets, simulated):
    size, _ = targets.of_simulation(simulated(size=(0.035, 0.05, 0.05)))
    assert size.row[2] == "no: fewer at 3 launches"
    size, _ = targets.of_simulation(simulated(size=(0.035, 0.05, 0.08)))
    assert size.row[2] == "no"


def test_an_interval_that_holds_too_little_or_too_much_misses(targets, simulated):
    for coverage in ((0.92, 0.95, 0.95), (0.95, 0.95, 0.98)):
        assert answers(targets.of_simulation(simulated(coverage=coverage))) == [True, False]


def test_pools_as_they_should_be_meet_every_target(targets, measured):
    assert answers(targets.of_pools(measured())) == [True] * 8


@pytest.mark.parametrize(
    ("changed", "missed"),
    [
        ({"alarms": (20, 40, 0.5)}, {0, 3}),
        ({"flagged": (1, 40, 0.02)}, {1, 4}),
        ({"flagged": (0, 40, 0.02)}, {1, 4}),
        ({"held": (20, 40)}, {2, 5}),
        ({"fine": (10, 20, 0.5)}, {6}),
        ({"coarse": (19, 20, 0.99)}, {7}),
    ],
)
def test_each_target_is_missed_alone(targets, measured, changed, missed):
    found = answers(targets.of_pools(measured(**changed)))
    assert {index for index, met in enumerate(found) if met is False} == missed
    assert None not in found


def test_a_slow_down_that_takes_too_long_to_find_misses_its_target(targets, measured, beside, quiet):
    """Launches of 2.5 s: 3 of them are in time, and of 25 s are not."""
    slow = {condition: [replace(one, spent_s=25.0) for one in launches] for condition, launches in quiet.items()}
    found = list(targets.of_pools(replace(measured(), pools={"quiet": slow, "load": slow})))
    assert found[6].met is False
    assert "3 launches, 75 s" in found[6].came_out


def test_peers_without_rounds_enough_for_an_interval_decide_nothing(targets, beside):
    peers = beside("peers")
    one = peers.Series((1e-2,), None, 1.0)
    closure = peers.Closure("torch", "shared", "matmul 64", "eager", 1)
    *_, agreement = targets.of_peers({closure: {peers.OURS: one, peers.TORCH: one}})
    assert agreement.met is None


@pytest.mark.parametrize(("times", "met"), [(1.0, True), (1.2, False)])
def test_medians_that_lie_apart_from_torch_s_are_named(targets, beside, times, met):
    peers = beside("peers")
    ours, theirs = (peers.Series(tuple(at * value for value in (1.0, 1.01, 0.99)), None, 1.0) for at in (times, 1.0))
    closure = peers.Closure("torch", "shared", "matmul 64", "eager", 1)
    *_, agreement = targets.of_peers({closure: {peers.OURS: ours, peers.TORCH: theirs}})
    assert agreement.met is met
    assert ("torch matmul 64" in agreement.came_out) is not met


@pytest.mark.parametrize(("ours", "met"), [(2e-8, [True, True]), (2.4e-8, [False, True]), (2.6e-8, [False, False])])
def test_the_harness_s_cost_is_held_against_timeit_and_against_25_ns(targets, beside, ours, met):
    peers = beside("peers")
    series = {tool: peers.Series((at, at, at), None, 1.0) for tool, at in ((peers.OURS, ours), (peers.TIMEIT, 2e-8))}
    closure = peers.Closure("torch", "harness", "noop", "eager", 1)
    assert answers(targets.of_peers({closure: series}))[:2] == met
