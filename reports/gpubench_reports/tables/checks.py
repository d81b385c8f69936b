"""What the figures are worth: cells without a valid time, the noise floor, what the harness itself costs."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from gpubench.analysis.caveat import STATUS_WORDS
from gpubench.analysis.findings import Findings
from gpubench.analysis.measured import Measured
from gpubench.analysis.numeral import written
from gpubench.analysis.quantity import NONE, floor_in_words, percent
from gpubench.analysis.shortage import curve_key
from gpubench_reports.table import Column, Entry, Table, table
from gpubench_reports.tables.entries import INTERVAL, RUN, count, doubt, doubted_step, of_device, of_ratio

_ORDER = ("failed", "crashed", "oom", "timeout", "unverified", "skipped")


def not_ok(findings: Findings) -> Table:
    """Cells without a valid time, what went wrong first, what could not run here last.

    Those that differ in nothing but their size have one row.
    """
    alike: dict[object, list[Measured]] = defaultdict(list)
    for cell in sorted(findings.not_ok, key=lambda cell: _ORDER.index(cell.status) if cell.status in _ORDER else 0):
        alike[cell.status, curve_key(cell), cell.case.axis, cell.variant, cell.reason].append(cell)
    several = any(len(cells) > 1 for cells in alike.values())
    columns = (
        RUN, Column("Status"), Column("Cell"), *([Column("Cells", number=True)] if several else []),
        Column("Backend", fold=True), Column("Device", fold=True), Column("Reason"),
    )  # fmt: skip
    groups: dict[str, list[tuple[Entry, ...]]] = defaultdict(list)
    for cell, *others in alike.values():
        sizes = ", ".join(written(one.case.size) for one in (cell, *others))
        groups[cell.status].append(
            (
                Entry(cell.run), Entry(cell.status, mark="quiet" if cell.status == "skipped" else "bad"),
                Entry(replace(cell.case, size=sizes).words + (f" ({cell.repeats})" if cell.repeats else "")),
                *([count(1 + len(others))] if several else []), Entry(cell.how), of_device(findings, cell.device),
                Entry(cell.reason or STATUS_WORDS.get(cell.status, "no reason was given")),
            )
        )  # fmt: skip
    caption = f"Cells without a valid time: {len(findings.not_ok):,}; none of them is in any ratio."
    return table(caption, columns, list(groups.items()))


def noise(findings: Findings) -> Table:
    """The A/A pairs."""
    columns = (
        RUN, Column("Cell"), Column("Backend", fold=True), Column("Device", fold=True),
        Column("Second over first", number=True, aside=INTERVAL), Column("Noise floor", number=True),
    )  # fmt: skip
    rows = [
        (
            Entry(one.cell.run), Entry(one.cell.case.words), Entry(one.cell.how), of_device(findings, one.cell.device),
            of_ratio(one.ratio.inverse),
            Entry(floor_in_words(one.floor), mark="main", value=one.floor, doubt=doubt(one.cell, one.twin)),
        )
        for one in findings.noise_floors
    ]  # fmt: skip
    return table("The same cell measured twice in the same run, by other processes.", columns, [("", rows)])


def overhead(findings: Findings) -> Table:
    """The harness's own cost."""
    columns = (
        RUN, Column("Backend", fold=True), Column("Device", fold=True),
        Column("Empty call", number=True, aside=INTERVAL), Column("Share of the quickest step", number=True),
    )  # fmt: skip
    rows = [
        (
            Entry(one.cell.run), Entry(one.cell.how), of_device(findings, one.cell.device),
            doubted_step(one.cell),
            Entry(NONE if one.share is None else percent(one.share), value=one.share),
        )
        for one in findings.overheads
    ]  # fmt: skip
    return table("What the harness itself adds to each call.", columns, [("", rows)])
