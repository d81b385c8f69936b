"""A comparison as rows of text, the worst first: what its table and its Markdown have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gpubench.analysis.judgement import MOST_LAUNCHES, Verdict
from gpubench.cli.compare_words import cell_lines, inconclusive, ratio_words
from gpubench.results.units import duration

if TYPE_CHECKING:
    from gpubench.analysis.comparison import Compared, Comparison
    from gpubench.analysis.measured import Measured


@dataclass(frozen=True)
class Row:
    """texts: one for each head; a line end parts two lines. verdicts: what each text tells, None for nothing."""

    texts: tuple[str, ...]
    verdicts: tuple[Verdict | None, ...]


@dataclass(frozen=True)
class Grid:
    """numbers: the columns that are set to the right."""

    heads: tuple[str, ...]
    numbers: frozenset[int]
    rows: tuple[Row, ...]


def grid(comparison: Comparison) -> Grid:
    """A row for each cell; with several NEWs a column for each of them."""
    return _pair(comparison) if len(comparison.news) < 2 else _matrix(comparison)


def _pair(comparison: Comparison) -> Grid:
    base, new = comparison.base, comparison.news[0] if comparison.news else "NEW"
    needs = bool(inconclusive(comparison))
    rows = []
    for one in comparison.worst_first:
        texts = (
            one.verdict.value, "\n".join(cell_lines(one, comparison.by)), _time(one.base), _time(one.new),
            ratio_words(one.ratio),
        )  # fmt: skip
        needed = (_needed(one),) if needs else ()
        rows.append(Row(texts + needed, (one.verdict, *[None] * (len(texts) - 1 + len(needed)))))
    heads = ("Verdict", "Cell", base, new, "Ratio", *(["Takes"] if needs else []))
    return Grid(heads, frozenset({2, 3}), tuple(rows))


def _matrix(comparison: Comparison) -> Grid:
    """In the order of each cell's worst verdict."""
    by_cell: dict[tuple[str, str], dict[str, Compared]] = {}
    for one in comparison.worst_first:
        by_cell.setdefault(one.base.identity, {})[one.names.new] = one
    rows = []
    for found in by_cell.values():
        own = [found.get(name) for name in comparison.news]
        first = next(iter(found.values()))
        texts = ("\n".join(cell_lines(first, comparison.by)), _time(first.base), *(_ratio(one) for one in own))
        rows.append(Row(texts, (None, None, *(one.verdict if one else None for one in own))))
    heads = ("Cell", comparison.base, *comparison.news)
    return Grid(heads, frozenset({1}), (*rows, *_means(comparison)))


def _means(comparison: Comparison) -> Sequence[Row]:
    if not any(one.ratio for one in comparison.overalls):
        return []
    texts = [ratio_words(one.ratio) for one in comparison.overalls]
    name = f"geometric mean\nof {comparison.overalls[0].cells} cells"
    return [Row((name, "", *texts), (None,) * (2 + len(texts)))]


def _needed(one: Compared) -> str:
    if one.judgement is None or one.verdict is not Verdict.INCONCLUSIVE:
        return ""
    return str(one.judgement.needed or f">{MOST_LAUNCHES}")


def _ratio(one: Compared | None) -> str:
    return "" if one is None else "\n".join(filter(None, (one.verdict.value, ratio_words(one.ratio))))


def _time(cell: Measured | None) -> str:
    return duration(cell.step.value) if cell is not None and cell.step is not None else "–"
