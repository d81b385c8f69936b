"""Which cell of NEW belongs to which of BASE, and what stands between the two."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gpubench.analysis.measured import Measured, default_modes
from gpubench.analysis.obstacle import (
    Names,
    Obstacle,
    another_cell,
    another_machine,
    failed,
    failed_and_missing,
    missing,
)
from gpubench.analysis.speedup import BASE as CPU
from gpubench.plan import AA

FIELDS = ("device", "backend", "mode")
"""What cells of one run can be compared by."""
DEFAULT_MODE = "default mode"
"""What the base is called where modes are compared: each backend has one of its own."""


@dataclass(frozen=True)
class Pair:
    """A cell of BASE and what NEW has for it. obstacle: why no verdict can be given; None where one can."""

    base: Measured
    new: Measured | None
    obstacle: Obstacle | None


@dataclass(frozen=True)
class Pairing:
    """The pairs of one NEW, in BASE's plan order, and the cells that BASE lacks."""

    names: Names
    pairs: tuple[Pair, ...]
    added: tuple[Measured, ...] = ()


def between(base: Sequence[Measured], new: Sequence[Measured], names: Names, *, any_machine: bool) -> Pairing:
    """Of two runs. any_machine: another machine and other settings are no obstacle.

    Cells belong together that have one id and one device; where either run has just one device of that class, one id.
    A/A partners are no part of it, nor is what a run skipped: it has no meaning there.
    """
    ours, theirs = _comparable(base), _comparable(new)
    partners = _partners(ours, theirs)
    taken = {cell.identity for cell in partners.values()}
    added = [cell for cell in theirs if cell.identity not in taken]
    skipped = {cell.identity: cell for cell in new if cell.status == "skipped"}
    pairs = []
    for cell in ours:
        partner = partners.get(cell.identity)
        if partner is None:
            pairs.append(Pair(cell, None, _alone(cell, skipped.get(cell.identity), added, names)))
        else:
            machine = None if any_machine else another_machine(cell, partner, names)
            pairs.append(Pair(cell, partner, failed(cell, partner, names) or machine))
    return Pairing(names, tuple(pairs), tuple(added))


def within(cells: Iterable[Measured], field: str) -> list[Pairing]:
    """Of one run: for each other value of a field the pairs of cells equal but for it.

    The base is the CPU (the first device where it was not measured), the first backend, or each backend's default mode.
    Backends are compared in modes of one name, and in their default modes, which differ in name.
    """
    own = _comparable(cells)
    modes = default_modes(own)
    sides: dict[str, dict[object, Measured]] = defaultdict(dict)
    for cell in own:
        value, key = _by(cell, field, cell.mode == modes[cell.backend])
        sides[value].setdefault(key, cell)
    first = _first(sides, field)
    base = sides.pop(first, {})
    return [
        Pairing(
            names := Names(first, value),
            tuple(
                Pair(cell, found[key], failed(cell, found[key], names)) for key, cell in base.items() if key in found
            ),
        )
        for value, found in sides.items()
    ]


def _comparable(cells: Iterable[Measured]) -> list[Measured]:
    return [cell for cell in cells if cell.variant != AA and cell.status != "skipped"]


def _alone(cell: Measured, skipped: Measured | None, added: Iterable[Measured], names: Names) -> Obstacle:
    """Of a cell that NEW has no partner for."""
    if not cell.ok:
        return failed_and_missing(cell, names)
    if skipped is not None:
        return missing(names, skipped.reason)
    like = [other for other in added if _work(other) == _work(cell)]
    return another_cell(cell, like, names) or missing(names)


def _partners(base: Sequence[Measured], new: Sequence[Measured]) -> dict[tuple[str, str], Measured]:
    """The partner in NEW of each cell of BASE that has one, by the identity of that."""
    exact = {cell.identity: cell for cell in new}
    alone = {cell.cell_id: cell for cell in new}
    kinds = _sole(base) & _sole(new)
    found = {}
    for cell in base:
        partner = exact.get(cell.identity)
        if partner is None and cell.kind in kinds:
            partner = alone.get(cell.cell_id)
        if partner is not None:
            found[cell.identity] = partner
    return found


def _sole(cells: Iterable[Measured]) -> set[str]:
    """The device classes of which there is just one device."""
    devices: dict[str, set[str]] = defaultdict(set)
    for cell in cells:
        devices[cell.kind].add(cell.device)
    return {kind for kind, seen in devices.items() if len(seen) == 1}


def _work(cell: Measured) -> object:
    """What the nearest cell must have in common with one that is not there itself."""
    return (cell.case.workload, cell.case.size, cell.backend, cell.kind)


def _by(cell: Measured, field: str, usual: bool) -> tuple[str, object]:
    """The cell's value of a field, and all else about it."""
    if field == "device":
        return cell.device, (cell.case, cell.version, cell.backend, cell.mode)
    if field == "backend":
        return cell.backend, (cell.case, cell.version, cell.device, DEFAULT_MODE if usual else cell.mode)
    return DEFAULT_MODE if usual else cell.mode, (cell.case, cell.version, cell.backend, cell.device)


def _first(sides: Iterable[str], field: str) -> str:
    values = list(sides)
    wanted = {"device": CPU, "mode": DEFAULT_MODE}.get(field)
    if wanted in values:
        return str(wanted)
    return values[0] if values else ""
