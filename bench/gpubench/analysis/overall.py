"""One figure for all cells that every side of a comparison has: the geometric mean of their ratios."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from gpubench.analysis.difference import Launches, difference
from gpubench.analysis.ratio import Ratio, around


@dataclass(frozen=True)
class Both:
    """The launch medians of one cell on both sides, and the ratio of the two."""

    base: Launches
    new: Launches
    ratio: Ratio


@dataclass(frozen=True)
class Overall:
    """Of one NEW. cells: how many are in the mean. ratio: None where there is none."""

    new: str
    cells: int
    ratio: Ratio | None


def overall(new: str, cells: Sequence[Both], *, interleaved: bool) -> Overall:
    """The geometric mean of the cells' ratios.

    Its interval is that of the geometric mean of the cells' times in each launch, over launches: a process that runs
    slow does so for all its cells, so cells are no independent draws. It says how well these cells were measured, not
    what others would show.
    """
    if not cells:
        return Overall(new, 0, None)
    value = math.exp(statistics.fmean(math.log(cell.ratio.value) for cell in cells))
    base, fresh = _mean([cell.base for cell in cells]), _mean([cell.new for cell in cells])
    apart = difference(base, fresh, interleaved=interleaved)
    return Overall(new, len(cells), around(value, apart, min(len(base), len(fresh))))


def _mean(cells: Sequence[Launches]) -> Launches:
    """The geometric mean over cells, launch by launch, of the launches that all of them have."""
    common = sorted(set.intersection(*(set(cell) for cell in cells)))
    return {launch: statistics.geometric_mean([cell[launch] for cell in cells]) for launch in common}
