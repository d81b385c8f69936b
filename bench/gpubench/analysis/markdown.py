"""Text and tables in Markdown, for an issue or a pull request: what a run says is never markup there."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

_SPECIAL = re.compile(r"([\\`*_\[\]|~#])")
_TICKS = re.compile(r"`+")


def escaped(text: str) -> str:
    """Text that means nothing to Markdown or HTML, on one line."""
    harmless = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _SPECIAL.sub(r"\\\1", harmless).replace("\n", "<br>")


def grid(heads: Sequence[str], numbers: Collection[int], rows: Iterable[Sequence[str]]) -> str:
    """A table of plain texts, which are escaped. numbers: the places of the columns that are aligned right."""
    marks = ["--:" if place in numbers else "---" for place in range(len(heads))]
    return "\n".join([_line(heads), f"| {' | '.join(marks)} |", *(_line(row) for row in rows)])


def fenced(text: str) -> str:
    """Lines as they are, between fences longer than any in the text."""
    fence = "`" * max(4, _longest(text) + 1)
    return f"{fence}\n{text}\n{fence}"


def code(text: str) -> str:
    """One line as it is, to be copied."""
    ticks = "`" * (_longest(text) + 1)
    pad = " " if "`" in text else ""
    return f"{ticks}{pad}{text}{pad}{ticks}"


def _line(texts: Iterable[str]) -> str:
    return f"| {' | '.join(escaped(text) for text in texts)} |"


def _longest(text: str) -> int:
    return max(map(len, _TICKS.findall(text)), default=0)
