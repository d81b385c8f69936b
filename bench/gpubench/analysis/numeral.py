"""Numbers in sentences and tables: as many digits as the interval supports."""

from __future__ import annotations

import math

from gpubench.analysis.estimate import Estimate
from gpubench.analysis.ratio import Ratio

_MOST, _FEWEST, _PLAIN = 4, 2, 3
_LEADING_ONE = 1.95
_PARTED = 10_000
"""The least size whose thousands are parted: four digits are read at once."""


def decimals(value: float, lo: float | None = None, hi: float | None = None) -> int:
    """Places after the point for a value: three significant digits, or those its interval supports.

    With an interval the half-width shows one digit, two where that digit is a 1, as the Particle Data Group
    rounds (Review of Particle Physics, section 5.3); never fewer than two significant digits or more than four.
    Negative: that many places before the point carry nothing.
    """
    if value == 0 or not math.isfinite(value):
        return 0
    if lo is None or hi is None:
        return _PLAIN - 1 - math.floor(math.log10(abs(float(f"{value:.{_PLAIN - 1}e}"))))  # 9.996 is 10.0
    first = math.floor(math.log10(abs(value)))
    half = (hi - lo) / 2
    if half <= 0:
        return _MOST - 1 - first
    power = math.floor(math.log10(half))
    wanted = (1 if half / 10**power < _LEADING_ONE else 0) - power
    return min(max(wanted, _FEWEST - 1 - first), _MOST - 1 - first)


def fixed(value: float, places: int) -> str:
    """A number with that many places after the point and commas between thousands."""
    return f"{round(value, places):,.{max(places, 0)}f}"


def written(size: float | str) -> str:
    """A size for people: `2048`, `33,554,432`, `0.5`; never with an exponent that a reader has to work out."""
    if isinstance(size, str):
        return size
    return f"{size:,.15g}" if abs(size) >= _PARTED else f"{size:.15g}"


def times(ratio: Ratio) -> tuple[str, str]:
    """A ratio as `14.2×` and its interval as `[13.8–14.7]`, which is empty where there is none."""
    return multiple(Estimate(ratio.value, ratio.lo, ratio.hi))


def multiple(estimate: Estimate) -> tuple[str, str]:
    """An estimate of a ratio as text and its interval as text, which shows on which side of 1 its ends are."""
    places = decimals(estimate.value, estimate.lo, estimate.hi)
    return f"{fixed(estimate.value, places)}×", interval(estimate.lo, estimate.hi, places, apart=1)


def share(estimate: Estimate) -> tuple[str, str]:
    """An estimate of a share as `62 %` and its interval as `[60–64]`, which is empty where there is none."""
    value, lo, hi = (None if part is None else 100 * part for part in (estimate.value, estimate.lo, estimate.hi))
    assert value is not None
    places = decimals(value, lo, hi)
    return f"{fixed(value, places)} %", interval(lo, hi, places)


def interval(lo: float | None, hi: float | None, places: int, apart: float = math.nan) -> str:
    """`[13.8–14.7]`; empty where there is none. Ends a factor of ten apart have two digits each.

    apart: what no other number is rounded to: it gets more digits.
    """
    if lo is None or hi is None:
        return ""
    wide = 0 < lo <= hi / 10
    ends = [_end(end, _second(end) if wide else places, apart) for end in (lo, hi)]
    return f"[{'–'.join(ends)}]"


def _end(value: float, places: int, apart: float) -> str:
    while value != apart and round(value, places) == apart:
        places += 1
    return fixed(value, places)


def _second(value: float) -> int:
    """The place of the second digit that matters."""
    return 1 - math.floor(math.log10(value))
