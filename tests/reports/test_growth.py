"""What is said above a panel of times against sizes: its crossovers, and where memory did not suffice."""

from __future__ import annotations

import re

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
    assert ">GPU wins from 4.0 [3.8–4.2], torch<" in drawn


def test_one_that_is_not_told_is_not_drawn(invented):
    """12 against 16 seconds is no more than the half by which the device differs from itself."""
    drawn = svg(invented, {1: 4.0, 4: 8.0, 16: 12.0}, noise=18.0)
    assert ">from where the GPU wins: not told, torch<" in drawn
    assert "wins from " not in drawn
    assert ">GPU wins from 11 [" in svg(invented, {1: 4.0, 4: 8.0, 16: 12.0})


def test_where_the_device_always_wins_there_is_no_label(invented):
    assert "wins" not in svg(invented, {10: 1.0, 20: 1.0})


def test_notes_stand_above_the_axes_where_no_curve_runs(invented):
    drawn = svg(invented, {1: 4.0, 4: 4.0, 16: 4.0, 64: 4.0})
    panel = re.search(r'<clipPath[^>]*><rect x="[\d.]+" y="([\d.]+)"', drawn)
    note = re.search(r'<text [^>]* y="([\d.]+)">GPU wins', drawn)
    assert panel is not None
    assert note is not None
    assert float(note[1]) < float(panel[1])


def out_of_memory(invented, sizes, reason="CUDA out of memory"):
    """A CPU at four sizes, and a device at the two smallest; at others memory did not suffice."""
    made = invented.Invented()
    for size in (1, 4, 16, 64):
        made.cell(invented.scattered(float(size)), size=size)
    for size in (1, 4):
        made.cell(invented.scattered(0.1)[::-1], size=size, device="cuda:0")
    for size, status in sizes.items():
        made.cell(size=size, device="cuda:0", status=status, reason=reason)
    return growth.drawings(analyse([made.results()]), "")["matmul"].svg(LIGHT)


def test_a_curve_that_ends_for_want_of_memory_says_so(invented):
    assert ">× GPU out of memory at n 16, torch<" in out_of_memory(invented, {16: "oom", 64: "oom"})
    assert ">× GPU out of memory at n 256, torch<" in out_of_memory(invented, {256: "oom"}), "that no other measured"


def test_one_that_ends_for_another_reason_does_not(invented):
    assert "out of memory" not in out_of_memory(invented, {16: "timeout"})
    assert "out of memory" not in out_of_memory(invented, {2: "oom"}), "a larger one had enough"
