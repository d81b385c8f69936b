"""What several runs say together, and what other programs measured."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from gpubench.analysis.case import device_in_words
from gpubench.analysis.findings import Findings
from gpubench.analysis.measured import Measured
from gpubench.analysis.numeral import times
from gpubench.analysis.quantity import MISSING, NONE, seconds
from gpubench.analysis.ratio import Answer, Ratio
from gpubench.analysis.side_by_side import Beside, Level, SideBySide
from gpubench.analysis.untold import untold
from gpubench_reports.table import Column, Entry, Table, table
from gpubench_reports.tables.entries import (
    CASE,
    INTERVAL,
    RUN,
    amount,
    count,
    doubt,
    doubted_step,
    estimate,
    of_case,
    of_device,
    of_ratio,
    step,
)  # fmt: skip


def machines(findings: Findings) -> Table:
    """The machines: a column each, a row for each fact of any of them."""
    beside = findings.side_by_side
    found = beside.machines if beside else ()
    facts = [dict(one.facts) for one in found]
    names = dict.fromkeys(name for own in facts for name in own)
    rows = [(Entry(name), *(Entry(own.get(name, NONE)) for own in facts)) for name in names]
    columns = (Column("Fact"), *(Column(one.title, named=True) for one in found))
    return table("What was measured on what.", columns, [("", rows)])


def side_by_side(findings: Findings) -> Table:
    """Every cell that all machines measured, and how many times faster each is than the first."""
    beside = findings.side_by_side
    return _cell_by_cell(beside, [row for row in beside.rows if row.common] if beside else [])


def elsewhere(findings: Findings) -> Table:
    """Every cell that some of the machines measured."""
    beside = findings.side_by_side
    return _cell_by_cell(beside, [row for row in beside.rows if not row.common] if beside else [])


def means(findings: Findings) -> Table:
    """How many times faster each machine is than the first by all cells of both, a row for each class of devices."""
    beside = findings.side_by_side
    if beside is None:
        return table("", (), [])
    first, *others = [one.title for one in beside.machines]
    columns = (Column("Device"), Column("Cells", number=True), *_ratios(first, others))
    kinds: dict[str, list[Level]] = defaultdict(list)
    for level in beside.levels:
        kinds[level.kind].append(level)
    rows = [
        (
            Entry(device_in_words(kind)), count(levels[0].mean.cells),
            *(
                entry
                for one in levels
                for entry in _against(one.mean.ratio, one.base.title, one.machine.title, one.cells)
            ),
        )
        for kind, levels in kinds.items()
    ]  # fmt: skip
    return table("The geometric mean of what every machine measured, cell by cell below.", columns, [("", rows)])


def _cell_by_cell(beside: SideBySide | None, rows: Sequence[Beside]) -> Table:
    """Step times, and the ratios to the first machine's of those machines that share a cell with it."""
    if beside is None or not rows:
        return table("", (), [])
    first, *others = [one.title for one in beside.machines]
    compared = [place for place in range(1, len(beside.machines)) if any(row.ratios[place] for row in rows)]
    names = [others[place - 1] for place in compared]
    columns = (
        Column("Workload"), *CASE, Column("Device", fold=True), Column("Backend", fold=True),
        *(Column(name, number=True, aside=INTERVAL) for name in (first, *others)), *_ratios(first, names),
    )  # fmt: skip
    drawn = [
        (
            Entry(cell.case.workload), *of_case(cell), Entry(device_in_words(cell.kind)), Entry(cell.how),
            *(_step(one) for one in row.cells),
            *(
                entry
                for place, name in zip(compared, names, strict=True)
                for entry in _against(row.ratios[place], first, name, (row.cells[0], row.cells[place]))
            ),
        )
        for row in rows
        for cell in [row.example]
    ]  # fmt: skip
    told = f" A ratio is {first}'s time over the other's, so above 1 the other is faster." if names else ""
    return table(f"Step times.{told}", columns, [("", drawn)])


def _ratios(first: str, others: Sequence[str]) -> tuple[Column, ...]:
    return tuple(
        column
        for name in others
        for column in (Column(f"{first}'s time ÷ {name}'s", number=True, aside=INTERVAL), Column("In words"))
    )


def _against(ratio: Ratio | None, base: str, other: str, cells: Iterable[Measured | None]) -> tuple[Entry, Entry]:
    """How many times faster the other is, and the same from the side of the faster, which is what a reader wants."""
    number = replace(_ratio(ratio, *cells), mark="")
    told = ratio is not None and not ratio.untold
    return number, Entry("" if ratio is None else _words(ratio, base, other), mark="main" if told else "")


def _words(ratio: Ratio, base: str, other: str) -> str:
    if ratio.untold:
        return untold(ratio)
    if ratio.value < 1:
        ratio, other = ratio.inverse, base
    few = " (too few launches to say)" if ratio.answer is Answer.NO_INTERVAL else ""
    return f"{other} {times(ratio)[0]} faster{few}"


def _step(cell: Measured | None) -> Entry:
    return estimate(MISSING) if cell is None else replace(step(cell), doubt=doubt(cell))


def _ratio(ratio: Ratio | None, *sides: Measured | None) -> Entry:
    return Entry(NONE) if ratio is None else of_ratio(ratio, *filter(None, sides))


def histories(findings: Findings) -> Table:
    """Every cell that a machine measured more than once, a row for each time."""
    columns = (
        Column("Workload"), *CASE, Column("Device", fold=True), Column("Backend", fold=True), RUN, Column("Version"),
        Column("Step time", number=True, aside=INTERVAL), Column("First over this", number=True, aside=INTERVAL),
    )  # fmt: skip
    rows = [
        (
            Entry(cell.case.workload), *of_case(cell), of_device(findings, cell.device), Entry(cell.how),
            Entry(cell.run), Entry(cell.backend_version), doubted_step(cell), _ratio(change, one.cells[0], cell),
        )
        for one in findings.histories
        for cell, change in zip(one.cells, (None, *one.changes), strict=True)
    ]  # fmt: skip
    return table("In the order of time; above 1 a cell got faster since it was first measured.", columns, [("", rows)])


def latencies(findings: Findings) -> Table:
    """What another program measured: how long one caller waits for one result."""
    columns = (
        RUN, Column("Test"), Column("Size", fold=True), Column("Parameters", fold=True),
        Column("Precision", fold=True), Column("Data", fold=True), Column("Device", fold=True),
        Column("Backend", fold=True), Column("Latency", number=True), Column("Rounds", number=True),
    )  # fmt: skip
    rows = [
        (
            Entry(cell.run), Entry(case.workload), Entry(case.sized),
            Entry(", ".join(f"{name} {value}" for name, value in case.params)), Entry(case.precision), Entry(case.data),
            of_device(findings, cell.device), Entry(cell.how), amount(seconds(cell.latency_s), "main"),
            count(cell.samples),
        )
        for cell in findings.latencies
        for case in [cell.case]
    ]  # fmt: skip
    return table("The median over the rounds of one process, so without an interval.", columns, [("", rows)])
