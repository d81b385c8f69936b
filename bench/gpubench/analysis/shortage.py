"""Where curves over sizes end since memory did not suffice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from gpubench.analysis.case import Case
from gpubench.analysis.measured import Measured

CurveKey = tuple[str, Case, str, str, str]
"""Run, family of cases, backend, mode and device."""


def curve_key(cell: Measured) -> CurveKey:
    """What the cells of one curve have in common."""
    return (cell.run, cell.case.family, cell.backend, cell.mode, cell.device)


def shortages(cells: Iterable[Measured]) -> dict[CurveKey, tuple[float, ...]]:
    """The sizes at which memory did not suffice, ascending, by curve."""
    found: dict[CurveKey, set[float]] = defaultdict(set)
    for cell in cells:
        if cell.status == "oom" and (length := cell.case.length) is not None:
            found[curve_key(cell)].add(length)
    return {key: tuple(sorted(sizes)) for key, sizes in found.items()}


def first_beyond(sizes: Iterable[float], last: float) -> float | None:
    """The first of ascending sizes that is larger than the last one measured."""
    return next((size for size in sizes if size > last), None)
