"""Runs made of a pool's launches, as if they had been measured as runs: what `compare` is given."""

from __future__ import annotations

from pathlib import Path

from deals import Pool
from pools import Condition, Launch

from gpubench.plan import AA, identified
from gpubench.results.records import Cell, End, Env, Run, Series
from gpubench.results.records import Launch as Record
from gpubench.results.results import Results

CREATED = "2026-01-01T00:00:00+00:00"


def run(name: str, cells: Pool, partners: Pool, turns_with: str = "") -> Results:
    """A whole run. partners: the launches of A/A partners. Planted work is measured under the plain cell's name.

    turns_with: the name of the run that its launches took turns with.
    """
    found: list[Cell] = []
    records: list[Record] = []
    for variant, by_condition in (("", cells), (AA, partners)):
        for condition, launches in by_condition.items():
            cell = _cell(condition, variant)
            found.append(cell)
            records += [_record(cell, number, launch) for number, launch in enumerate(launches)]
    count = max(map(len, cells.values()))
    return Results(
        path=Path(name, "results.jsonl"),
        run=Run(
            run_id=name, created=CREATED, gpubench="0", command=[], preset="quick", seed=0, launches=count,
            max_time_s=1.0, timeout_s=1.0, selection={}, planned=len(found), absent={},
            turns_with=turns_with,
        ),
        envs=(Env(scope="machine", facts={"host (hashed)": "one"}),),
        cell_records=tuple(found),
        launch_records=tuple(records),
        events=(),
        end=End(at=CREATED, seconds={}, statuses={}),
        notes=(),
        whole_bytes=0,
    )  # fmt: skip


def _cell(condition: Condition, variant: str) -> Cell:
    return identified(
        Cell(
            cell_id="", workload="chain", version=1, axis="n", size=condition.n, params={}, backend=condition.backend,
            device="cpu", precision="float32", mode="eager", data="resident", variant=variant, threads=1, item="link",
            reason="",
        )
    )  # fmt: skip


def _record(cell: Cell, number: int, launch: Launch) -> Record:
    return Record(
        cell_id=cell.cell_id, device="cpu", launch=number, status="ok", checked=True,
        quantities={"step": Series(calls=1, seconds=[launch.median_s])},
    )  # fmt: skip
