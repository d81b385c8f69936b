"""The label of a crossover in the picture of times against sizes."""

from __future__ import annotations

from gpubench.analysis.analyse import analyse
from gpubench_reports.pictures import growth
from gpubench_reports.theme import LIGHT


def svg(invented, device_times, noise=None):
    """Of a device against a CPU that takes size seconds. noise: what its last cell takes, measured once more."""
    made = invented.Invented()
    for size, seconds in device_times.items():
        made.cell(invented.scattered(float(size)), size=size)
        made.cell(invented.scattered(seconds)[::-1], size=size, device="cuda:0")
    if noise is not None:
        made.cell(invented.scattered(noise)[::-1], size=size, device="cuda:0", variant="aa")
    return growth.drawings(analyse([made.results()]), "")["matmul"].svg(LIGHT)


def test_a_crossover_is_told_with_its_interval(invented):
    drawn = svg(invented, {1: 4.0, 4: 4.0, 16: 4.0, 64: 4.0})
    assert ">GPU wins from 4.0 [3.8–4.2]<" in drawn
    assert ">torch<" in drawn


def test_one_that_is_not_told_is_not_drawn(invented):
    """12 against 16 seconds is no more than the half by which the device differs from itself."""
    drawn = svg(invented, {1: 4.0, 4: 8.0, 16: 12.0}, noise=18.0)
    assert ">from where the GPU wins: not told<" in drawn
    assert "wins from " not in drawn
    assert ">GPU wins from 11 [" in svg(invented, {1: 4.0, 4: 8.0, 16: 12.0})


def test_where_the_device_always_wins_there_is_no_label(invented):
    assert "wins" not in svg(invented, {10: 1.0, 20: 1.0})
