"""What became of a cell from run to run, in the order of time."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from gpubench.analysis.analyse import analyse
from gpubench.results.results import Results


def run(invented: Any, day: int, *steps: float, **cell: Any) -> Results:
    made = invented.Invented(f"day {day}")
    made.run = msgspec.structs.replace(made.run, created=f"2026-01-{day:02}T00:00:00+00:00")
    for size, step in enumerate(steps, 1):
        made.cell(invented.scattered(step), size=size, **cell)
    return made.results()


def test_a_history_is_in_the_order_of_time_whatever_the_order_given(invented: Any) -> None:
    findings = analyse([run(invented, 3, 1.0), run(invented, 1, 4.0), run(invented, 2, 2.0)])
    (one,) = findings.histories
    assert [cell.run_id for cell in one.cells] == ["day 1", "day 2", "day 3"]
    assert [change.value for change in one.changes] == pytest.approx([2.0, 4.0])
    assert one.change.value == pytest.approx(4.0)
    assert one.change.lo is not None
    assert one.change.lo < 4 < (one.change.hi or 0)
    assert not one.change.paired


def test_only_cells_that_were_measured_again_have_one(invented: Any) -> None:
    findings = analyse([run(invented, 1, 1.0, 2.0), run(invented, 2, 1.0)])
    assert [one.cells[0].case.size for one in findings.histories] == [1]


@pytest.mark.parametrize("other", [{"device": "cuda:0"}, {"backend": "tensorflow"}, {"precision": "tf32"}])
def test_another_cell_is_no_part_of_it(invented: Any, other: dict[str, Any]) -> None:
    assert analyse([run(invented, 1, 1.0), run(invented, 2, 1.0, **other)]).histories == ()


def test_neither_is_another_machine(invented: Any) -> None:
    elsewhere = invented.Invented("elsewhere", host="beef")
    elsewhere.cell((1.0, 1.0, 1.0), size=1)
    findings = analyse([run(invented, 1, 1.0), elsewhere.results()])
    assert findings.histories == ()
    assert findings.side_by_side is not None


def test_one_run_has_no_history_and_stands_beside_nothing(invented: Any) -> None:
    findings = analyse([run(invented, 1, 1.0)])
    assert (findings.histories, findings.side_by_side) == ((), None)


def test_the_verdicts_are_of_today(invented: Any) -> None:
    runs = [run(invented, day, 1.0) for day in (1, 2)]
    older, newer = invented.Invented("older"), invented.Invented("newer")
    for made, day, slow in ((older, 1, 2.0), (newer, 2, 8.0)):
        made.run = msgspec.structs.replace(made.run, created=f"2026-01-{day:02}T00:00:00+00:00")
        made.cell((slow,) * 3)
        made.cell((1.0,) * 3, backend="tensorflow")
    findings = analyse([newer.results(), older.results()])
    assert [verdict.statements[0].figure for verdict in findings.verdicts] == ["8.000×"]
    assert "in run A" in findings.verdicts[0].sentence
    assert len(analyse(runs).headlines) == 1
