"""Where the operations of a call ran, as TensorFlow's own graphs tell.

With soft placement off TensorFlow refuses an operation that is told a device without a kernel for it. Inside a
`tf.function` nothing tells an operation its device: one without a kernel for the device that the function is called on
runs on the CPU, without a word, whatever soft placement is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import tensorflow as tf
from tensorflow.python.eager import context  # no public name gives the graphs of what ran

_MOVES_OR_HOLDS = ("Const", "Identity", "NoOp", "SyncDevice")
"""Operations that compute nothing; so do those whose name starts with an underscore (`_Arg`, `_Send`)."""


def stray_operations(device: str, call: Callable[[], object]) -> list[str]:
    """Make a call; each kind of operation that computed with floating point elsewhere than on `device` (`GPU:0`).

    Integers are left out: shapes and counters are arguments that the host hands to any device. Of what XLA compiles
    TensorFlow keeps no graph; it is compiled whole for the device that it is called on, or not at all.
    """
    handle = context.context()
    handle.clear_kernel_cache()  # graphs are kept of the kernels that are made meanwhile
    handle.enable_graph_collection()  # run metadata would be collected for good: `disable_run_metadata` leaves it on
    try:
        call()
        graphs = handle.export_run_metadata().partition_graphs
    finally:
        handle.disable_graph_collection()
        handle.clear_kernel_cache()  # and none of those that kept them is timed
    return list(dict.fromkeys(stray for graph in graphs for stray in _strays(device, graph)))


def _strays(device: str, graph: Any) -> Iterator[str]:
    for node in graph.node:
        where = node.device.rpartition("device:")[2]
        if where != device and not node.op.startswith("_") and node.op not in _MOVES_OR_HOLDS and _floats(node):
            yield f"{node.op} ran on {where or 'an unknown device'}"


def _floats(node: Any) -> bool:
    """Whether some type that the operation was made for is of floating point."""
    types = [kind for value in node.attr.values() for kind in (value.type, *value.list.type) if kind]
    return any(tf.as_dtype(kind).is_floating for kind in types)
