"""How long a run will take, said before it begins."""

from __future__ import annotations

from gpubench.results.records import Cell
from gpubench.runner.need import needs
from gpubench.runner.order import Group, passes
from gpubench.runner.prepared import Prepared
from gpubench.selection import passes_of
from gpubench.worker.energy import IDLE_S, WINDOW_S
from gpubench.worker.flop_per_cycle import FLOP_PER_CYCLE
from gpubench.worker.job import ENERGY
from gpubench.worker.warmup import MIN_WARM_UP_S

_WORKER_S = 2.5
"""Starting a worker: PyTorch takes 1.3 s, TensorFlow 2.5 s on two cores, and more on a slower disk."""
_ACCELERATOR_S = 2.0
"""More for one on an accelerator: its context, its libraries, and their end. An H100's took 4 s beside their cells."""
_CELL_S = 0.5
"""Building and checking a cell, and calibrating its blocks in the first launch: the built-in cells' average."""
_WARM_UP, _SINGLES = 1.1, 0.2
"""The average warm-up over the shortest one, and the time for single calls over that for samples."""
_PASSES = {ENERGY: (IDLE_S, WINDOW_S)}
"""Seconds that a pass takes beside set-up: of each worker, and of each of its cells."""
_CPU_RATE, _ACCELERATOR_RATE = 3e10, 1e13
"""Floating-point operations a second in float32, of each thread and of an accelerator: a guess, which only large cells
feel. In other precisions a GPU does as much more or less as its theoretical peaks say."""
_FLOAT32_EACH = 256
"""Operations in a cycle where the table of peaks has none: all multiprocessors since 8.6 do 128 multiply-adds."""
_FLOAT64_SHARES, _FLOAT64_SHARE = {"7.5": 1 / 32, "10.0": 1 / 2}, 1 / 64
"""Of the rate in float32, where that table says nothing for certain, by compute capability: FP64 cores to FP32 cores
(CUDA C++ Programming Guide, "Compute Capabilities"). It is 1/64 in all GPUs for desktops since 8.6."""
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
    starting = sum(_worker_s(group.device) for group in {Group.of(cell) for cell in cells})
    measuring = sum(_CELL_S if cell.identity in too_large else _cell_s(cell, prepared) for cell in cells)
    timed = prepared.launches * (starting + measuring)
    return timed + sum(_pass_s(prepared, measures) for measures in passes_of(prepared.selection.preset))


def _worker_s(device: str) -> float:
    return _WORKER_S + (0.0 if device == "cpu" else _ACCELERATOR_S)


def _rate(cell: Cell, prepared: Prepared) -> float:
    """Floating-point operations a second, as the device's class and compute capability let it be guessed."""
    if cell.device == "cpu":
        return _CPU_RATE * cell.threads
    capability = prepared.capabilities.get(cell.device, "")
    peaks = FLOP_PER_CYCLE.get(capability, {})
    if cell.precision in peaks:
        share = peaks[cell.precision] / peaks.get("float32", _FLOAT32_EACH)
    else:
        share = _FLOAT64_SHARES.get(capability, _FLOAT64_SHARE) if cell.precision == "float64" else 1.0
    return _ACCELERATOR_RATE * share


def _cell_s(cell: Cell, prepared: Prepared) -> float:
    """Seconds of one launch of a cell; a slow one overruns its time limits by whole calls."""
    call, limit = prepared.work_of(cell).flops / _rate(cell, prepared), prepared.max_time_s
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
    return sum(_worker_s(worker.group.device) + idle for worker in workers) + cells


def in_words(seconds: float) -> str:
    """`40 seconds`, `3.5 minutes`, `2 hours`."""
    if seconds < 90:
        return f"{10 * max(1, round(seconds / 10))} seconds"
    if seconds < 5400:
        return f"{round(seconds / 30) / 2:g} minutes"
    return f"{round(seconds / 1800) / 2:g} hours"
