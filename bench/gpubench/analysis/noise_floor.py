"""How far apart a run puts a cell and itself: the A/A pairs."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from gpubench.analysis.measured import Measured, ratio_of
from gpubench.analysis.ratio import Ratio
from gpubench.plan import AA


@dataclass(frozen=True)
class NoiseFloor:
    """One cell measured twice in one run, by workers of their own. ratio: of the two, 1 on a silent machine."""

    cell: Measured
    ratio: Ratio

    @property
    def floor(self) -> float:
        """The least relative difference that this run can tell from none: the far end of the interval, 0.05 for 5 %."""
        ends = [end for end in (self.ratio.lo, self.ratio.hi) if end is not None] or [self.ratio.value]
        return math.expm1(max(abs(math.log(end)) for end in ends))


def noise_floors(cells: Iterable[Measured]) -> tuple[NoiseFloor, ...]:
    """One for each A/A pair of which both halves were measured."""
    good = [cell for cell in cells if cell.ok]
    second = {_key(cell): cell for cell in good if cell.variant == AA}
    return tuple(
        NoiseFloor(cell, ratio_of(cell, second[_key(cell)]))
        for cell in good
        if cell.variant != AA and _key(cell) in second
    )


def _key(cell: Measured) -> object:
    return (cell.run_id, cell.case, cell.backend, cell.mode, cell.device)
