"""Times in words for people."""

from __future__ import annotations

_SCALES = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))


def duration(seconds: float) -> str:
    """Three significant digits and a unit: `36.2 µs`, `4.10 ms`, `125 s`."""
    scale, unit = next(((scale, unit) for scale, unit in _SCALES if seconds >= scale), _SCALES[-1])
    value = seconds / scale
    digits = 2 if value < 10 else 1 if value < 100 else 0
    return f"{value:.{digits}f} {unit}"
