"""Axes that people read: times with their unit, sizes as they were measured, factors with a cross."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter, NullLocator

from gpubench.analysis.estimate import Estimate
from gpubench.analysis.numeral import decimals, fixed, written
from gpubench.analysis.quantity import TIMES, flop_rate, seconds
from gpubench.results.units import size
from gpubench_reports.canvas import inches

_STEPS = (
    (1.0,),
    (1.0, 3.0),
    (1.0, 2.0, 5.0),
    (1.0, 1.5, 2.0, 3.0, 5.0, 7.0),
    (1.0, 1.2, 1.4, 1.6, 1.8, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0, 7.0, 8.0),
)

_EVEN = (0.05, 0.1, 0.2)
"""Steps between ratios near 1: a margin of 6 % around has room for one of the first."""
_NEAR = (5.0, 3.0, 2.0)
"""A side of 1 that reaches no power of ten has the first of these, or of their inverses, that it has room for."""
_POWERS = 5
"""Of two that a telephone has room for."""
_BEYOND = 1 / 3
"""Of what the measured sizes span, so much more is shown of sizes that were not measured."""
_LETTERS, _GAP = 10.0, 0.1
"""Points of the words of a tick, and inches from those of one to those of the next."""


def log_ticks(lo: float, hi: float, fewest: int = 3, most: int = 9) -> list[float]:
    """Round numbers between two positive ones, a few whatever the span."""
    found: list[float] = []
    for steps in _STEPS:
        powers = range(math.floor(math.log10(lo)) - 1, math.ceil(math.log10(hi)) + 1)
        found = [step * 10.0**power for power in powers for step in steps]
        found = [tick for tick in found if lo * 0.999 <= tick <= hi * 1.001]
        if len(found) >= fewest:
            break
    return found[:: math.ceil(len(found) / most)] if found else [lo]


def time_unit(value: float) -> tuple[float, str]:
    """The unit that fits a time, in seconds, with its name."""
    return next(((scale, unit) for scale, unit in TIMES if value >= scale), TIMES[-1])


def log_time(axes: Axes, values: Iterable[float]) -> None:
    """A logarithmic y axis of seconds that holds the values with room around."""
    lo, hi = _room(list(values))
    _log(axes, "y", lo, hi, log_ticks(lo, hi), lambda tick: _whole_unit(seconds(tick).text))


def log_rate(axes: Axes, values: Iterable[float]) -> None:
    """A logarithmic y axis of FLOP/s that holds the values with room around."""
    lo, hi = _room(list(values))
    _log(axes, "y", lo, hi, log_ticks(lo, hi), lambda tick: _whole_unit(flop_rate(tick, Estimate(1.0)).text))


def log_intensity(axes: Axes, values: Iterable[float], room: float) -> None:
    """A logarithmic x axis of FLOP per byte that holds the values with space around. room: inches."""
    lo, hi = _room(list(values))
    _log(axes, "x", lo, hi, _spaced(log_ticks(lo, hi), _grouped, room / math.log(hi / lo)), _grouped)


def log_bytes(axes: Axes, values: Iterable[int]) -> None:
    """A logarithmic x axis of bytes that holds the values between two powers of two, with some of these as ticks."""
    found = list(values)
    first, last = math.floor(math.log2(min(found))), math.ceil(math.log2(max(found)))
    powers = range(first, max(last, first + 1) + 1)
    lo, hi = _room([2.0 ** powers[0], 2.0 ** powers[-1]])
    ticks = [2.0**power for power in powers[:: math.ceil(len(powers) / _POWERS)]]
    _log(axes, "x", lo, hi, ticks, lambda tick: _whole_unit(size(round(tick))))


def log_factor(axes: Axes, values: Iterable[float], room: float) -> None:
    """A logarithmic x axis of ratios that holds 1, and a tick on one side of it at least. room: inches."""
    lo, hi = _room([1.0, *values])
    above = _factors(max(hi, 1 / lo))
    ascending = sorted({*(tick for tick in above if tick <= hi), *(1 / tick for tick in above if 1 / tick >= lo)})
    each = room / math.log(hi / lo)
    ticks = _spaced(ascending, factor, each, ascending.index(1.0))
    for near, bare in ((_NEAR, ascending[-1] == 1.0), ([1 / tick for tick in _NEAR], ascending[0] == 1.0)):
        ticks += [one for one in near if bare and lo <= one <= hi and _apart(factor, each, one, 1.0)][:1]
    _log(axes, "x", lo, hi, ticks, factor)


def _factors(reach: float) -> list[float]:
    """Ticks from 1 on; where they reach little further, even steps."""
    step = next((step for step in _EVEN if reach <= 1 + 2.5 * step), None)
    if step is None:
        return log_ticks(1.0, reach)
    return [tick for tick in (1.0, 1 + step, 1 + 2 * step) if tick <= reach]


def factor(ratio: float) -> str:
    """A ratio as a tick says it: `3×`, `1/10×`; large ones to two digits, as a bound of an interval has them."""
    if ratio < 1:
        return f"1/{factor(1 / ratio)}"
    return f"{float(f'{ratio:.2g}'):,.0f}×" if ratio >= 100 else f"{ratio:.3g}×"


def _spaced(ticks: Sequence[float], words: Callable[[float], str], room: float, kept: int = 0) -> list[float]:
    """Every so many-th of ascending ticks, as many as have room. room: inches of a log. kept: that is among them."""
    every = (ticks[kept % step :: step] for step in range(1, len(ticks)))
    fits = (some for some in every if all(itertools.starmap(partial(_apart, words, room), itertools.pairwise(some))))
    return list(next(fits, ticks[kept : kept + 1]))


def _apart(words: Callable[[float], str], room: float, one: float, other: float) -> bool:
    """Whether the words of two ticks have room beside each other. room: inches of a log."""
    need = (inches(words(one), _LETTERS) + inches(words(other), _LETTERS)) / 2 + _GAP
    return room * abs(math.log(one / other)) > need


def _grouped(value: float) -> str:
    return f"{value:,.10g}"


def log_sizes(axes: Axes, sizes: Sequence[float], room: float, beyond: Sequence[float] = ()) -> None:
    """A logarithmic x axis with ticks at sizes that were measured. room: inches.

    beyond: sizes that were not, for want of memory; those that would take the room of the others are left outside.
    """
    lo, hi = min(sizes), max(sizes)
    held = [one for one in beyond if one <= hi * (hi / lo) ** _BEYOND * 1.001]
    last = max(hi, *held) if held else hi
    margin = (last / lo) ** 0.08 if last > lo else 1.1
    ticks = _sized([lo, hi], [*sizes, *held], room / math.log(last / lo * margin**2))
    _log(axes, "x", lo / margin, last * margin, ticks, _whole)


def _sized(first: Sequence[float], others: Iterable[float], room: float) -> list[float]:
    """Sizes that have room beside each other: the first, then powers of two, then the rest. room: inches of a log."""
    kept: list[float] = []
    for one in [*first, *sorted(set(others), key=lambda size: (not math.log2(size).is_integer(), size))]:
        if all(_apart(_whole, room, one, other) for other in kept):
            kept.append(one)
    return sorted(kept)


def _log(axes: Axes, name: str, lo: float, hi: float, ticks: Sequence[float], words: Callable[[float], str]) -> None:
    axis: Axis = axes.xaxis if name == "x" else axes.yaxis
    axes.set(**{f"{name}scale": "log", f"{name}lim": (lo, hi)})
    axis.set_major_locator(FixedLocator(list(ticks)))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda tick, _: words(tick)))
    axis.set_minor_formatter(NullFormatter())


def _room(values: Sequence[float]) -> tuple[float, float]:
    lo, hi = min(values), max(values)
    margin = max((hi / lo) ** 0.08, 1.06)
    return lo / margin, hi * margin


def _whole_unit(text: str) -> str:
    """`100 ms` for `100.0 ms`."""
    return text.replace(".00 ", " ").replace(".0 ", " ")


def _whole(value: float) -> str:
    return fixed(value, max(0, decimals(value))) if value % 1 else written(value)
