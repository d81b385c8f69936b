"""Ticks that people read."""

from __future__ import annotations

import pytest
from matplotlib.figure import Figure

from gpubench_reports.axis import factor, log_factor


@pytest.mark.parametrize(
    ("factor", "tick"), [(27864.0, "10,000×"), (3000.0, "1,000×"), (1 / 3000.0, "1/1,000×"), (40.0, "10×")]
)
def test_factors_are_told_in_full(factor: float, tick: str) -> None:
    axes = Figure().add_subplot()
    log_factor(axes, [factor])
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
    log_factor(axes, ratios)
    lo, hi = axes.get_xlim()
    ticks = [tick for tick in axes.get_xticks() if lo <= tick <= hi]
    assert 1.0 in ticks
    assert 2 <= len(ticks) <= 9
