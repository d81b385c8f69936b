"""How far apart a run puts a cell and itself: the A/A pairs."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable
from dataclasses import dataclass

from gpubench.analysis.measured import Measured, ratio_of
from gpubench.analysis.ratio import Ratio
from gpubench.plan import AA

STEADIER = 3.0
"""How much less a few launches may scatter by chance than those of another cell which is no steadier."""


@dataclass(frozen=True)
class NoiseFloor:
    """One cell measured twice in one run, by workers of their own. ratio: of the two, 1 on a silent machine.

    scatter: of its launches, as `scatter` has it; the larger of the two.
    """

    cell: Measured
    ratio: Ratio
    scatter: float

    @property
    def floor(self) -> float:
        """The least relative difference that this run can tell from none: the far end of the interval, 0.05 for 5 %."""
        ends = [end for end in (self.ratio.lo, self.ratio.hi) if end is not None] or [self.ratio.value]
        return math.expm1(max(abs(math.log(end)) for end in ends))

    def of(self, cells: Iterable[Measured]) -> float:
        """The same for other cells of its device: as much less as their launches scatter less, beyond chance.

        One noisy cell says little of one whose launches agree: on a GPU the step that waits for Python scatters, and
        the product that keeps the GPU busy does not.
        """
        other = max(scatter(cell) for cell in cells)
        share = min(1.0, STEADIER * other / self.scatter) if self.scatter > 0 else 1.0
        return math.expm1(math.log1p(self.floor) * share)


def scatter(cell: Measured) -> float:
    """Of a cell's launch medians: the standard deviation of their logarithms; infinite for a single one."""
    logs = [math.log(median) for median in cell.medians.values()]
    return statistics.stdev(logs) if len(logs) > 1 else math.inf


def noise_floors(cells: Iterable[Measured]) -> tuple[NoiseFloor, ...]:
    """One for each A/A pair of which both halves were measured."""
    good = [cell for cell in cells if cell.ok]
    second = {_key(cell): cell for cell in good if cell.variant == AA}
    return tuple(
        NoiseFloor(cell, ratio_of(cell, twin), max(scatter(cell), scatter(twin)))
        for cell in good
        if cell.variant != AA and (twin := second.get(_key(cell))) is not None
    )


def _key(cell: Measured) -> object:
    return (cell.run_id, cell.case, cell.backend, cell.mode, cell.device)
