"""Figures as text, and rows as Markdown tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from experiments import Outcome
from share import Share

from gpubench.analysis.judgement import Verdict

NOTHING = "–"
_FIGURES = tuple("0123456789+-–")


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Words to the left, figures to the right: a column is one of figures where each of its cells begins as one."""
    body = [list(row) for row in rows]
    figures = [all(row[column][:1] in _FIGURES for row in body) for column in range(len(headings))]
    rule = ["---:" if is_figure else "---" for is_figure in figures]
    return "\n".join("| " + " | ".join(row) + " |" for row in (headings, rule, *body))


def per_cent(share: float, places: int = 1) -> str:
    """`4.7 %`."""
    return f"{100 * share:.{places}f} %"


def bounded(share: Share) -> str:
    """`3 of 64: 4.7 % [1.0–13.1]`."""
    if not share.trials:
        return NOTHING
    low, high = share.bounds
    return f"{share.hits} of {share.trials}: {per_cent(share.value)} [{100 * low:.1f}–{100 * high:.1f}]"


def in_order(outcome: Outcome | None) -> str:
    """The share with its interval."""
    return NOTHING if outcome is None else bounded(outcome.share)


def shuffled(outcome: Outcome | None) -> str:
    """The share over many deals."""
    return NOTHING if outcome is None else per_cent(outcome.shuffled)


def others(outcome: Outcome | None) -> str:
    """What the program says in the other cases: `SAME 12, INCONCLUSIVE 3`."""
    if outcome is None:
        return NOTHING
    left = ((verdict, outcome.in_order[verdict]) for verdict in Verdict if verdict not in outcome.looked_for)
    return ", ".join(f"{verdict.value} {count}" for verdict, count in left if count) or NOTHING
