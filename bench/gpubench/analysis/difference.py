"""How far two sets of launch medians lie apart on a log scale, and how well that is known."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gpubench.results.summary import CONFIDENCE, MIN_LAUNCHES, t_half_width

Launches = Mapping[int, float]
"""Launch number to its median, in seconds a call."""
Logs = npt.NDArray[np.float64]
Moments = tuple[Logs, Logs, Logs]
"""Mean, its standard error and the degrees of freedom of that, one for each set of launches."""


@dataclass(frozen=True)
class Difference:
    """The mean of log NEW less that of log BASE: 0.182 is 20 % more time.

    spread: the standard deviation of one launch (of one pair of launches where paired). launches: of the side that has
    fewer, or pairs.
    """

    log: float
    standard_error: float
    degrees: float
    spread: float
    launches: int
    paired: bool

    def bounds(self, confidence: float = CONFIDENCE) -> tuple[float, float]:
        """The two-sided Student's t interval of the log difference."""
        half = t_half_width(self.standard_error, self.degrees, confidence)
        return self.log - half, self.log + half

    def error_with(self, launches: int) -> tuple[float, float]:
        """The standard error and the degrees of freedom that so many launches a side would have, of the same spread."""
        if self.paired:
            return self.spread / math.sqrt(launches), launches - 1
        return self.spread * math.sqrt(2 / launches), 2 * launches - 2


def difference(base: Launches, new: Launches, *, interleaved: bool) -> Difference | None:
    """The difference of two cells; None with fewer than three launches a side.

    Paired launch by launch where they were interleaved in one run and at least three are common, Welch's otherwise.
    """
    common = sorted(base.keys() & new.keys()) if interleaved else []
    if len(common) >= MIN_LAUNCHES:
        apart = np.log([new[launch] for launch in common]) - np.log([base[launch] for launch in common])
        log, error, degrees = (float(part) for part in single(apart))
        return Difference(log, error, degrees, error * math.sqrt(len(common)), len(common), paired=True)
    fewer = min(len(base), len(new))
    if fewer < MIN_LAUNCHES:
        return None
    first, second = np.log(list(base.values())), np.log(list(new.values()))
    log, error, degrees = (float(part) for part in welch(first, second))
    return Difference(log, error, degrees, _pooled(first, second), fewer, paired=False)


def single(apart: Logs) -> Moments:
    """Of paired differences, along the last axis."""
    count = apart.shape[-1]
    mean, variance = _moments(apart)
    return mean, np.sqrt(variance / count), np.full(mean.shape, count - 1.0)


def welch(base: Logs, new: Logs) -> Moments:
    """Of two samples that need not have one variance, along the last axis (Welch, Biometrika 34, 1947)."""
    (base_mean, base_variance), (new_mean, new_variance) = _moments(base), _moments(new)
    base_count, new_count = base.shape[-1], new.shape[-1]
    base_error, new_error = base_variance / base_count, new_variance / new_count
    total = base_error + new_error
    parts = base_error**2 / (base_count - 1) + new_error**2 / (new_count - 1)
    pooled = np.full(np.shape(total), base_count + new_count - 2.0)
    return new_mean - base_mean, np.sqrt(total), np.divide(total**2, parts, out=pooled, where=parts > 0)


def _moments(logs: Logs) -> tuple[Logs, Logs]:
    """Mean and variance, about the first value: so launches that are all alike have a variance of exactly 0."""
    about = logs[..., :1]
    apart = logs - about
    return np.asarray(about[..., 0] + apart.mean(axis=-1)), np.asarray(apart.var(axis=-1, ddof=1))


def _pooled(base: Logs, new: Logs) -> float:
    squares = sum(float(_moments(logs)[1]) * (len(logs) - 1) for logs in (base, new))
    return math.sqrt(squares / (len(base) + len(new) - 2))
