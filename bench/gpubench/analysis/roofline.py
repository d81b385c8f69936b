"""How near each step comes to what its device was measured to do at best, and what limits it."""

from __future__ import annotations

import enum
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gpubench.analysis.ceiling import Ceiling, Place, place
from gpubench.analysis.measured import Measured
from gpubench.results.flags import DISPATCH_BOUND

MOST = 0.5
"""With less than this share of what is attainable most of a step's time goes where neither ceiling has a say."""
ABOVE = 1.05
"""From this share on a step is faster than its ceiling by more than the two scatter."""
LEAST = 0.01
"""Of the cheapest call: work that the ceilings allow in less time than this is not what a step is made of."""


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
    def at_most(self) -> bool:
        """Whether a larger product might show a higher ceiling, and so a lower share; one above it is above both."""
        return self.limit is Bound.COMPUTE and not self.ceiling.settled and self.share <= 1

    @property
    def bound(self) -> Bound:
        """The ceiling that the step is under, where that accounts for half of its time or more."""
        return Bound.NEITHER if self.share < MOST else self.limit

    @property
    def limit(self) -> Bound:
        """The lower ceiling at this intensity, however far below it the step is."""
        return Bound.COMPUTE if self.ceiling.limit(self.intensity) is self.ceiling.product else Bound.MEMORY

    @property
    def words(self) -> str:
        """What limits the step, for people; where it is above its ceiling, how that can be."""
        if self.share > ABOVE:
            why = _WHY_ABOVE[self.limit]
            return why if self.ceiling.settled or self.limit is Bound.MEMORY else f"{why}; {_TOO_SMALL}"
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
_TOO_SMALL = "or that product was too small to show what the device can do"


def placements(cells: Sequence[Measured], ceilings: Mapping[tuple[Place, str], Ceiling]) -> tuple[Placement, ...]:
    """Of every cell that computes and moves something and whose ceilings are known, in plan order.

    Work whose data come from the host is left out: its limit is the way to the device. So is work that is next to
    nothing beside the cheapest call of its backend and mode on its device: neither ceiling has to do with its time.
    """
    calls = _cheapest(cells)
    found = []
    for cell in cells:
        ceiling = ceilings.get((place(cell), cell.case.precision))
        if ceiling is not None and cell.case.data == "resident" and cell.flops and cell.bytes and cell.flop_per_s:
            one = Placement(cell, ceiling, cell.flops / cell.bytes, cell.flop_per_s)
            if cell.flops / one.attainable >= LEAST * calls[_caller(cell)]:
                found.append(one)
    return tuple(found)


def _cheapest(cells: Iterable[Measured]) -> dict[object, float]:
    """By caller, seconds of the shortest step that computes or moves anything."""
    found: dict[object, float] = {}
    for cell in cells:
        if cell.step is not None and (cell.flops or cell.bytes):
            found[_caller(cell)] = min(cell.step.value, found.get(_caller(cell), math.inf))
    return found


def _caller(cell: Measured) -> object:
    return (place(cell), cell.backend, cell.mode)
