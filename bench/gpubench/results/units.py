"""Times, sizes and energies in words for people."""

from __future__ import annotations

_PREFIXES = {0: "", -3: "m", -6: "µ", -9: "n"}
_SIZES = ("B", "KiB", "MiB", "GiB", "TiB")


def duration(seconds: float) -> str:
    """Three significant digits and a unit: `36.2 µs`, `4.10 ms`, `125 s`."""
    return _scaled(seconds, "s")


def energy(joules: float) -> str:
    """Three significant digits and a unit: `12.4 mJ`, `3.10 J`."""
    return _scaled(joules, "J")


def size(amount: int) -> str:
    """Bytes in three significant digits and a unit: `48.0 MiB`; whole below a kibibyte."""
    value, unit = float(amount), 0
    while value >= 999.5 and unit < len(_SIZES) - 1:
        value, unit = value / 1024, unit + 1
    digits = 0 if unit == 0 or value >= 99.95 else 1 if value >= 9.995 else 2
    return f"{value:.{digits}f} {_SIZES[unit]}"


def _scaled(value: float, unit: str) -> str:
    scale, digits = _scale(value)
    return f"{value / 10**scale:.{digits}f} {_PREFIXES[scale]}{unit}"


def _scale(value: float) -> tuple[int, int]:
    """The power of ten of a unit, and the places after the point, that show three significant digits."""
    exponent = int(f"{value:.2e}".partition("e")[2])  # of what is shown: 9.999 is written 10.0
    scale = min(max(exponent // 3 * 3, -9), 0)
    return scale, min(max(2 - (exponent - scale), 0), 2)
