"""The tables of the summary on a terminal: some rows each, since the report has them all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

from gpubench.analysis.case import device_in_words
from gpubench.analysis.numeral import times
from gpubench.analysis.quantity import NONE, seconds
from gpubench.cli.visible import one_line

if TYPE_CHECKING:
    from gpubench.analysis.findings import Findings
    from gpubench.analysis.measured import Measured
    from gpubench.analysis.ratio import Ratio

_MOST = 24
"""Rows of a table."""


def headline(findings: Findings) -> Table | None:
    """Of each workload the case that says most, and what other programs measured; None for nothing."""
    cells = [one.cell for one in findings.headlines] + list(findings.latencies)
    if not cells:
        return None
    runs = len({cell.run for cell in cells}) > 1
    heads = (*(["Run"] if runs else []), "Cell", "Device", "Backend", "Step time", "95 % interval", "Latency")
    rows = [
        (
            *([cell.run] if runs else []), _case(cell, cells), _device(findings, cell), cell.how, step.text,
            step.interval, seconds(cell.latency_s).text,
        )
        for cell in cells
        for step in [seconds(cell.step)]
    ]  # fmt: skip
    return _table(heads, rows, numbers=("Step time", "Latency"))


def side_by_side(findings: Findings) -> Table | None:
    """The cells that all machines have in common; None where there is one machine, or no such cell."""
    beside = findings.side_by_side
    common = [row for row in beside.rows if row.common] if beside else []
    if beside is None or not common:
        return None
    names = [one.title for one in beside.machines]
    heads = ("Cell", "Device", "Backend", *names, *(f"{name} against {names[0]}" for name in names[1:]))
    rows = [
        (
            _case(row.example, [one.example for one in common]), device_in_words(row.example.kind), row.example.how,
            *(seconds(cell.step).text if cell else NONE for cell in row.cells),
            *(_ratio(ratio) for ratio in row.ratios[1:]),
        )
        for row in common
    ]  # fmt: skip
    return _table(heads, rows, numbers=names)


def history(findings: Findings) -> Table | None:
    """What became of the cells that a machine measured more than once; None where none did."""
    if not findings.histories:
        return None
    heads = ("Cell", "Device", "Backend", "First", "Last", "Runs", "First over last")
    rows = [
        (
            _case(last, [one.cells[-1] for one in findings.histories]), _device(findings, last), last.how,
            seconds(first.step).text, seconds(last.step).text,
            " ".join(cell.run for cell in one.cells), _ratio(one.change),
        )
        for one in findings.histories
        for first, last in [(one.cells[0], one.cells[-1])]
    ]  # fmt: skip
    return _table(heads, rows, numbers=("First", "Last"))


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[str]) -> Table:
    """numbers: the heads of columns that are set to the right and not broken. No name is said twice in a row."""
    more, cell = len(rows) - _MOST, list(heads).index("Cell")
    drawn = Table(
        box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False, caption_justify="left",
        caption_style="none",
        caption=f"and {more} more {'row' if more == 1 else 'rows'}, which the report has" if more > 0 else None,
    )  # fmt: skip
    for head in heads:
        number = head in numbers
        whole = number or head == "95 % interval"
        drawn.add_column(Text(one_line(head)), justify="right" if number else "left", no_wrap=whole, overflow="fold")
    before = ""
    for row in rows[:_MOST]:
        said = list(row)
        said[cell] = "" if row[cell] == before else row[cell]
        before = row[cell]
        drawn.add_row(*(Text(one_line(text)) for text in said))
    return drawn


def _case(cell: Measured, beside: Sequence[Measured]) -> str:
    """A cell's case, with its precision and data where those tell it from the others of the table."""
    kinds = {(one.case.precision, one.case.data) for one in beside}
    return cell.case.words if len(kinds) > 1 else cell.case.name


def _device(findings: Findings, cell: Measured) -> str:
    return device_in_words(cell.device, several=len(findings.devices) > 2)


def _ratio(ratio: Ratio | None) -> str:
    return " ".join(filter(None, times(ratio))) if ratio else NONE
