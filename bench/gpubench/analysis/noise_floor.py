"""How far apart a run puts a cell and itself: the A/A pairs."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from gpubench.analysis.measured import Measured, ratio_of
from gpubench.analysis.noise import Noise, scatter
from gpubench.analysis.ratio import Ratio
from gpubench.plan import AA


@dataclass(frozen=True)
class NoiseFloor:
    """One cell measured twice in one run, by workers of their own. twin: the second. ratio: 1 on a silent machine.

    scatter: of its launches, as `scatter` has it; the larger of the two.
    """

    cell: Measured
    twin: Measured
    ratio: Ratio
    scatter: float

    @property
    def floor(self) -> float:
        """The least relative difference that this run can tell from none: the far end of the interval, 0.05 for 5 %."""
        ends = [end for end in (self.ratio.lo, self.ratio.hi) if end is not None] or [self.ratio.value]
        return math.expm1(max(abs(math.log(end)) for end in ends))

    def of(self, cells: Iterable[Measured]) -> float:
        """The same for other cells of its device, as far as it is that of the one that scatters most."""
        return self.noise.of(max(scatter(cell.medians) for cell in cells))

    @property
    def noise(self) -> Noise:
        """What it says of other cells."""
        return Noise(self.floor, self.scatter)


def noise_floors(cells: Iterable[Measured]) -> tuple[NoiseFloor, ...]:
    """One for each A/A pair of which both halves were measured."""
    good = [cell for cell in cells if cell.ok]
    second = {_key(cell): cell for cell in good if cell.variant == AA}
    return tuple(
        NoiseFloor(cell, twin, ratio_of(cell, twin), max(scatter(cell.medians), scatter(twin.medians)))
        for cell in good
        if cell.variant != AA and (twin := second.get(_key(cell))) is not None
    )


def with_noise_floors(cells: Iterable[Measured], floors: Iterable[NoiseFloor]) -> list[Measured]:
    """The cells, each with what its run found between a cell of its backend and device and itself."""
    known: dict[object, list[Noise]] = defaultdict(list)
    for one in floors:
        known[_place(one.cell)].append(one.noise)
    return [replace(cell, noises=tuple(found)) if (found := known.get(_place(cell))) else cell for cell in cells]


def _place(cell: Measured) -> object:
    return (cell.run_id, cell.backend, cell.device)


def _key(cell: Measured) -> object:
    return (cell.run_id, cell.case, cell.backend, cell.mode, cell.device)
