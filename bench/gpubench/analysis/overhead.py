"""What the harness itself costs: the cell that calls an empty function, and the cells of whose time that is a share."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from gpubench.analysis.measured import Measured
from gpubench.results.flags import NOOP, of_its_mode


@dataclass(frozen=True)
class Overhead:
    """Seconds that one timed call of nothing takes. share: of the quickest real step of its backend, device and mode.

    Where the empty call was measured in some of a backend's modes only, the steps of the others are set against these.
    """

    cell: Measured
    seconds: float
    share: float | None


def overheads(cells: Sequence[Measured]) -> tuple[Overhead, ...]:
    """One for each backend, device, mode and run whose empty call was measured."""
    empty: dict[object, dict[str, Measured]] = defaultdict(dict)
    for cell in cells:
        if cell.ok and cell.case.workload == NOOP and cell.case.size == 1:
            empty[_place(cell)].setdefault(cell.mode, cell)
    shares: dict[tuple[str, tuple[str, str]], float] = {}
    for cell in cells:
        call = of_its_mode(empty[_place(cell)], cell.mode)
        if cell.case.workload != NOOP and call is not None and call.step is not None and cell.step is not None:
            key = (call.run_id, call.identity)
            shares[key] = max(shares.get(key, 0.0), call.step.value / cell.step.value)
    return tuple(
        Overhead(call, call.step.value, shares.get((call.run_id, call.identity)))
        for calls in empty.values()
        for call in calls.values()
        if call.step is not None
    )


def _place(cell: Measured) -> object:
    return (cell.run_id, cell.backend, cell.device)
