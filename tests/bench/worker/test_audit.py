"""What betrays a measurement, on samples that are made up: what is there is seen, and what is not is not."""

from __future__ import annotations

import numpy as np
import pytest

from gpubench.worker.audit import bimodal, device_differs, drifted, retraced, slope_differs, unfinished
from gpubench.worker.calibration import Slope
from gpubench.worker.meter import Block

TRIALS = 1000


def normal(rng, count):
    return 1e-3 * rng.normal(1, 0.03, count)


def lognormal(rng, count):
    """A third of the samples lie more than 35 % off."""
    return 1e-3 * np.exp(rng.normal(0, 0.35, count))


def alarms(judge, draw, count=30):
    """The share of TRIALS samples of a distribution that are flagged."""
    rng = np.random.default_rng(0)
    return sum(judge(draw(rng, count).tolist()) for _ in range(TRIALS)) / TRIALS


@pytest.mark.parametrize("draw", [normal, lognormal])
@pytest.mark.parametrize("count", [30, 100])
def test_one_group_is_called_two_in_less_than_one_case_of_a_hundred(draw, count):
    assert alarms(bimodal, draw, count) < 0.01


@pytest.mark.parametrize("draw", [normal, lognormal])
def test_steady_samples_are_called_drifting_in_less_than_one_case_of_a_hundred(draw):
    assert alarms(drifted, draw) < 0.01


def two_speeds(rng, share=0.5, ratio=2.0, relative=0.03, count=30):
    slow = rng.random(count) < share
    return (rng.normal(1, relative, count) * np.where(slow, ratio, 1.0)).tolist()


@pytest.mark.parametrize("share", [0.4, 0.5, 0.6])
@pytest.mark.parametrize("ratio", [1.3, 2.0])
def test_a_process_at_two_speeds_is_found(share: float, ratio: float):
    rng = np.random.default_rng(0)
    assert sum(bimodal(two_speeds(rng, share, ratio)) for _ in range(200)) > 190


def test_two_groups_that_differ_by_a_percent_are_not_worth_a_flag():
    rng = np.random.default_rng(0)
    assert not any(bimodal(two_speeds(rng, ratio=1.01, relative=1e-4)) for _ in range(50))
    assert all(bimodal(two_speeds(rng, ratio=1.06, relative=1e-4)) for _ in range(50))


@pytest.mark.parametrize("slow", [1, 2, 5])
def test_a_few_outliers_are_no_second_group(slow: int):
    rng = np.random.default_rng(0)
    assert not bimodal([*rng.normal(1, 0.01, 30 - slow), *[2.0] * slow])


@pytest.mark.parametrize("samples", [[], [1.0], [1.0, 2.0], [1.0, 1.0, 2.0, 2.0]])
def test_of_a_few_samples_nothing_is_said(samples: list[float]):
    assert not bimodal(samples)
    assert not drifted(samples)


def test_samples_that_are_all_alike_are_one_group():
    assert not bimodal([1.0] * 30)
    assert not drifted([1.0] * 30)
    assert bimodal([1.0] * 15 + [2.0] * 15)


@pytest.mark.parametrize(
    ("slow", "factor", "found"), [(7, 1.1, True), (7, 1.03, False), (2, 2.0, False), (5, 2.0, True)]
)
def test_a_drift_is_a_first_quarter_that_is_another_size(slow: int, factor: float, found: bool):
    rng = np.random.default_rng(0)
    samples = rng.normal(1, 0.005, 30)
    samples[:slow] *= factor
    assert drifted(samples.tolist()) is found


def test_samples_that_get_slower_drift_too():
    assert drifted([1 + 0.01 * number for number in range(30)])


@pytest.mark.parametrize(
    ("step", "error", "differs"),
    [
        pytest.param(1.04, 0.0, False, id="within 5 %"),
        pytest.param(1.06, 0.0, True, id="6 % above"),
        pytest.param(1.06, 0.1, False, id="above, but the pairs scatter more"),
        pytest.param(0.9, 0.0, False, id="below, as by another load"),
        pytest.param(0.74, 0.0, True, id="impossibly far below"),
        pytest.param(0.5, 0.6, False, id="far below, but the pairs scatter more"),
    ],
)
def test_a_block_and_the_slope_differ(step: float, error: float, differs: bool):
    assert slope_differs([step] * 30, Slope(1.0, error)) is differs


def test_without_a_slope_nothing_differs():
    assert not slope_differs([1.0], None)


def test_scattered_samples_do_not_differ_from_the_slope():
    assert not slope_differs([0.5, 1.1, 1.1, 9.0], Slope(1.0, 0.0))


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (None, None, ""), (1, 1, ""), (3, 2, ""), (None, 2, "traced or compiled again 2 times"),
        (1, 6, "traced or compiled again 5 times"),
    ],
)  # fmt: skip
def test_tracing_while_it_is_measured_is_told_with_its_number(before, after, words: str):
    told = retraced(lambda: after, before)
    assert bool(told) is bool(words)
    assert words in told


@pytest.mark.parametrize("draw", [normal, lognormal])
def test_two_clocks_that_scatter_alike_differ_in_less_than_one_case_of_a_hundred(draw):
    rng = np.random.default_rng(0)
    found = [device_differs(draw(rng, 10).tolist(), draw(rng, 30).tolist()) for _ in range(TRIALS)]
    assert sum(found) / TRIALS < 0.01


@pytest.mark.parametrize(
    ("device", "step", "differs"),
    [
        pytest.param([0.99] * 10, [1.0] * 30, False, id="a fixed cost"),
        pytest.param([0.94] * 10, [1.0] * 30, True, id="6 % less"),
        pytest.param([1.06] * 10, [1.0] * 30, True, id="6 % more"),
        pytest.param([0.5] * 10, [1.0] * 30, True, id="divided by twice the count"),
        pytest.param([0.9, 1.0, 0.8, 1.1] * 3, [1.0] * 30, False, id="within the scatter"),
        pytest.param([], [1.0], False, id="no clock"),
    ],
)
def test_the_devices_clock_and_ours_differ(device, step, differs: bool):
    assert device_differs(device, step) is differs


@pytest.mark.parametrize(
    ("residual", "missed"),
    [
        pytest.param(0.0, False, id="none"),
        pytest.param(0.019, False, id="under 2 %"),
        pytest.param(0.03, True, id="over 2 %"),
    ],
)
def test_work_that_was_missed_is_over_two_percent(residual: float, missed: bool):
    assert (unfinished([Block(10, 1.0, 0.001 + residual)] * 5, 0.001) != "") is missed


def test_a_residual_within_three_idle_waits_is_a_wait():
    blocks = [Block(1, 1e-4, 39e-6)] * 5
    assert unfinished(blocks, 10e-6) == ""
    assert unfinished(blocks, 9e-6) == "work went on after the clock stopped: 3e-05 s of it"


def test_one_preempted_wait_is_not_missed_work():
    assert unfinished([*[Block(1, 1.0, 0.001)] * 4, Block(1, 1.0, 0.5)], 0.001) == ""
