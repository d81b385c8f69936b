"""Ticks that people read."""

from __future__ import annotations

import pytest
from matplotlib.figure import Figure

from gpubench_reports.axis import log_factor


@pytest.mark.parametrize(("factor", "tick"), [(3000.0, "1,000×"), (1 / 3000.0, "1/1,000×"), (40.0, "10×")])
def test_factors_are_told_in_full(factor: float, tick: str) -> None:
    axes = Figure().add_subplot()
    log_factor(axes, [factor])
    assert tick in [label.get_text() for label in axes.get_xticklabels()]
