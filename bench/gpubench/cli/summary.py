"""Findings on a terminal, or in a log 80 columns wide: the verdicts, what they rest on, what to know about them.

The words are those of the page: both draw the same findings.
"""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from gpubench.cli.compare_words import run_words
from gpubench.cli.summary_tables import headline, history, side_by_side
from gpubench.cli.visible import one_line

if TYPE_CHECKING:
    from gpubench.analysis.caveat import Caveat
    from gpubench.analysis.findings import Findings
    from gpubench.analysis.verdict import Note, Verdict

_SPACES = re.compile(r" +((?:\x1b\[[0-9;]*m)*)$")
"""At the end of a line, before what ends its colours."""


def run_lines(findings: Findings) -> Iterator[str]:
    """A line for each run: where it lies, what measured it, and what came of its cells."""
    for run in findings.runs:
        label = f"Run {run.label}: " if run.label else ""
        counts = ", ".join(f"{count} {status}" for status, count in run.statuses) or "none"
        yield one_line(f"{label}{run_words(run)}; cells: {counts}")


def summary(findings: Findings) -> str:
    """Verdicts, tables and caveats; last why there is no speed-up, where there is none.

    Colours are always in it: who writes it takes them out where they are not wanted.
    """
    file = io.StringIO()
    width = shutil.get_terminal_size((80, 24)).columns
    console = Console(file=file, width=width, force_terminal=True, color_system="standard", no_color=False)
    for part in _parts(findings):
        console.print()
        console.print(part)
    for caveat in sorted(findings.caveats, key=lambda caveat: caveat.kind == "absent"):
        console.print()
        _print_caveat(console, caveat)
    return "\n".join(_SPACES.sub(r"\1", line) for line in file.getvalue().strip("\n").split("\n"))


def _parts(findings: Findings) -> Iterator[RenderableType]:
    if processors := list(_processors(findings)):
        yield Group(*processors)
    yield from (_verdict(verdict) for verdict in findings.verdicts)
    for table in (headline(findings), side_by_side(findings), history(findings)):
        if table is not None:
            yield table


def _processors(findings: Findings) -> Iterator[Text]:
    """What speed-ups are over, said once."""
    for run in findings.runs:
        if run.processor.words:
            label = f"Run {run.label}: " if run.label else ""
            yield Text(one_line(f"{label}{run.processor.words}"))


def _verdict(verdict: Verdict) -> Group:
    said = Table.grid(padding=(0, 2, 0, 0))
    said.add_column(no_wrap=True, style="bold cyan")
    said.add_column(no_wrap=True)
    said.add_column()
    for one in verdict.statements:
        said.add_row(*(Text(one_line(text)) for text in (one.figure, one.interval, one.words)))
    parts: list[RenderableType] = [said, *(_note(note) for note in verdict.notes)]
    if verdict.flagged:
        parts.append(Text.assemble(("! flagged: ", "yellow"), one_line(verdict.flagged)))
    return Group(Text(one_line(verdict.subject), style="bold"), *(Padding(part, (0, 0, 0, 2)) for part in parts))


def _note(note: Note) -> Text:
    return Text.assemble(("! ", "yellow") if note.doubt else "", one_line(note.sentence))


def _print_caveat(console: Console, caveat: Caveat) -> None:
    console.print(Text.assemble(("! ", "yellow"), one_line(caveat.text)))
    if caveat.next:
        console.print(Text(f"    {one_line(caveat.next)}", style="green"), soft_wrap=True)  # so that it can be copied
