"""How long a run will take, said before it begins."""

from __future__ import annotations

from gpubench.results.records import Cell
from gpubench.runner.need import needs
from gpubench.runner.order import Group, passes
from gpubench.runner.prepared import Prepared
from gpubench.selection import passes_of
from gpubench.worker.energy import IDLE_S, WINDOW_S
from gpubench.worker.job import ENERGY
from gpubench.worker.warmup import MIN_WARM_UP_S

_WORKER_S = 2.5
"""Starting a worker: PyTorch takes 1.3 s, TensorFlow 2.5 s on two cores, and more on a slower disk."""
_CELL_S = 0.5
"""Building and checking a cell, and calibrating its blocks in the first launch: the built-in cells' average."""
_WARM_UP, _SINGLES = 1.1, 0.2
"""The average warm-up over the shortest one, and the time for single calls over that for samples."""
_PASSES = {ENERGY: (IDLE_S, WINDOW_S)}
"""Seconds that a pass takes beside set-up: of each worker, and of each of its cells."""
_CPU_RATE, _ACCELERATOR_RATE = 3e10, 1e13
"""Floating-point operations a second, of each thread and of an accelerator: a guess, which only large cells feel."""
_DATA_RATE = 2e8
"""Bytes a second at which a cell's data are drawn, rounded and checked, on one core."""
_WARM_UP_CALLS, _CALLS, _FEWEST = 10, 6, 3
"""Calls of a slow cell: until its warm-up can judge, those for the check, and at least for samples and single calls."""


def estimate_s(prepared: Prepared) -> float:
    """Seconds: workers to start, and for each cell its set-up, warm-up, samples and single calls; then the passes.

    A cell whose data don't fit into the memory of its device takes only as long as it takes to find that out.
    """
    cells = prepared.plan.runnable
    too_large = {need.cell.identity for need in needs(prepared)}
    groups = {Group.of(cell) for cell in cells}
    measuring = sum(_CELL_S if cell.identity in too_large else _cell_s(cell, prepared) for cell in cells)
    timed = prepared.launches * (len(groups) * _WORKER_S + measuring)
    return timed + sum(_pass_s(prepared, measures) for measures in passes_of(prepared.selection.preset))


def _cell_s(cell: Cell, prepared: Prepared) -> float:
    """Seconds of one launch of a cell; a slow one overruns its time limits by whole calls."""
    rate = _CPU_RATE * cell.threads if cell.device == "cpu" else _ACCELERATOR_RATE
    call, limit = prepared.work_of(cell).flops / rate, prepared.max_time_s
    warm_up = max(_WARM_UP * MIN_WARM_UP_S, min(_WARM_UP_CALLS * call, max(2.0, 2 * limit)))
    samples = max(limit, _FEWEST * call) + max(_SINGLES * limit, _FEWEST * call)
    return _set_up_s(cell, prepared) + _CALLS * call + warm_up + samples


def _set_up_s(cell: Cell, prepared: Prepared) -> float:
    return _CELL_S + prepared.work_of(cell).bytes / _DATA_RATE


def _pass_s(prepared: Prepared, measures: str) -> float:
    """Seconds, as if there were counters for all."""
    workers = passes(prepared.plan.runnable, measures, prepared.selection.seed)
    idle, window = _PASSES.get(measures, (0.0, 0.0))
    cells = sum(_set_up_s(cell, prepared) + window for worker in workers for cell in worker.cells)
    return len(workers) * (_WORKER_S + idle) + cells


def in_words(seconds: float) -> str:
    """`40 seconds`, `3.5 minutes`, `2 hours`."""
    if seconds < 90:
        return f"{10 * max(1, round(seconds / 10))} seconds"
    if seconds < 5400:
        return f"{round(seconds / 30) / 2:g} minutes"
    return f"{round(seconds / 1800) / 2:g} hours"
