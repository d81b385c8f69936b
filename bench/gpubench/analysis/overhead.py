"""What the harness itself costs: the cell that calls an empty function."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gpubench.analysis.measured import Measured

NOOP = "noop"
"""The workload that measures the harness."""


@dataclass(frozen=True)
class Overhead:
    """Seconds that one timed call of nothing takes. share: of the quickest real step of its backend and device."""

    cell: Measured
    seconds: float
    share: float | None


def overheads(cells: Sequence[Measured]) -> tuple[Overhead, ...]:
    """One for each backend, device and run whose empty call was measured."""
    return tuple(
        Overhead(cell, cell.step.value, _share(cell.step.value, _quickest(cell, cells)))
        for cell in cells
        if cell.case.workload == NOOP and cell.case.size == 1 and cell.step is not None
    )


def _quickest(noop: Measured, cells: Iterable[Measured]) -> float | None:
    place = (noop.run_id, noop.backend, noop.device)
    return min(
        (
            cell.step.value
            for cell in cells
            if cell.step is not None
            and cell.case.workload != NOOP
            and (cell.run_id, cell.backend, cell.device) == place
        ),
        default=None,
    )


def _share(seconds: float, quickest: float | None) -> float | None:
    return None if quickest is None else seconds / quickest
