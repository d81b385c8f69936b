"""From which size on an accelerator beats the CPU."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gpubench.analysis.case import the_device
from gpubench.analysis.measured import Measured
from gpubench.analysis.numeral import fixed, written
from gpubench.analysis.ratio import Ratio
from gpubench.analysis.shortage import CurveKey, curve_key, first_beyond, shortages
from gpubench.analysis.speedup import Speedup
from gpubench.analysis.untold import untold


@dataclass(frozen=True)
class Crossover:
    """Speed-ups over sizes of one family of cases.

    sizes, ratios: what was measured, ascending. cells: of both sides, at all of these sizes. first: the smallest
    measured size from which the device wins at every larger one; None where it loses at the largest. at: where the
    curve crosses 1, interpolated log-log; None where it does not cross between measured sizes. lo, hi: the same of the
    ratios' bounds, which hold the noise floor, each None where it lies outside the sizes measured or there is no
    interval. short: the smallest size beyond these for which the device has too little memory; None for none.
    """

    example: Measured
    sizes: tuple[float, ...]
    ratios: tuple[Ratio, ...]
    cells: tuple[Measured, ...]
    first: float | None
    at: float | None
    lo: float | None
    hi: float | None
    short: float | None

    @property
    def told(self) -> bool:
        """Whether there is an answer: at the largest size a difference is told."""
        return not self.ratios[-1].untold

    @property
    def words(self) -> str:
        """The answer in a clause that says of which device, and not of which case or backend."""
        device, axis = the_device(self.example.device), self.example.case.axis
        largest = f"the largest size measured, {axis} {written(self.sizes[-1])}"
        if not self.told:
            return f"no size is known from which {device} wins; at {largest}, {untold(self.ratios[-1])}"
        if self.first is None:
            return f"the CPU still beats {device} at {largest}"
        wins, sure = f"{device} wins", f"{axis} {written(self.sure)}"
        if self.at is not None:
            return f"{wins} from {axis} ≈ {self.where} on{self._end}"
        if self.sure > self.sizes[0]:
            return f"{wins} from {sure} on{self._end}; below {sure} no difference is told"
        return f"{wins} at every size measured, from {sure} on{self._end}"

    @property
    def _end(self) -> str:
        """Up to where, if memory sets an end."""
        if self.short is None:
            return ""
        axis = self.example.case.axis
        return f", up to {axis} {written(self.sizes[-1])} (out of memory from {axis} {written(self.short)})"

    @property
    def brief(self) -> str:
        """What is said of the device in the few words that a picture has room for."""
        if not self.told:
            return "crossover not told"
        if self.first is None:
            return "crossover not reached"
        if self.at is not None:
            return f"wins from {self.where}"
        return "wins at every size" if self.sure == self.sizes[0] else f"wins from {written(self.sure)} at the latest"

    @property
    def where(self) -> str:
        """`90 [75–203]`: where the curve crosses 1, with its interval; empty where it does not."""
        return "" if self.at is None else _whole(self.at) + self.interval

    @property
    def sure(self) -> float:
        """The smallest size from which on every ratio is told to be above 1; where the largest is."""
        unsure = [size for size, ratio in zip(self.sizes, self.ratios, strict=True) if ratio.untold]
        return next(size for size in self.sizes if not unsure or size > unsure[-1])

    @property
    def begins(self) -> float | None:
        """Where on the axis of sizes the answer stands; None where the device wins at all of them, or at none."""
        if self.first is None or self.at is not None:
            return self.at
        return self.sure if self.sure > self.sizes[0] else None

    @property
    def interval(self) -> str:
        """` [180–240]`, an end outside the sizes measured told as such, ` [under 64 to 240]`; empty without one."""
        if any(ratio.lo is None for ratio in self.ratios):
            return ""
        lo = _whole(self.lo) if self.lo is not None else f"under {written(self.sizes[0])}"
        hi = _whole(self.hi) if self.hi is not None else f"over {written(self.sizes[-1])}"
        return f" [{lo} to {hi}]" if None in (self.lo, self.hi) else f" [{lo}–{hi}]"


def crossovers(speedups: Sequence[Speedup], cells: Iterable[Measured]) -> tuple[Crossover, ...]:
    """One for each family of cases, backend, mode and device that was measured at two sizes or more.

    cells: all of them; of those that are in no speed-up, some tell where memory did not suffice.
    """
    families: dict[object, dict[float, Speedup]] = defaultdict(dict)
    for one in speedups:
        cell = one.subject
        if (length := cell.case.length) is not None:
            key = (cell.machine, cell.run, cell.case.family, cell.backend, cell.mode, cell.device)
            families[key][length] = one
    short = shortages(cells)
    return tuple(_crossover(by_size, short) for by_size in families.values() if len(by_size) > 1)


def _crossover(by_size: dict[float, Speedup], short: Mapping[CurveKey, Sequence[float]]) -> Crossover:
    sizes = sorted(by_size)
    ratios = [by_size[size].ratio for size in sizes]
    first, at = crossing(sizes, [ratio.value for ratio in ratios])
    lo = hi = None
    bounds = [ratio.bounds for ratio in ratios if ratio.bounds is not None]
    if len(bounds) == len(ratios):
        _, lo = crossing(sizes, [most for _, most in bounds])
        _, hi = crossing(sizes, [least for least, _ in bounds])
    cells = tuple(side for size in sizes for side in (by_size[size].base, by_size[size].subject))
    example = by_size[sizes[0]].subject
    beyond = first_beyond(short.get(curve_key(example), ()), sizes[-1])
    return Crossover(example, tuple(sizes), tuple(ratios), cells, first, at, lo, hi, beyond)


def crossing(sizes: Sequence[float], ratios: Sequence[float]) -> tuple[float | None, float | None]:
    """The first size from which every ratio is above 1, and where the curve before it crosses 1.

    Between two sizes log(ratio) is taken as linear in log(size). (None, None) where the last ratio is not
    above 1; the second is None where all are.
    """
    won = list(itertools.takewhile(lambda pair: pair[1] > 1, zip(sizes[::-1], ratios[::-1], strict=True)))
    if not won:
        return None, None
    first, above = won[-1]
    if len(won) == len(sizes):
        return first, None
    before, below = sizes[-len(won) - 1], ratios[-len(won) - 1]
    share = -math.log(below) / (math.log(above) - math.log(below))
    return first, before * (first / before) ** share


def _whole(size: float) -> str:
    return fixed(size, max(0, 1 - math.floor(math.log10(size)))) if size < 10 else written(round(size))
