"""A comparison for a pull request, an issue or the summary of a job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gpubench.analysis import markdown as md
from gpubench.cli.compare_grid import grid
from gpubench.cli.compare_words import notes, run_lines, sentence
from gpubench.cli.visible import visible

if TYPE_CHECKING:
    from gpubench.analysis.comparison import Comparison


def markdown(comparison: Comparison, explanations: str) -> str:
    """A heading, the sentence that sums up, the table, what to know about it, the runs."""
    parts = ["### gpubench compare", _plain(sentence(comparison))]
    if comparison.compared:
        rows = grid(comparison)
        texts = ([visible(text) for text in row.texts] for row in rows.rows)
        parts.append(md.grid([visible(text) for text in rows.heads], rows.numbers, texts))
    parts += [_plain(note) for note in notes(comparison)]
    parts.append("\n".join(f"- {_plain(line)}" for line in run_lines(comparison)))
    if explanations:
        fenced = md.fenced(visible(explanations))
        parts.append(f"<details><summary>How each verdict came about</summary>\n\n{fenced}\n\n</details>")
    return "\n\n".join(parts)


def _plain(text: str) -> str:
    return md.escaped(visible(text))
