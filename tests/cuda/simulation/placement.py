"""Every TensorFlow step on a second logical CPU: where each operation ran, as the run's metadata tells."""

from __future__ import annotations

from typing import Any

import cells as grid
import tensorflow as tf
from second_cpu import NAME, SecondCpu
from tensorflow.python.eager import context

from gpubench.backends.tensorflow import backend
from gpubench.worker.check import misplaced
from gpubench.worker.job import Job, Limits
from gpubench.worker.measure import Measurement
from gpubench.worker.prepared import prepare

_NO_WORK = ("_Arg", "_DeviceArg", "SyncDevice")

runtime = SecondCpu()


def _step(cell: grid.Cell) -> list[str]:
    """What of a cell's step ran elsewhere, or nowhere that is known."""
    session = runtime.open("", cell.precision, cell.mode)
    with session.scope():
        prepared = prepare(cell.workload, backend.name, cell.params, session, seed=0)
        call = prepared.placed()
        call()
        context.context().clear_kernel_cache()  # an operation is noted when its kernel is made
        context.enable_graph_collection()
        try:
            output = call()
            graphs = context.export_run_metadata().partition_graphs
        finally:
            context.disable_graph_collection()
        strays = misplaced(prepared, output, call.feeds)
    nodes = [(node, node.device.rpartition("device:")[2]) for graph in graphs for node in graph.node]
    found = [f"{node.op} ran on {where}" for node, where in nodes if where != NAME and not _harmless(node)]
    compiled = cell.mode == "xla"  # TensorFlow keeps no graph of it; where its results lie is known
    if prepared.step.feeds and not compiled and not any(where == NAME for _, where in nodes):
        found.append("nothing was seen to run")
    return [*dict.fromkeys(found), *filter(None, [strays])]


def _harmless(node: Any) -> bool:
    """Shapes, int32, are arguments that the host hands to any device."""
    return node.op in _NO_WORK or (node.op == "_Send" and node.attr["T"].type == tf.int32.as_datatype_enum)


def _measured(cell: grid.Cell) -> list[str]:
    """What the whole measurement refuses, which enters the scope itself, at a clock that leaves it a few calls."""
    now = iter(range(0, 10**15, 60_000_000))
    identity = cell.workload.identity(cell.params)
    job = Job(cell.workload.name, identity, cell.precision, cell.mode, "resident", 0, 1, Limits(0.1))
    answer = Measurement(backend.name, "second:0", runtime, 1, lambda: next(now)).measure(job, cell.workload)
    return [f"measured: {answer['reason']}"] if answer["status"] == "failed" else []


def problems(cell: grid.Cell) -> list[str]:
    """What of a cell is not on its device."""
    whole = cell.workload.name == "dispatch" and cell.precision == cell.workload.precisions[0]
    return _step(cell) + (_measured(cell) if whole else [])


def audit(only: str) -> dict[str, list[str]]:
    """only: a part of the names of the cells to look at, empty for all. Those of xla, slow to compile, in float32."""
    quick = (cell for cell in grid.cells(backend, shapes=False) if cell.mode != "xla" or cell.precision == "float32")
    return grid.audited((cell for cell in quick if only in str(cell)), problems)
