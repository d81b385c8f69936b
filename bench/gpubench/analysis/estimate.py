"""A location with the interval that its launches support."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Estimate:
    """A value and its 95 % interval; both bounds are None where fewer than three launches were made."""

    value: float
    lo: float | None = None
    hi: float | None = None
