"""Times in words for people."""

from __future__ import annotations

_UNITS = {0: "s", -3: "ms", -6: "µs", -9: "ns"}


def duration(seconds: float) -> str:
    """Three significant digits and a unit: `36.2 µs`, `4.10 ms`, `125 s`."""
    exponent = int(f"{seconds:.2e}".partition("e")[2])  # of what is shown: 9.999 is written 10.0
    unit = min(max(exponent // 3 * 3, -9), 0)
    digits = min(max(2 - (exponent - unit), 0), 2)
    return f"{seconds / 10**unit:.{digits}f} {_UNITS[unit]}"
