"""What has come of each cell so far, and how much is left."""

from __future__ import annotations

from typing import Any

import pytest

from gpubench.cli.progress_tally import Tally
from gpubench.results.records import Cell, Launch, Series


def cell(name: str, variant: str = "") -> Cell:
    return Cell(
        cell_id=name, workload="w", version=1, axis="n", size=1, params={}, backend="b", device="cpu", precision="p",
        mode="m", data="resident", variant=variant, threads=1, item="i", reason="",
    )  # fmt: skip


def launch(name: str, step: float | None = 1.0, **fields: Any) -> Launch:
    quantities = {} if step is None else {"step": Series(calls=2, seconds=[2 * step, 4 * step, 2 * step])}
    return Launch(**{"cell_id": name, "device": "cpu", "launch": 0, "status": "ok", "quantities": quantities, **fields})


@pytest.fixture
def tally() -> Tally:
    """Of two cells and an A/A partner, three launches each and a pass over the two."""
    return Tally([cell("a"), cell("b"), cell("a again", "aa")], launches=3, passes=2)


def test_a_cell_shows_the_median_of_its_launches(tally: Tally) -> None:
    assert tally.of(cell("a")).step_s is None
    for step in (1.0, 5.0, 2.0):
        tally.take(launch("a", step))
    assert tally.of(cell("a")).step_s == 2.0
    assert (tally.done, tally.total) == (3, 11)


def test_passes_count_and_change_no_time(tally: Tally) -> None:
    tally.take(launch("a", 1.0))
    tally.take(launch("a", None, measures="memory", status="failed"))
    assert (tally.done, tally.of(cell("a")).step_s, tally.of(cell("a")).trouble) == (2, 1.0, "")


@pytest.mark.parametrize("status", ["failed", "oom", "timeout", "crashed", "skipped"])
def test_what_a_cell_given_up_will_never_have_is_not_waited_for(tally: Tally, status: str) -> None:
    tally.take(launch("a", None, status=status))
    assert tally.total == 11 - 2 - 1  # two launches, and its pass
    tally.take(launch("a again", None, status=status))
    assert tally.total == 11 - 3 - 2  # which goes through no pass
    assert tally.timed([cell("a"), cell("b")]) == (1, 4)


def test_an_unverified_cell_is_measured_again(tally: Tally) -> None:
    tally.take(launch("a", 1.0, status="unverified"))
    assert tally.total == 11
    assert tally.of(cell("a")).trouble == "unverified"


def test_flags_are_counted_by_cell(tally: Tally) -> None:
    for name, flags in (("a", ["drift"]), ("a", ["drift", "steal"]), ("b", ["drift"])):
        tally.take(launch(name, flags=flags))
    assert tally.flagged() == [("drift", 2), ("steal", 1)]


def test_nothing_is_divided_by_no_cell() -> None:
    assert Tally([], 3, 0).total == 0
