"""What the harness itself costs: the cell that calls an empty function, and the cells of whose time that is a share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from gpubench.analysis.measured import Measured

NOOP = "noop"
"""The workload that measures the harness."""
HARNESS_COST = "harness-cost"
MOST = 0.001
"""Share of a step that the harness may cost without a flag: what it costs a step of 25 µs (shared with `timeit`)."""


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
    empty = _empty_calls(cells)
    shares: dict[tuple[str, tuple[str, str]], float] = {}
    for cell in cells:
        call = _against(cell, empty)
        if call is not None and call.step is not None and cell.step is not None:
            key = (call.run_id, call.identity)
            shares[key] = max(shares.get(key, 0.0), call.step.value / cell.step.value)
    return tuple(
        Overhead(call, call.step.value, shares.get((call.run_id, call.identity)))
        for call in empty
        if call.step is not None
    )


def with_harness_cost(cells: Sequence[Measured]) -> list[Measured]:
    """The cells; of whose steps the harness's own cost is more than 0.1 % are flagged `harness-cost`."""
    empty = _empty_calls(cells)
    return [
        replace(cell, flags=tuple(sorted({*cell.flags, HARNESS_COST})))
        if (call := _against(cell, empty)) is not None and _dear(call, cell)
        else cell
        for cell in cells
    ]


def _dear(call: Measured, cell: Measured) -> bool:
    return call.step is not None and cell.step is not None and call.step.value > MOST * cell.step.value


def _empty_calls(cells: Iterable[Measured]) -> list[Measured]:
    return [
        cell for cell in cells if cell.ok and cell.case.workload == NOOP and cell.case.size == 1 and not cell.variant
    ]


def _against(cell: Measured, empty: Iterable[Measured]) -> Measured | None:
    """The empty call that a cell is set against: of its mode where there is one; None for empty calls themselves."""
    if cell.case.workload == NOOP:
        return None
    place = (cell.run_id, cell.backend, cell.device)
    here = [call for call in empty if (call.run_id, call.backend, call.device) == place]
    return next((call for call in here if call.mode == cell.mode), next(iter(here), None))
