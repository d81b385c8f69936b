"""Crossovers of curves that are straight on log-log paper."""

from __future__ import annotations

import pytest

from gpubench.analysis.analyse import analyse
from gpubench.analysis.crossover import crossing, crossovers
from gpubench.analysis.measured import main_cells, measured
from gpubench.analysis.speedup import speedups

NOT_TOLD = "no size is known from which the GPU wins"
LARGEST = "the largest size measured, n 16"


@pytest.mark.parametrize(
    ("sizes", "ratios", "answer"),
    [
        ([1, 4, 16], [0.5, 2.0, 8.0], (4, pytest.approx(2.0))),
        ([10, 1000], [0.1, 10.0], (1000, pytest.approx(100.0))),
        ([1, 4, 16], [2.0, 0.5, 2.0], (16, pytest.approx(8.0))),
        ([1, 4, 16], [1.1, 2.0, 8.0], (1, None)),
        ([1, 4, 16], [2.0, 2.0, 0.9], (None, None)),
        ([1, 4], [1.0, 2.0], (4, pytest.approx(1.0))),
    ],
)
def test_the_first_size_from_which_every_larger_one_wins(sizes, ratios, answer):
    assert crossing(sizes, ratios) == answer


def found(invented, device_times, noise=None):
    """The crossover of a device against a CPU that takes size seconds, both with a scatter of 1 % over launches.

    noise: how many times longer the device's last cell takes when it is measured once more; None where it is not.
    """
    made = invented.Invented()
    for size, seconds in device_times.items():
        made.cell(invented.scattered(float(size)), size=size)
        made.cell(invented.scattered(seconds)[::-1], size=size, device="cuda:0")
    if noise is not None:
        again = invented.scattered(noise * seconds)[::-1]
        made.cell(again, size=size, device="cuda:0", variant="aa")
    (one,) = analyse([made.results()]).crossovers
    return one


def test_a_crossover_has_an_interval_about_it(invented):
    one = found(invented, {1: 4.0, 4: 4.0, 16: 4.0, 64: 4.0})
    assert one.at == pytest.approx(4.0)
    assert one.lo == pytest.approx(4.0 / 1.0507, rel=1e-3)  # t(2) sd(2 %) / sqrt(3) = 4.94 % of time, slope 1
    assert one.hi == pytest.approx(4.0 * 1.0507, rel=1e-3)
    assert one.words == "the GPU wins from n ≈ 4.0 [3.8–4.2] on"


def test_an_end_outside_the_sizes_measured_is_told_in_words(invented):
    """With 50 % of noise about a crossing near the smallest."""
    assert found(invented, {1: 1.2, 2: 1.2, 16: 1.2}, noise=1.5).where == "1.2 [under 1 to 1.8]"


def test_not_reached_is_an_answer(invented):
    one = found(invented, {1: 4.0, 2: 4.0})
    assert (one.first, one.at) == (None, None)
    assert one.words == "the CPU still beats the GPU at the largest size measured, n 2"


def test_a_device_that_always_wins(invented):
    one = found(invented, {10: 1.0, 20: 1.0})
    assert (one.first, one.at) == (10.0, None)
    assert one.words == "the GPU wins at every size measured, from n 10 on"


def test_one_size_has_no_crossover(invented):
    made = invented.Invented()
    made.cell((1.0,) * 3)
    made.cell((0.5,) * 3, device="cuda:0")
    cells = measured([made.results()])
    assert crossovers(speedups(main_cells(cells)), cells) == ()


def test_a_size_at_which_no_difference_is_told_is_not_won(invented):
    """1 % of scatter over three launches hides a ratio of 1.02."""
    assert found(invented, {1: 0.98, 4: 2.0, 16: 2.0}).words == (
        "the GPU wins from n 4 on; below n 4 no difference is told"
    )
    assert found(invented, {1: 0.5, 4: 1.0, 16: 2.0}).words == ("the GPU wins at every size measured, from n 1 on")


def test_the_thousands_of_a_large_size_are_parted(invented):
    assert found(invented, {2**20: 2.0**27, 2**25: 2.0**27}).words.endswith("the largest size measured, n 33,554,432")
    assert found(invented, {2**20: 0.5, 2**25: 0.5}).words.endswith("from n 1,048,576 on")


@pytest.mark.parametrize("last", [15.8, 16.2])
def test_where_the_largest_size_tells_nothing_the_crossover_is_not_told(invented, last):
    assert found(invented, {1: 4.0, 4: 4.0, 16: last}).words == (
        f"{NOT_TOLD}; at {LARGEST}, no difference that 3 launches can tell"
    )


def test_the_interval_is_no_narrower_than_the_noise_floor(invented):
    """Slope 1, and a floor of 50 %: so far the curve may lie to either side."""
    one = found(invented, {1: 4.0, 4: 4.0, 16: 4.0, 64: 4.0}, noise=1.5)
    assert (one.at, one.lo, one.hi) == pytest.approx((4.0, 4.0 / 1.5, 4.0 * 1.5))
    assert one.words == "the GPU wins from n ≈ 4.0 [2.7–6.0] on"


@pytest.mark.parametrize(
    ("last", "noise", "words"),
    [
        (12.0, 1.5, f"{NOT_TOLD}; at {LARGEST}, no difference beyond the noise floor of 50 %"),
        (20.0, 1.5, f"{NOT_TOLD}; at {LARGEST}, no difference beyond the noise floor of 50 %"),
        (12.0, 1.2, "the GPU wins from n ≈ 11 [8.2–14] on"),
        (32.0, 1.5, f"the CPU still beats the GPU at {LARGEST}"),
    ],
)
def test_no_crossover_rests_on_a_difference_that_the_run_finds_between_a_cell_and_itself(invented, last, noise, words):
    one = found(invented, {1: 4.0, 4: 8.0, 16: last}, noise)
    assert one.words == words
    assert one.told is not words.startswith(NOT_TOLD)


def test_a_size_within_the_noise_is_not_won(invented):
    times = {1: 0.8, 4: 1.0, 16: 1.0}
    assert found(invented, times).words == "the GPU wins at every size measured, from n 1 on"
    assert found(invented, times, noise=1.5).words == "the GPU wins from n 4 on; below n 4 no difference is told"


@pytest.mark.parametrize(
    ("device_times", "words"),
    [
        ({1: 2.0, 4: 2.0}, "the GPU wins from n ≈ 2.0 [1.9–2.1] on{}"),
        ({2: 1.0, 4: 1.0}, "the GPU wins at every size measured, from n 2 on{}"),
        ({1: 0.98, 2: 1.0, 4: 1.0}, "the GPU wins from n 2 on{}; below n 2 no difference is told"),
        ({1: 2.0, 4: 8.0}, "the CPU still beats the GPU at the largest size measured, n 4"),
    ],
)
@pytest.mark.parametrize(
    ("gone", "end"),
    [
        ({"device": "cuda:0"}, ", up to n 4 (out of memory from n 16)"),
        ({"device": "cpu"}, ""),
        ({"device": "cuda:0", "mode": "compile"}, ""),
        ({"device": "cuda:0", "precision": "float64"}, ""),
        ({"device": "cuda:0", "status": "crashed"}, ""),
    ],
)
def test_a_win_ends_where_the_device_runs_out_of_memory(invented, device_times, words, gone, end):
    made = invented.Invented()
    for size, seconds in device_times.items():
        made.cell(invented.scattered(float(size)), size=size)
        made.cell(invented.scattered(seconds)[::-1], size=size, device="cuda:0")
    for size in (64, 16, 3):
        made.cell(size=size, **{"status": "oom", **gone})
    (one,) = analyse([made.results()]).crossovers
    assert one.words == words.format(end)
