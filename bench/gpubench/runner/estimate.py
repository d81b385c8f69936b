"""How long a run will take, said before it begins."""

from __future__ import annotations

from gpubench.runner.order import Group, passes
from gpubench.runner.run import Prepared
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


def estimate_s(prepared: Prepared) -> float:
    """Seconds: workers to start, and for each cell its set-up, warm-up, samples and single calls; then the passes."""
    cells = prepared.plan.runnable
    groups = {Group.of(cell) for cell in cells}
    measuring = _WARM_UP * MIN_WARM_UP_S + (1 + _SINGLES) * prepared.max_time_s
    timed = prepared.launches * (len(groups) * _WORKER_S + len(cells) * (_CELL_S + measuring))
    return timed + sum(_pass_s(prepared, measures) for measures in passes_of(prepared.selection.preset))


def _pass_s(prepared: Prepared, measures: str) -> float:
    """Seconds, as if there were counters for all."""
    workers = passes(prepared.plan.runnable, measures, prepared.selection.seed)
    idle, window = _PASSES.get(measures, (0.0, 0.0))
    return sum(_WORKER_S + idle + len(worker.cells) * (_CELL_S + window) for worker in workers)


def in_words(seconds: float) -> str:
    """`40 seconds`, `3.5 minutes`, `2 hours`."""
    if seconds < 90:
        return f"{10 * max(1, round(seconds / 10))} seconds"
    if seconds < 5400:
        return f"{round(seconds / 30) / 2:g} minutes"
    return f"{round(seconds / 1800) / 2:g} hours"
