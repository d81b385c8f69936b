"""How many times faster one cell is than another, with the interval that their launches support."""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass

from gpubench.analysis.difference import Difference, Launches, difference
from gpubench.results.summary import location


class Answer(enum.Enum):
    """What a ratio's interval says."""

    FASTER = "faster"
    SLOWER = "slower"
    UNDECIDED = "no difference told"
    NO_INTERVAL = "no interval"


@dataclass(frozen=True)
class Ratio:
    """Base time over subject time: above 1 the subject is faster.

    lo, hi: the 95 % interval, None with fewer than three launches a side. launches: of the side that has fewer.
    paired: whether the launches were compared one by one, since they were interleaved in one run.
    """

    value: float
    lo: float | None
    hi: float | None
    launches: int
    paired: bool

    @property
    def answer(self) -> Answer:
        """What can be said: an interval that holds 1 says that no difference was told."""
        if self.lo is None or self.hi is None:
            return Answer.NO_INTERVAL
        if self.lo > 1:
            return Answer.FASTER
        return Answer.SLOWER if self.hi < 1 else Answer.UNDECIDED

    @property
    def inverse(self) -> Ratio:
        """The same seen from the base."""
        lo, hi = (None if self.hi is None else 1 / self.hi), (None if self.lo is None else 1 / self.lo)
        return Ratio(1 / self.value, lo, hi, self.launches, self.paired)


def ratio(base: Launches, subject: Launches, *, interleaved: bool) -> Ratio:
    """The ratio of the medians of launch medians, base over subject.

    The interval is Student's t on log ratios, as `difference` pairs them. Like that of a single cell
    (`results.summary.interval`) it is widened where needed to hold the ratio itself.
    """
    value = location(list(base.values())) / location(list(subject.values()))
    return around(value, difference(base, subject, interleaved=interleaved), min(len(base), len(subject)))


def around(value: float, apart: Difference | None, launches: int) -> Ratio:
    """A ratio with the interval of a log difference about it; launches: of the side that has fewer, without one."""
    if apart is None:
        return Ratio(value, None, None, launches, paired=False)
    least, most = apart.bounds()
    lo, hi = min(math.exp(-most), value), max(math.exp(-least), value)
    return Ratio(value, lo, hi, apart.launches, apart.paired)
