"""What is measured beside times, in passes of its own: memory and energy; and why it is missing where it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gpubench.analysis.again import Typed
from gpubench.analysis.case import device_in_words
from gpubench.analysis.measured import Measured
from gpubench.results.records import Launch
from gpubench.results.results import Results

_FIELDS = {"memory": ("peak_host_bytes", "peak_device_bytes"), "energy": ("energy_j",)}
_PRESETS = {"memory": "standard", "energy": "thorough"}


@dataclass(frozen=True)
class Missing:
    """Why no cell has a figure.

    reasons: empty where its pass was never asked for; next: what to type then, where that can be typed.
    """

    reasons: tuple[str, ...]
    next: str


def missing(results: Sequence[Results], cells: Sequence[Measured], typed: Typed) -> dict[str, Missing]:
    """For `memory` and `energy`, where none of the cells has any of it."""
    passes = [launch for result in results for launch in result.pass_records]
    return {
        name: _missing(name, [launch for launch in passes if launch.measures == name], typed)
        for name, fields in _FIELDS.items()
        if all(getattr(cell, field) is None for cell in cells for field in fields)
    }


def _missing(name: str, passes: Sequence[Launch], typed: Typed) -> Missing:
    if not passes:
        return Missing((), typed.in_preset(_PRESETS[name]))
    told = dict.fromkeys(f"{device_in_words(launch.device)}: {launch.reason or launch.status}" for launch in passes)
    return Missing(tuple(told), "")
