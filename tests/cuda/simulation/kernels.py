"""Every operation of every TensorFlow step, with its types: has the installed build a kernel for it on a GPU?"""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import Any

import cells as grid
import tensorflow as tf
from second_cpu import SecondCpu
from tensorflow.python.framework import kernels, op_callbacks, op_def_registry

from gpubench.backends.tensorflow import backend
from gpubench.worker.prepared import prepare

Types = tuple[tuple[str, tf.DType], ...]
"""The attributes of an operation that are a type."""

runtime = SecondCpu()

_PRODUCTS = ("MatMul", "Conv2D", "Conv2DBackpropInput", "Conv2DBackpropFilter")
_NO_WORK = ("Placeholder",)
"""A traced function's argument."""


_traced: dict[str, tuple[set[tuple[str, Types]], list[str]]] = {}


def operations(cell: grid.Cell) -> tuple[set[tuple[str, Types]], list[str]]:
    """What the first call of a step runs or traces, with its gradients and what Keras adds; and what is wrong there."""
    seen: set[tuple[str, Types]] = set()
    wrong: list[str] = []
    session = runtime.open("", cell.precision, cell.mode)

    def note(kind: Any, inputs: Any, attributes: Any, outputs: Any, op_name: Any = None, graph: Any = None) -> None:
        name = kind.decode() if isinstance(kind, bytes) else kind
        pairs = zip(attributes[::2], attributes[1::2], strict=True) if attributes else ()
        types = {key: tf.as_dtype(getattr(value, "type", value)) for key, value in pairs if key in _types_of(name)}
        seen.add((name, tuple(sorted(types.items(), key=str))))
        if name in _PRODUCTS:
            if types["T"] != session.compute:
                wrong.append(f"{name} in {types['T'].name}")
            if tf.config.experimental.tensor_float_32_execution_enabled() != (cell.precision == "tf32"):
                wrong.append(f"{name} with TF32 switched wrong")

    with session.scope():
        call = prepare(cell.workload, backend.name, cell.params, session, seed=0).resident()
        op_callbacks.add_op_callback(note)
        try:
            call()
        finally:
            op_callbacks.remove_op_callback(note)
    return seen, wrong


@functools.cache
def _types_of(name: str) -> frozenset[str]:
    declared = op_def_registry.get(name)  # none for a traced function, which is called like an operation
    return frozenset(each.name for each in declared.attr if each.type == "type") if declared else frozenset()


@functools.cache
def _has_kernel(name: str, types: Types, devices: frozenset[str]) -> bool:
    if name in _NO_WORK or op_def_registry.get(name) is None:
        return True
    known = {key: value.as_datatype_enum for key, value in types}
    return any(
        kernel.device_type in devices
        and all(
            known.get(each.name) in (None, *each.allowed_values.list.type)
            for each in kernel.constraint
            if each.allowed_values.list.type
        )
        for kernel in kernels.get_registered_kernels_for_op(name).kernel
    )


def problems(cell: grid.Cell) -> list[str]:
    """The operations of a cell's step without a kernel. What XLA compiles is what is traced: no need to compile it."""
    compiled = cell.mode == "xla"
    devices = frozenset({"XLA_GPU_JIT"} if compiled else {"GPU", "DEFAULT"})
    tried = replace(cell, mode="graph") if compiled else cell
    if str(tried) not in _traced:
        _traced[str(tried)] = operations(tried)
    seen, wrong = _traced[str(tried)]
    lacking = [(name, types) for name, types in seen if not _has_kernel(name, types, devices)]
    found = [f"{name} {' '.join(each.name for _, each in types)} has no kernel" for name, types in lacking]
    if cell.workload.name != "noop" and not seen:
        found.append("no operation was seen")
    return sorted({*found, *wrong})


def audit(only: str) -> dict[str, list[str]]:
    """only: a part of the names of the cells to look at, empty for all."""
    return grid.audited((cell for cell in grid.cells(backend, shapes=False) if only in str(cell)), problems)
