"""How many times faster one cell is than another, with the interval that their launches support."""

from __future__ import annotations

import enum
import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gpubench.results.summary import MIN_LAUNCHES, location, t_half_width

Launches = Mapping[int, float]
"""Launch number to its median, in seconds a call."""


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

    The interval is Student's t on log ratios: paired launch by launch where they were interleaved in one run and
    at least three are common, Welch's otherwise (Welch, Biometrika 34, 1947). Like that of a single cell
    (`results.summary.interval`) it is widened where needed to hold the ratio itself.
    """
    value = location(list(base.values())) / location(list(subject.values()))
    common = sorted(base.keys() & subject.keys()) if interleaved else []
    if len(common) >= MIN_LAUNCHES:
        bounds = _paired([math.log(base[launch] / subject[launch]) for launch in common])
        return _ratio(value, bounds, len(common), paired=True)
    launches = min(len(base), len(subject))
    if launches < MIN_LAUNCHES:
        return Ratio(value, None, None, launches, paired=False)
    return _ratio(value, _welch(_logs(base), _logs(subject)), launches, paired=False)


def _ratio(value: float, bounds: tuple[float, float], launches: int, *, paired: bool) -> Ratio:
    middle = math.log(value)
    lo, hi = math.exp(min(bounds[0], middle)), math.exp(max(bounds[1], middle))
    return Ratio(value, lo, hi, launches, paired)


def _logs(launches: Launches) -> list[float]:
    return [math.log(seconds) for seconds in launches.values()]


def _paired(differences: Sequence[float]) -> tuple[float, float]:
    count = len(differences)
    half = t_half_width(statistics.stdev(differences) / math.sqrt(count), count - 1)
    centre = statistics.fmean(differences)
    return centre - half, centre + half


def _welch(first: Sequence[float], second: Sequence[float]) -> tuple[float, float]:
    errors = [statistics.variance(logs) / len(logs) for logs in (first, second)]
    centre, total = statistics.fmean(first) - statistics.fmean(second), sum(errors)
    if total == 0:
        return centre, centre
    parts = [error**2 / (len(logs) - 1) for error, logs in zip(errors, (first, second), strict=True)]
    half = t_half_width(math.sqrt(total), total**2 / sum(parts))
    return centre - half, centre + half
