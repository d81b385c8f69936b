"""How many times faster one cell is than another, with the interval that their launches support."""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass

from gpubench.analysis.difference import Difference, Launches, difference
from gpubench.results.summary import location


class Answer(enum.Enum):
    """What a ratio says by its interval, and by the noise floor where one is known."""

    FASTER = "faster"
    SLOWER = "slower"
    UNDECIDED = "no difference told"
    WITHIN_NOISE = "within the noise floor"
    NO_INTERVAL = "no interval"


@dataclass(frozen=True)
class Ratio:
    """Base time over subject time: above 1 the subject is faster.

    lo, hi: the 95 % interval, None with fewer than three launches a side. launches: of the side that has fewer.
    paired: whether the launches were compared one by one, since they were interleaved in one run.
    floor: the noise floor, the larger one of the two sides: the relative difference that their run also finds between
    a cell and itself, 0.05 for 5 %; 0 where no cell was measured twice.
    """

    value: float
    lo: float | None
    hi: float | None
    launches: int
    paired: bool
    floor: float = 0.0

    @property
    def bounds(self) -> tuple[float, float] | None:
        """How small and how large the ratio may be: its interval, and as far from it as the noise floor; or None."""
        if self.lo is None or self.hi is None:
            return None
        noise = 1 + self.floor
        return min(self.lo, self.value / noise), max(self.hi, self.value * noise)

    @property
    def answer(self) -> Answer:
        """What can be said: no difference where the interval holds 1, or is left out by noise alone."""
        bounds = self.bounds
        if self.lo is None or self.hi is None or bounds is None:
            return Answer.NO_INTERVAL
        if self.lo <= 1 <= self.hi:
            return Answer.UNDECIDED
        least, most = bounds
        if least <= 1 <= most:
            return Answer.WITHIN_NOISE
        return Answer.FASTER if least > 1 else Answer.SLOWER

    @property
    def untold(self) -> bool:
        """Whether no difference is told, by too few launches or by too much noise."""
        return self.answer in (Answer.UNDECIDED, Answer.WITHIN_NOISE)

    @property
    def inverse(self) -> Ratio:
        """The same seen from the base."""
        lo, hi = (None if self.hi is None else 1 / self.hi), (None if self.lo is None else 1 / self.lo)
        return Ratio(1 / self.value, lo, hi, self.launches, self.paired, self.floor)


def ratio(base: Launches, subject: Launches, *, interleaved: bool, floor: float = 0.0) -> Ratio:
    """The ratio of the medians of launch medians, base over subject. floor: the noise floor of the two.

    The interval is Student's t on log ratios, as `difference` pairs them. Like that of a single cell
    (`results.summary.interval`) it is widened where needed to hold the ratio itself.
    """
    value = location(list(base.values())) / location(list(subject.values()))
    return around(value, difference(base, subject, interleaved=interleaved), min(len(base), len(subject)), floor)


def around(value: float, apart: Difference | None, launches: int, floor: float = 0.0) -> Ratio:
    """A ratio with the interval of a log difference about it; launches: of the side that has fewer, without one."""
    if apart is None:
        return Ratio(value, None, None, launches, paired=False, floor=floor)
    least, most = apart.bounds()
    lo, hi = min(math.exp(-most), value), max(math.exp(-least), value)
    return Ratio(value, lo, hi, apart.launches, apart.paired, floor)
