"""How near each step comes to what its device was measured to do at best, and what limits it."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gpubench.analysis.ceiling import Ceiling, Place, place
from gpubench.analysis.measured import DISPATCH_BOUND, Measured

MOST = 0.5
"""With less than this share of what is attainable most of a step's time goes where neither ceiling has a say."""
ABOVE = 1.05
"""From this share on a step is faster than its ceiling by more than the two scatter."""


class Bound(enum.Enum):
    """What limits a step."""

    COMPUTE = "compute"
    MEMORY = "memory"
    NEITHER = "neither"


@dataclass(frozen=True)
class Placement:
    """A cell under the ceilings of its device and precision.

    intensity: FLOP per byte of traffic, rate: FLOP/s, both by the workload's formula, whatever was really executed.
    """

    cell: Measured
    ceiling: Ceiling
    intensity: float
    rate: float

    @property
    def attainable(self) -> float:
        """FLOP/s that the ceilings allow at this intensity."""
        return self.ceiling.attainable(self.intensity)

    @property
    def share(self) -> float:
        """Of what is attainable: 0.8 for 80 %. Above 1 where a step does less than the formula says."""
        return self.rate / self.attainable

    @property
    def bound(self) -> Bound:
        """The ceiling that the step is under, where that accounts for half of its time or more."""
        if self.share < MOST:
            return Bound.NEITHER
        return self._limit

    @property
    def _limit(self) -> Bound:
        return Bound.COMPUTE if self.ceiling.limit(self.intensity) is self.ceiling.product else Bound.MEMORY

    @property
    def words(self) -> str:
        """What limits the step, for people; where it is above its ceiling, how that can be."""
        if self.share > ABOVE:
            return _WHY_ABOVE[self._limit]
        if DISPATCH_BOUND in self.cell.flags:
            return "how fast Python issues calls"
        return _WORDS[self.bound]


_WORDS = {
    Bound.COMPUTE: "arithmetic",
    Bound.MEMORY: "memory",
    Bound.NEITHER: "neither: issuing calls, waiting, or a kernel that suits it badly",
}
_WHY_ABOVE = {
    Bound.COMPUTE: "faster than the fastest product measured: a convolution may multiply less than its formula counts "
    "(Winograd, FFT), and small data stay in caches",
    Bound.MEMORY: "faster than memory: the data stay in caches",
}


def placements(cells: Iterable[Measured], ceilings: Mapping[tuple[Place, str], Ceiling]) -> tuple[Placement, ...]:
    """Of every cell that computes and moves something and whose ceilings are known, in plan order.

    Work whose data come from the host is left out: its limit is the way to the device.
    """
    found = []
    for cell in cells:
        ceiling = ceilings.get((place(cell), cell.case.precision))
        if ceiling is not None and cell.case.data == "resident" and cell.flops and cell.bytes and cell.flop_per_s:
            found.append(Placement(cell, ceiling, cell.flops / cell.bytes, cell.flop_per_s))
    return tuple(found)
