"""Quantities for people: a unit that fits, and as many digits as the interval supports."""

from __future__ import annotations

from dataclasses import dataclass

from gpubench.analysis.estimate import Estimate
from gpubench.analysis.numeral import decimals, fixed, interval

NONE = "–"
"""What is shown where a quantity is missing: never a zero."""
TIMES = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))
_TWICE = 1.0
_RATES = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"), (1.0, ""))


@dataclass(frozen=True)
class Shown:
    """text: `4.10 ms`. interval: `[4.05–4.16]` in the same unit, or empty. value: what the text says, unrounded."""

    text: str
    interval: str = ""
    value: float | None = None

    @property
    def whole(self) -> str:
        """Both in one."""
        return f"{self.text} {self.interval}".strip()


MISSING = Shown(NONE)


def seconds(estimate: Estimate | float | None) -> Shown:
    """A time, from nanoseconds to seconds."""
    if estimate is None:
        return MISSING
    if not isinstance(estimate, Estimate):
        estimate = Estimate(estimate)
    return _scaled(estimate, TIMES, "{} {}")


def flop_rate(flop_per_s: float | None, step: Estimate | None) -> Shown:
    """Floating-point operations a second, no more precise than the step time it comes from."""
    if not flop_per_s or step is None:
        return MISSING
    shown = _scaled(_inverse(flop_per_s, step), _RATES, "{} {}FLOP/s")
    return Shown(shown.text, value=shown.value)


def byte_rate(bytes_per_s: float | None, step: Estimate | None) -> Shown:
    """Bytes a second, in powers of ten as memory's makers count them: `33.1 GB/s`."""
    if not bytes_per_s or step is None:
        return MISSING
    shown = _scaled(_inverse(bytes_per_s, step), _RATES, "{} {}B/s")
    return Shown(shown.text, value=shown.value)


def item_rate(items_per_s: float | None, step: Estimate | None, item: str) -> Shown:
    """Items a second: `7,530 images/s`."""
    if not items_per_s or step is None:
        return MISSING
    rate = _inverse(items_per_s, step)
    if rate.value >= 1e6:
        return Shown(_scaled(rate, _RATES, f"{{}} {{}} {item}s/s").text.replace("  ", " "), value=rate.value)
    return Shown(f"{fixed(rate.value, decimals(rate.value, rate.lo, rate.hi))} {item}s/s", value=rate.value)


def percent(share: float) -> str:
    """A share, with two digits that matter, all before the point: `0.34 %`, `105 %`; `over 1,000 %` says enough."""
    value = 100 * share
    if value > 1000:
        return "over 1,000 %"
    return f"{fixed(value, max(decimals(value) - 1, 0))} %" if value else "0 %"


def floor_in_words(share: float) -> str:
    """How far apart a noise floor lets two times be: `30 %`; from twice as long on as ratios are: `a factor of 4.2`."""
    return percent(share) if share < _TWICE else f"a factor of {fixed(1 + share, decimals(1 + share) - 1)}"


def signed_percent(share: float | None) -> Shown:
    """A relative difference to a tenth of a percent: `+1.2 %`, `−0.3 %`."""
    if share is None:
        return MISSING
    tenths = round(1000 * share)
    sign = "+" if tenths > 0 else "−" if tenths < 0 else ""
    return Shown(f"{sign}{abs(tenths) / 10:,.1f} %", value=share)


def _inverse(rate: float, step: Estimate) -> Estimate:
    if step.lo is None or step.hi is None:
        return Estimate(rate)
    return Estimate(rate, rate * step.value / step.hi, rate * step.value / step.lo)


def _scaled(estimate: Estimate, scales: tuple[tuple[float, str], ...], form: str) -> Shown:
    """In the largest unit that leaves at least 1 before the point."""
    scale, unit = next(((scale, unit) for scale, unit in scales if estimate.value >= scale), scales[-1])
    value = estimate.value / scale
    lo, hi = (None if bound is None else bound / scale for bound in (estimate.lo, estimate.hi))
    places = decimals(value, lo, hi)
    return Shown(form.format(fixed(value, places), unit), interval(lo, hi, places), estimate.value)
