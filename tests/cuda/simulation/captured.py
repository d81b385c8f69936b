"""The product's measurement of every torch step as one graph, on the simulated device: right, whole, and one launch."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from typing import Any

import cells as grid
import device
from runtime import SimulatedRuntime

from gpubench.backends.torch import CUDA_GRAPH, backend
from gpubench.worker.job import Job, Limits
from gpubench.worker.measure import Measurement
from gpubench.worker.prepared import prepare

LAUNCH_NS, KERNEL_NS = 60_000_000, 15_000_000
"""So long that few calls are made. A step of more than four operations has to be one launch, or waits for Python."""


def problems(cell: grid.Cell) -> Iterator[str]:
    """What is wrong with a cell's graph, or with what is measured of it."""
    runtime = SimulatedRuntime(1, device.NAME)
    accelerator = runtime.accelerator
    accelerator.launch_ns, accelerator.kernel_ns = LAUNCH_NS, KERNEL_NS
    identity = cell.workload.identity(cell.params)
    for data in cell.workload.data if cell.precision == cell.workload.precisions[0] else ("resident",):
        job = Job(cell.workload.name, identity, cell.precision, cell.mode, data, 0, 1, Limits(0.1))
        measurement = Measurement(backend.name, f"{device.NAME}:0", runtime, 1, accelerator.clock)
        answer = measurement.measure(job, cell.workload)
        if answer["status"] != "ok":
            yield f"{data}: {answer['status']}: {answer['reason']}"
        elif data == "resident":
            yield from _step_time(answer, accelerator)
        yield from _launches(cell, data, runtime)
    yield from dict.fromkeys(accelerator.streams.races)


def _step_time(answer: dict[str, Any], accelerator: Any) -> Iterator[str]:
    """A block takes its launches and its graphs' kernels, the longer of the two for every call and the other once."""
    step = answer["quantities"]["step"]
    kernels = max(graph.kernels for graph in accelerator.captured)
    longer, shorter = sorted((LAUNCH_NS, kernels * KERNEL_NS), reverse=True)
    truth = (step["calls"] * longer + shorter) * 1e-9
    seconds = statistics.median(step["seconds"])
    if abs(seconds / truth - 1) > 0.02:
        yield f"a block takes {seconds / truth:.3f} of its graphs' time"


def _launches(cell: grid.Cell, data: str, runtime: SimulatedRuntime) -> Iterator[str]:
    """One for the graph, and one for the copy of each feed that starts on the host; with what the data are then."""
    queue = runtime.accelerator.queues[0]
    session = runtime.open(f"{device.NAME}:0", cell.precision, cell.mode)
    with session.scope():
        prepared = prepare(cell.workload, backend.name, cell.params, session, seed=0)
        placed = prepared.placed()
        call = prepared.bind(data, placed)
        call()
        session.complete()
        before = queue.launched
        call()
        session.complete()
    expected = 1 + (len(prepared.feeds) if data == "host" else 0)
    if queue.launched - before != expected:
        yield f"{data}: a call launches {queue.launched - before} times, not {expected}"


def audit(only: str) -> dict[str, list[str]]:
    """only: a part of the names of the cells to look at, empty for all: those that have work, in all but tf32."""
    recorded = (cell for cell in grid.cells(backend, shapes=False) if cell.mode == CUDA_GRAPH)
    tried = (cell for cell in recorded if cell.precision != "tf32" and cell.workload.name != "noop")
    return grid.audited((cell for cell in tried if only in str(cell)), problems)
