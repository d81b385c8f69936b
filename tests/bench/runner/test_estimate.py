"""How long a run will take, in words that a person would use."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gpubench.runner.estimate import estimate_s, in_words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.0, "10 seconds"),
        (12.0, "10 seconds"),
        (38.0, "40 seconds"),
        (89.0, "90 seconds"),
        (90.0, "1.5 minutes"),
        (200.0, "3.5 minutes"),
        (3600.0, "60 minutes"),
        (5400.0, "1.5 hours"),
        (7300.0, "2 hours"),
    ],
)
def test_times_in_words(seconds: float, words: str):
    assert in_words(seconds) == words


def test_every_launch_costs_the_same(prepared):
    one, three = (estimate_s(prepared(sizes=("1", "2"), launches=launches)) for launches in (1, 3))
    assert three == pytest.approx(3 * one)


def test_sampling_time_counts_for_every_cell(prepared):
    short, long = (estimate_s(prepared(sizes=("1", "2"), launches=1, max_time_s=time)) for time in (1.0, 2.0))
    assert long - short == pytest.approx(3 * 1.2)  # two cells and an A/A partner, and a fifth for single calls


def test_a_cell_more_costs_no_worker_more(prepared):
    cells = [estimate_s(prepared(sizes=SIZES, launches=1)) for SIZES in (("1",), ("1", "2"), ("1", "2", "3"))]
    assert cells[2] - cells[1] == pytest.approx(cells[1] - cells[0])
    assert cells[0] > 2 * 2.5  # a worker each for the cell and its A/A partner


def test_what_cannot_run_takes_no_time(prepared):
    with_noop = prepared(workloads=("doubling", "noop"), sizes=("1",), launches=1)
    assert estimate_s(with_noop) == estimate_s(prepared(sizes=("1",), launches=1))


def test_passes_take_their_time(prepared):
    quick, standard, thorough = (
        estimate_s(prepared(preset=name, sizes=("1", "2"), launches=1, max_time_s=1.0))
        for name in ("quick", "standard", "thorough")
    )
    assert standard - quick == pytest.approx(2 * 3.0)  # a worker for each cell, none for the A/A partner
    assert thorough - standard == pytest.approx(2.5 + 2 + 2 * 5.5)  # one worker, which idles and then runs each


def test_a_slow_call_is_waited_for_whatever_the_time_limit(prepared, toy_file, tmp_path):
    """Of a workload that does what one thread is reckoned to do in n seconds."""
    slow = tmp_path / "slow.py"
    slow.write_text(toy_file.read_text(encoding="utf-8").replace("Work(flops=self.n,", "Work(flops=3e10 * self.n,"))

    def seconds(size, limit):
        return estimate_s(prepared(sizes=(size,), launches=1, max_time_s=limit, plugins=(str(slow),)))

    assert seconds("5", 0.02) == pytest.approx(seconds("5", 0.01), rel=0.01)
    assert seconds("5", 0.01) > 2 * 12 * 5  # a cell and its A/A partner; a dozen calls of each at the least
    assert seconds("10", 0.01) > 1.5 * seconds("5", 0.01)


def test_data_take_their_time_even_where_little_is_computed(prepared):
    small, large = (replace(prepared(sizes=(size,), launches=1), memory={}) for size in ("1", "1000000000"))
    assert estimate_s(large) > estimate_s(small) + 2 * 30  # of 8 GB each


def test_work_that_cannot_be_told_takes_what_a_small_cell_takes(prepared, toy_file, tmp_path):
    text = toy_file.read_text(encoding="utf-8")
    for number, wrong in enumerate(("1 / 0", 'float("nan")', "None")):
        plugin = tmp_path / f"wrong{number}.py"
        plugin.write_text(text.replace("Work(flops=self.n,", f"Work(flops={wrong},"))
        made = prepared(sizes=("1",), launches=1, plugins=(str(plugin),))
        assert estimate_s(made) == pytest.approx(estimate_s(prepared(sizes=("1",), launches=1)))
