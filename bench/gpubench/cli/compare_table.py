"""A comparison for a person at a terminal, or in a log 80 columns wide."""

from __future__ import annotations

import io
import shutil
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from gpubench.analysis.judgement import Verdict
from gpubench.cli.compare_grid import grid
from gpubench.cli.compare_words import notes, run_lines, sentence
from gpubench.cli.visible import one_line, visible

if TYPE_CHECKING:
    from gpubench.analysis.comparison import Comparison

_STYLES = {
    Verdict.SLOWER: "bold red", Verdict.FASTER: "green", Verdict.INCONCLUSIVE: "yellow", Verdict.INVALID: "magenta",
    Verdict.SAME: "",
}  # fmt: skip


def table(comparison: Comparison, explanations: str) -> str:
    """The runs, the table, what to know about it, and last a sentence that sums up.

    Colours are always in it: who writes it takes them out where they are not wanted.
    """
    file = io.StringIO()
    width = shutil.get_terminal_size((80, 24)).columns
    console = Console(file=file, width=width, force_terminal=True, color_system="standard", no_color=False)
    for line in run_lines(comparison):
        console.print(Text(visible(line)), soft_wrap=True)
    if comparison.compared:
        console.print(_drawn(comparison))
    for line in notes(comparison):
        console.print(Text(visible(line)))
    if explanations:
        console.print(Text(f"\n{visible(explanations)}\n"), soft_wrap=True)
    console.print(Text(one_line(sentence(comparison)), style="bold"))
    return file.getvalue().rstrip("\n")


def _drawn(comparison: Comparison) -> Table:
    rows = grid(comparison)
    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for index, head in enumerate(rows.heads):
        number = index in rows.numbers
        drawn.add_column(Text(one_line(head)), justify="right" if number else "left", no_wrap=number, overflow="fold")
    for row in rows.rows:
        drawn.add_row(
            *(
                Text(visible(text), style=_STYLES[verdict] if verdict else "")
                for text, verdict in zip(row.texts, row.verdicts, strict=True)
            )
        )
    return drawn
