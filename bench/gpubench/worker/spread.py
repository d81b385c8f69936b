"""Order statistics of the samples of one process: when are they steady, when is their median known."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

_Z = 1.959964  # two-sided 95 % of the normal distribution


def median_interval(ordered: Sequence[float]) -> tuple[float, float]:
    """The 95 % interval of the median of sorted values, from their ranks alone.

    The binomial interval in its normal approximation (Conover, Practical Nonparametric Statistics, 1999,
    section 3.2): ranks n/2 ∓ z·√n/2. It holds for values drawn independently from any distribution.
    """
    count = len(ordered)
    low = max(math.floor((count - _Z * math.sqrt(count)) / 2), 0)
    return ordered[low], ordered[count - 1 - low]


def standard_error_of_median(values: Sequence[float]) -> float:
    """1.2533·s/√n, with s from the median absolute deviation so that one outlier does not widen it."""
    middle = statistics.median(values)
    deviation = 1.4826 * statistics.median(abs(value - middle) for value in values)
    return 1.2533 * deviation / math.sqrt(len(values))


def steady(times: Sequence[float], window: int) -> bool:
    """Whether the last two windows of times tell no change.

    Their medians differ by at most 1 % or two standard errors of that difference, and the interval of the
    Theil–Sen slope over both (Sen, JASA 63, 1968) contains 0.
    """
    earlier, later = times[-2 * window : -window], times[-window:]
    if len(earlier) < window:
        return False
    first, second = statistics.median(earlier), statistics.median(later)
    error = math.hypot(standard_error_of_median(earlier), standard_error_of_median(later))
    if abs(second - first) > max(0.01 * first, 2 * error):
        return False
    low, high = slope_interval(times[-2 * window :])
    return low <= 0 <= high


def slope_interval(values: Sequence[float]) -> tuple[float, float]:
    """The 95 % interval of the Theil–Sen slope of equally spaced values, per step."""
    count = len(values)
    slopes = sorted((values[j] - values[i]) / (j - i) for i in range(count) for j in range(i + 1, count))
    spread = _Z * math.sqrt(count * (count - 1) * (2 * count + 5) / 18)
    low = max(round((len(slopes) - spread) / 2) - 1, 0)
    return slopes[low], slopes[len(slopes) - 1 - low]
