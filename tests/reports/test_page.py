"""Moments and durations as the page says them."""

from __future__ import annotations

from gpubench_reports.page import moment, span


def test_a_duration_has_two_units_and_a_moment_its_zone():
    assert [span(wall) for wall in (12.2, 200.0, 7300.0)] == ["12 s", "3 min 20 s", "2 h 1 min"]
    assert moment("2026-01-02T03:04:05+01:00") == "2026-01-02 02:04 UTC"
    assert moment("yesterday") == "yesterday"
