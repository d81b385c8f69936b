"""A comparison for a pull request, an issue or the summary of a job."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gpubench.cli.compare_grid import grid
from gpubench.cli.compare_words import notes, run_lines, sentence, visible

if TYPE_CHECKING:
    from gpubench.analysis.comparison import Comparison

_SPECIAL = re.compile(r"([\\`*_\[\]|~#])")


def markdown(comparison: Comparison, explanations: str) -> str:
    """A heading, the sentence that sums up, the table, what to know about it, the runs."""
    parts = ["### gpubench compare", _plain(sentence(comparison))]
    if comparison.compared:
        rows = grid(comparison)
        marks = ["--:" if index in rows.numbers else "---" for index in range(len(rows.heads))]
        lines = [_line(rows.heads), f"| {' | '.join(marks)} |", *(_line(row.texts) for row in rows.rows)]
        parts.append("\n".join(lines))
    parts += [_plain(note) for note in notes(comparison)]
    parts.append("\n".join(f"- {_plain(line)}" for line in run_lines(comparison)))
    if explanations:
        fenced = f"````\n{visible(explanations)}\n````"
        parts.append(f"<details><summary>How each verdict came about</summary>\n\n{fenced}\n\n</details>")
    return "\n\n".join(parts)


def _line(texts: tuple[str, ...]) -> str:
    return f"| {' | '.join(_plain(text) for text in texts)} |"


def _plain(text: str) -> str:
    """Text that means nothing to Markdown or HTML, on one line."""
    harmless = visible(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _SPECIAL.sub(r"\\\1", harmless).replace("\n", "<br>")
