"""Time against size: the curves of one family of cases."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from gpubench.analysis.case import Case
from gpubench.analysis.estimate import Estimate
from gpubench.analysis.measured import Measured


@dataclass(frozen=True)
class Curve:
    """Step time in seconds over size for one backend, mode and device; points ascend. cells: of each point."""

    backend: str
    mode: str
    device: str
    points: tuple[tuple[float, Estimate], ...]
    cells: tuple[Measured, ...]


@dataclass(frozen=True)
class Growth:
    """The curves of cases that differ in size alone. run: the run's label. example: one of the cases."""

    run: str
    example: Case
    curves: tuple[Curve, ...]


def growths(cells: Iterable[Measured]) -> tuple[Growth, ...]:
    """Every family of cases that some backend was measured at two sizes or more of, in plan order."""
    families: dict[tuple[str, Case], list[Measured]] = defaultdict(list)
    for cell in cells:
        if cell.case.length is not None:
            families[cell.run, cell.case.family].append(cell)
    found = (Growth(run, members[0].case, _curves(members)) for (run, _), members in families.items())
    return tuple(growth for growth in found if any(len(curve.points) > 1 for curve in growth.curves))


def _curves(cells: Iterable[Measured]) -> tuple[Curve, ...]:
    found: dict[tuple[str, str, str], dict[float, Measured]] = defaultdict(dict)
    for cell in cells:
        if cell.step is not None and (length := cell.case.length) is not None:
            found[cell.backend, cell.mode, cell.device][length] = cell
    return tuple(_curve(*key, by_size) for key, by_size in found.items())


def _curve(backend: str, mode: str, device: str, by_size: dict[float, Measured]) -> Curve:
    sizes = sorted(by_size)
    points = tuple((size, step) for size in sizes if (step := by_size[size].step) is not None)
    return Curve(backend, mode, device, points, tuple(by_size[size] for size in sizes))
