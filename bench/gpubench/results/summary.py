"""Location and interval of launch medians: what every figure and ratio of a report rests on."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

from scipy.special import stdtrit

CONFIDENCE = 0.95
MIN_LAUNCHES = 3
"""With fewer launches than this no interval is given: two values say next to nothing of their spread."""


def location(launch_medians: Sequence[float]) -> float:
    """The median of launch medians, in their unit. Raises statistics.StatisticsError on none."""
    return statistics.median(launch_medians)


def interval(launch_medians: Sequence[float]) -> tuple[float, float] | None:
    """The 95 % interval of the location over launches, in their unit; None with fewer than 3.

    Student's t on the logarithms: times are positive and their process-to-process errors multiply. The
    interval is widened where needed to hold the median itself, which t on the mean does not promise.
    """
    if len(launch_medians) < MIN_LAUNCHES or min(launch_medians) <= 0:
        return None
    logs = [math.log(value) for value in launch_medians]
    half = t_half_width(statistics.stdev(logs) / math.sqrt(len(logs)), len(logs) - 1)
    centre, middle = statistics.fmean(logs), location(launch_medians)
    return min(math.exp(centre - half), middle), max(math.exp(centre + half), middle)


def t_half_width(standard_error: float, degrees: float, confidence: float = CONFIDENCE) -> float:
    """Half the width of a two-sided Student's t interval."""
    return float(stdtrit(degrees, 0.5 + confidence / 2)) * standard_error
