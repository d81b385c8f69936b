"""Where operations ran, by graphs as TensorFlow keeps them; real ones stand in tests/cuda/test_placement.py."""

from __future__ import annotations

import numpy as np
import pytest

pytestmark = pytest.mark.framework("tensorflow")

_PREFIX = "/job:localhost/replica:0/task:0/device:"


@pytest.fixture
def found():
    """What is said of a graph for GPU:0: each node is its operation, its device and the types it was made for."""
    import tensorflow as tf

    from gpubench.backends.tensorflow.placement import _strays

    def strays(*nodes: tuple):
        graph = tf.compat.v1.GraphDef()
        for op, where, *types in nodes:
            node = graph.node.add(op=op, device=where and _PREFIX + where)
            for index, kind in enumerate(types):
                if isinstance(kind, list):
                    node.attr[f"T{index}"].list.type.extend(tf.as_dtype(name).as_datatype_enum for name in kind)
                else:
                    node.attr[f"T{index}"].type = tf.as_dtype(kind).as_datatype_enum
        return list(_strays("GPU:0", graph))

    return strays


@pytest.mark.parametrize("kind", ["float32", "float64", "float16", "bfloat16"])
def test_what_computes_with_floats_on_the_cpu_is_told(found, kind: str):
    assert found(("MatMul", "GPU:0", kind), ("Betainc", "CPU:0", kind)) == ["Betainc ran on CPU:0"]


def test_a_list_of_types_counts_and_so_does_the_result_of_a_cast(found):
    assert found(("AddN", "CPU:0", ["int32", "float32"]), ("Cast", "CPU:0", "int32", "bfloat16")) == [
        "AddN ran on CPU:0", "Cast ran on CPU:0",
    ]  # fmt: skip


def test_an_operation_that_is_nowhere_is_told(found):
    assert found(("MatMul", "", "float32")) == ["MatMul ran on an unknown device"]


@pytest.mark.parametrize(
    "node",
    [
        ("MatMul", "GPU:0", "float32"),
        ("StridedSlice", "CPU:0", "int32"),  # a shape
        ("AssignAddVariableOp", "CPU:0", "int64"),  # a count of steps
        ("_Arg", "CPU:0", "float32"),
        ("_Send", "CPU:0", "float32"),
        ("Const", "CPU:0", "float32"),
        ("Identity", "CPU:0", "float32"),
        ("NoOp", "CPU:0"),
        ("LogicalAnd", "CPU:0", "bool"),
        ("VarHandleOp", "CPU:0", "resource"),
    ],
)
def test_what_computes_nothing_with_floats_may_be_anywhere(found, node: tuple):
    assert found(node) == []


@pytest.mark.parametrize("mode", ["eager", "graph", "xla"])
def test_on_the_device_that_is_asked_for_nothing_is_told_and_the_call_is_made_once(started, mode: str):
    session = started("tensorflow").open("cpu", "float32", mode)
    with session.scope():
        double = session.compile(lambda x: x + x)
        placed, calls = session.place(session.host(np.ones(3))), []
        assert session.stray_operations(lambda: calls.append(double(placed))) == []
        assert (session.fetch(calls[0]) == 2).all()
        assert len(calls) == 1
        traces = session.traces()
        double(placed)
        assert session.traces() == traces, "looking makes nothing be traced anew"


@pytest.mark.parametrize("mode", ["eager", "graph"])
def test_the_cpu_is_another_device_than_a_gpu(started, mode: str):
    """What runs in the call is told each time, and nothing of what runs before or after."""
    from gpubench.backends.tensorflow.placement import stray_operations

    session = started("tensorflow").open("cpu", "float32", mode)
    with session.scope():
        difference, quotient = session.compile(lambda x, y: x - y), session.compile(lambda x, y: x / y)
        x, y = (session.place(session.host(np.full(3, value))) for value in (1.0, 2.0))
        difference(x, y)
        for _ in range(2):
            assert stray_operations("GPU:0", lambda: difference(x, y)) == ["Sub ran on CPU:0"]
            quotient(x, y)
