"""What the self-test found, for a person: a table for each backend on each device."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from gpubench.cli.visible import one_line
from gpubench.worker.selftest.check import Check, Outcome

if TYPE_CHECKING:
    from gpubench.runner.selftest import Examined, Report

_STYLES = {Outcome.PASS: "green", Outcome.WARN: "yellow", Outcome.FAIL: "bold red", Outcome.NOT_APPLICABLE: "dim"}
_WIDTH = 120


def page(report: Report) -> str:
    """Every check with what was found and expected. Colours are in it: who writes it takes them out if need be."""
    file = io.StringIO()
    width = shutil.get_terminal_size((_WIDTH, 0)).columns
    console = Console(file=file, force_terminal=True, color_system="standard", no_color=False, width=width)
    for one in report.examined:
        console.print(Text(one_line(_head(one)), style="bold"))
        console.print(_table(one.checks))
        console.print(Text(_summary(one)))
        console.print()
    for device, check in report.across:
        console.print(Text(one_line(f"Backends on {device}"), style="bold"))
        console.print(_table([check]))
        console.print()
    return file.getvalue().rstrip("\n")


def _head(one: Examined) -> str:
    model = f": {one.model}" if one.model else ""
    return f"{one.backend} {one.version}".rstrip() + f" on {one.device}{model}"


def _table(checks: Iterable[Check]) -> Table:
    table = Table(box=None, pad_edge=False, show_edge=False)
    for name, no_wrap in (("", True), ("check", True), ("found", False), ("expected", False)):
        table.add_column(name, header_style="dim", no_wrap=no_wrap)
    for check in checks:
        outcome = Text(check.outcome.value, style=_STYLES[check.outcome])
        table.add_row(outcome, check.name, Text(one_line(check.found)), Text(one_line(check.expected)))
    return table


def _summary(one: Examined) -> str:
    counts = {outcome: sum(check.outcome is outcome for check in one.checks) for outcome in reversed(Outcome)}
    words = ", ".join(f"{count} {outcome.value}" for outcome, count in counts.items() if count)
    return f"{'failed' if one.failed else 'passed'}: {words}, in {one.seconds:.0f} s"
