"""What a user asks to measure, as resolved from flags, environment, configuration and preset."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Preset:
    """A way to measure: launches of each cell, and the bounds of each launch in seconds. about: one line of help.

    passes: what else is measured of each cell, after all its launches and by workers of its own.
    """

    name: str
    launches: int
    max_time_s: float
    about: str
    passes: tuple[str, ...] = ()


PRESETS = {
    preset.name: preset
    for preset in (
        Preset("quick", 3, 1.1, "a report of everything in a few minutes"),
        Preset("standard", 5, 1.5, "more sizes, modes and precisions; tighter intervals; memory", ("memory",)),
        Preset("thorough", 10, 5.0, "every size, mode and precision, memory, energy", ("memory", "energy")),
    )
}
DEFAULT_PRESET = "quick"
DEFAULT_TIMEOUT_S = 300.0


@dataclass(frozen=True)
class Selection:
    """Empty tuples mean the default. Sizes and parameter values are texts as typed.

    workloads, backends: names. devices: `cpu`, `cuda`, `cuda:N`, `all`. params: name to values.
    require: backends or device classes that must be there. interpreters: backend to a Python of its own.
    plugins: files. data_dir: a folder, a file or `keras`.
    """

    workloads: tuple[str, ...] = ()
    backends: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    params: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    precisions: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    preset: str = DEFAULT_PRESET
    launches: int | None = None
    max_time_s: float | None = None
    timeout_s: float = DEFAULT_TIMEOUT_S
    threads: int | None = None
    seed: int = 0
    data_dir: str = ""
    require: tuple[str, ...] = ()
    interpreters: Mapping[str, str] = field(default_factory=dict)
    plugins: tuple[str, ...] = ()

    def stored(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self)

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Selection:
        """The selection of what `stored` gave."""
        plain: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in stored.items()
        }
        plain["params"] = {name: tuple(values) for name, values in stored["params"].items()}
        return cls(**plain)


def passes_of(preset: str) -> tuple[str, ...]:
    """What is measured beside times, in order; nothing for a preset that another version stored."""
    return PRESETS[preset].passes if preset in PRESETS else ()
