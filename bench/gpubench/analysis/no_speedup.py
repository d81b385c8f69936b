"""Why there is no speed-up over the CPU, and what to type to have one, where that could help."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from gpubench.analysis.again import Typed
from gpubench.analysis.case import DEVICE_TITLES, the_device
from gpubench.analysis.measured import Measured
from gpubench.analysis.speedup import BASE

_NVIDIA = "cuda"
_UNKNOWN = (_NVIDIA,)
"""What a backend may have beside the CPU, where a run doesn't say what it knows."""


def no_speedup(
    cells: Sequence[Measured],
    absent: Collection[str],
    accelerators: Mapping[str, Sequence[str]],
    typed: Typed,
) -> tuple[str, str] | None:
    """The reason in words, and what to type, if anything; None where it needs no word.

    absent: backends and devices that were looked for and not found. accelerators: as in a run's record.
    """
    planned, kinds = {cell.kind for cell in cells}, {cell.kind for cell in cells if cell.ok}
    if len(kinds) > 1 or not planned or any(cell.latency_only for cell in cells):
        return None
    if not kinds:
        return "No cell gave a number, so no speed-up is reported.", ""
    if planned > kinds:
        return f"No cell on {_titles(sorted(planned - kinds))} gave a number, so no speed-up is reported.", ""
    if kinds == {BASE}:
        return _of_the_cpu(sorted({cell.backend for cell in cells if cell.ok}), absent, accelerators, typed)
    measured = dict.fromkeys(cell.device.removesuffix(":0") for cell in cells if cell.ok)
    return _to_type(
        "The CPU was not measured, so no speed-up over it is reported.",
        "To measure it too, type:",
        typed.on_devices([BASE, *measured]),
    )


def _of_the_cpu(
    backends: Sequence[str], absent: Collection[str], accelerators: Mapping[str, Sequence[str]], typed: Typed
) -> tuple[str, str]:
    able = list(dict.fromkeys(kind for name in backends for kind in accelerators.get(name, _UNKNOWN)))
    if {name.partition(":")[0] for name in absent} & {*able, *DEVICE_TITLES}:
        return _to_type(
            "So no speed-up over the CPU can be reported.",
            "On a machine with an NVIDIA GPU, type:",
            typed.on_devices([]) if _NVIDIA in able else "",
        )
    if not able:
        verb = "computes" if len(backends) == 1 else "compute"
        return f"{' and '.join(backends)} {verb} on the CPU alone, so no speed-up is reported.", ""
    return _to_type(
        "Only the CPU was measured, so no speed-up is reported.",
        f"To measure {_titles(able)} too, type:",
        typed.on_devices([BASE, *able]),
    )


def _titles(kinds: Iterable[str]) -> str:
    return " and ".join(the_device(kind) for kind in kinds)


def _to_type(text: str, how: str, command: str) -> tuple[str, str]:
    return (f"{text} {how}", command) if command else (text, "")
