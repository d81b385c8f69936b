"""Why there can be no verdict on a cell."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from gpubench.analysis.caveat import STATUS_WORDS
from gpubench.analysis.machines import HOST
from gpubench.analysis.measured import Measured


class Why(enum.Enum):
    """The kinds; a comparison that is strict about missing cells lets all but FAILED_IN_BASE end it."""

    MISSING = "missing"
    FAILED = "failed"
    FAILED_IN_BASE = "failed in the base"
    OTHER_CELL = "another cell"
    OTHER_MACHINE = "another machine"


@dataclass(frozen=True)
class Names:
    """What sentences call the two sides: BASE and NEW, A and C, cpu and cuda:0."""

    base: str
    new: str


@dataclass(frozen=True)
class Obstacle:
    """text: the predicate of a sentence about the cell, e.g. `precision: float32 in BASE, bfloat16 in NEW`."""

    why: Why
    text: str


def missing(names: Names, skipped: str = "") -> Obstacle:
    """skipped: why NEW planned the cell and did not measure it."""
    return Obstacle(Why.MISSING, f"missing in {names.new}" + (f": {skipped}" if skipped else ""))


def failed(base: Measured, new: Measured, names: Names) -> Obstacle | None:
    """Where the cell went wrong on either side; None where both sides have a figure whose answer was right."""
    bad = [_failure(cell, name) for cell, name in ((base, names.base), (new, names.new)) if not cell.ok]
    if not bad:
        return None
    return Obstacle(Why.FAILED if base.ok else Why.FAILED_IN_BASE, "; ".join(bad))


def failed_and_missing(base: Measured, names: Names) -> Obstacle:
    """Of a cell that gave BASE no figure and that NEW doesn't have."""
    return Obstacle(Why.FAILED_IN_BASE, f"{_failure(base, names.base)}; missing in {names.new}")


def another_cell(base: Measured, candidates: Sequence[Measured], names: Names) -> Obstacle | None:
    """How the nearest of the candidates differs from a cell of BASE, field by field; None for no candidate."""
    nearest = min((differing(base, other, names) for other in candidates), key=len, default=None)
    return None if nearest is None else Obstacle(Why.OTHER_CELL, "; ".join(nearest))


def another_machine(base: Measured, new: Measured, names: Names) -> Obstacle | None:
    """In what the machine and the settings differ that the two sides were measured on and with."""
    found = [_differs(HOST, base.machine, new.machine, names)] if base.machine != new.machine else []
    if base.device_name and new.device_name and base.device_name != new.device_name:
        found.append(_differs("device_name", base.device_name, new.device_name, names))
    if base.threads != new.threads:
        found.append(_differs("threads", base.threads, new.threads, names))
    return Obstacle(Why.OTHER_MACHINE, "; ".join(found)) if found else None


def differing(base: Measured, new: Measured, names: Names) -> list[str]:
    """The identity fields of two cells that are not alike, in words, workload, size, backend and device aside."""
    ours, theirs = _identity(base), _identity(new)
    every = dict.fromkeys((*ours, *theirs))
    return [
        _differs(name, ours.get(name, "none"), theirs.get(name, "none"), names)
        for name in every
        if ours.get(name) != theirs.get(name)
    ]


def _identity(cell: Measured) -> dict[str, object]:
    fixed: dict[str, object] = {"precision": cell.case.precision, "mode": cell.mode, "data": cell.case.data}
    return {f"version of {cell.case.workload}": cell.version, **fixed, **dict(cell.case.params)}


def _differs(field: str, base: object, new: object, names: Names) -> str:
    return f"{field}: {base} in {names.base}, {new} in {names.new}"


def _failure(cell: Measured, name: str) -> str:
    words = STATUS_WORDS.get(cell.status, cell.status)
    return f"{name} {words}" + (f": {cell.reason}" if cell.reason else "")
