"""Ticks that people read."""

from __future__ import annotations

import pytest
from matplotlib.figure import Figure

from gpubench_reports.axis import factor, log_factor, log_sizes


@pytest.mark.parametrize(
    ("factor", "tick"), [(27864.0, "10,000×"), (3000.0, "1,000×"), (1 / 3000.0, "1/1,000×"), (40.0, "10×")]
)
def test_factors_are_told_in_full(factor: float, tick: str) -> None:
    axes = Figure().add_subplot()
    log_factor(axes, [factor], 4.0)
    assert tick in [label.get_text() for label in axes.get_xticklabels()]


@pytest.mark.parametrize(
    ("ratio", "said"),
    [(27864.0, "28,000×"), (120.0, "120×"), (14.24, "14.2×"), (1 / 27864, "1/28,000×"), (0.5, "1/2×")],
)
def test_a_bound_has_as_many_digits_as_elsewhere(ratio: float, said: str) -> None:
    assert factor(ratio) == said


@pytest.mark.parametrize("ratios", [[1.0], [0.97, 1.03], [1.001], [0.9, 1.12], [1.3], [0.6, 1.45], [0.5, 2.0]])
def test_an_axis_has_numbers_beside_1_however_alike_the_ratios(ratios: list[float]) -> None:
    axes = Figure().add_subplot()
    log_factor(axes, ratios, 4.0)
    lo, hi = axes.get_xlim()
    ticks = [tick for tick in axes.get_xticks() if lo <= tick <= hi]
    assert 1.0 in ticks
    assert 2 <= len(ticks) <= 9


@pytest.mark.parametrize(("room", "told"), [
    (8.0, ["1/100,000×", "1/10,000×", "1/1,000×", "1/100×", "1/10×", "1×", "10×"]),
    (4.0, ["1/10,000×", "1/100×", "1×"]),
    (2.5, ["1/1,000×", "1×"]),
])  # fmt: skip
def test_words_of_ratios_that_have_no_room_beside_each_other_are_left_out(room: float, told: list[str]) -> None:
    axes = Figure().add_subplot()
    log_factor(axes, [1e-5, 20.0], room)
    shown = dict(zip(axes.get_xticks(), (label.get_text() for label in axes.get_xticklabels()), strict=True))
    assert [shown[tick] for tick in sorted(shown)] == told


@pytest.mark.parametrize(("ratios", "told"), [
    ([1 / 4, 120.0], ["1/5×", "1×", "10×", "100×"]),
    ([1 / 2, 120.0], ["1/3×", "1×", "10×", "100×"]),
    ([1 / 120, 2.0], ["1/100×", "1/10×", "1×", "3×"]),
])  # fmt: skip
def test_a_side_of_1_that_reaches_no_power_of_ten_has_a_tick_too(ratios: list[float], told: list[str]) -> None:
    axes = Figure().add_subplot()
    log_factor(axes, ratios, 4.0)
    shown = dict(zip(axes.get_xticks(), (label.get_text() for label in axes.get_xticklabels()), strict=True))
    assert [shown[tick] for tick in sorted(shown)] == told


def sizes_told(sizes: list[float], room: float, beyond: list[float]) -> list[str]:
    axes = Figure().add_subplot()
    log_sizes(axes, sizes, room, beyond)
    return [label.get_text() for label in axes.get_xticklabels()]


def test_the_ends_of_what_was_measured_and_powers_of_two_are_told_before_other_sizes() -> None:
    sizes = [64.0, 128, 192, 256, *range(320, 1473, 64), 1600]
    assert sizes_told(sizes, 4.2, [1536]) == ["64", "128", "256", "512", "704", "1024", "1600"]
    assert sizes_told(sizes, 2.7, [1536]) == ["64", "128", "256", "512", "832", "1600"]


@pytest.mark.parametrize(("gone", "end"), [(16.0, 64), (64.0, 64), (256.0, 256), (300.0, 64), (65536.0, 64)])
def test_a_size_that_was_not_measured_takes_no_room_from_those_that_were(gone: float, end: int) -> None:
    """Of sizes that are a fourfold apart the next one is still shown."""
    axes = Figure().add_subplot()
    log_sizes(axes, [1.0, 4, 16, 64], 4.0, [gone])
    assert end < axes.get_xlim()[1] < 2 * end
    assert end in axes.get_xticks()
