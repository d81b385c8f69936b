"""What became of a cell on one machine from run to run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gpubench.analysis.measured import Measured, ratio_of
from gpubench.analysis.ratio import Ratio

Begun = Mapping[str, float]
"""When each run began, by its id, in seconds since 1970."""


@dataclass(frozen=True)
class History:
    """A cell of one machine in the order of time. changes: the first time over each later one, above 1 if that is less.

    Runs at different times are not paired, and other versions, settings or neighbours may be what changed it.
    """

    cells: tuple[Measured, ...]
    changes: tuple[Ratio, ...]

    @property
    def change(self) -> Ratio:
        """The first time over the last."""
        return self.changes[-1]


def histories(cells: Iterable[Measured], begun: Begun) -> tuple[History, ...]:
    """Every cell that one machine measured in two runs or more, in plan order."""
    found = [sorted(same, key=lambda cell: begun[cell.run_id]) for same in _same(cells).values() if len(same) > 1]
    return tuple(History(tuple(same), tuple(ratio_of(same[0], later) for later in same[1:])) for same in found)


def newest(cells: Iterable[Measured], begun: Begun) -> list[Measured]:
    """Of each cell of a machine that which was measured last: what the machine does today."""
    return [max(same, key=lambda cell: begun[cell.run_id]) for same in _same(cells).values()]


def _same(cells: Iterable[Measured]) -> dict[object, list[Measured]]:
    found: dict[object, list[Measured]] = defaultdict(list)
    for cell in cells:
        found[cell.machine, cell.identity].append(cell)
    return found
