"""How the samples of one launch scatter: percentiles where there are enough, and outliers, which are counted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

FLOORS = {90: 64, 99: 662}
"""The fewest samples that a percentile is given of: at least two lie above it then, with a probability of 99 %."""
FENCE = 1.5
"""Tukey, Exploratory Data Analysis, 1977: quartile ranges beyond the quartiles from which a value is an outlier."""


@dataclass(frozen=True)
class Dispersion:
    """Percentiles in the unit of the samples, None where they are too few; outliers: how many, none is dropped."""

    p10: float | None
    p90: float | None
    p99: float | None
    outliers: int | None


def dispersion(samples: Sequence[float]) -> Dispersion:
    """Of any number of samples; all None for none."""
    if not samples:
        return Dispersion(None, None, None, None)
    ordered = sorted(samples)
    found = {share: percentile(ordered, share) if len(ordered) >= floor else None for share, floor in FLOORS.items()}
    return Dispersion(percentile(ordered, 10), found[90], found[99], _outliers(ordered))


def percentile(ordered: Sequence[float], share: float) -> float:
    """Of sorted values, interpolated between neighbours (type 7 of Hyndman and Fan, Am. Stat. 50, 1996)."""
    place = (len(ordered) - 1) * share / 100
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def _outliers(ordered: Sequence[float]) -> int:
    lower, upper = percentile(ordered, 25), percentile(ordered, 75)
    reach = FENCE * (upper - lower)
    return sum(not lower - reach <= value <= upper + reach for value in ordered)
