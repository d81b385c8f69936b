"""Every TensorFlow step on a second logical CPU: every operation that ran, ran there."""

from __future__ import annotations

import json

import pytest

from gpubench.backends.tensorflow import backend

pytestmark = pytest.mark.framework("tensorflow")

_SESSION = "gpubench/backends/tensorflow/session.py"
_MEASURE = "gpubench/worker/measure.py"
_MNIST = "gpubench_workloads/mnist_tensorflow.py"
_COPY = "gpubench_workloads/copy.py"
_DISPATCH = "gpubench_workloads/dispatch.py"
_HALF_ELSEWHERE = (
    "        with tf.device('/CPU:0'):\n            half = tf.multiply(y, 0.5)\n"
    "        return tf.add(tf.add(x, half), half)"
)
_RAW, _KERAS = "mnist_cnn_train raw native synthetic", "mnist_cnn_train keras native synthetic"


@pytest.fixture(scope="module")
def right(audit):
    return audit("placement")


def test_every_operation_of_every_step_runs_on_its_device(right):
    assert right["found"] == []


def test_every_workload_is_tried_in_every_mode_and_precision_but_those_that_xla_compiles(right, declared):
    assert right["audited"] == [
        name for name in declared(backend) if json.loads(name)[2] != "xla" or json.loads(name)[1] == "float32"
    ]


_PLANTED = {
    # mistake: file, what is there, what is planted, cells that are looked at, what is said of them
    "the scope names no device": (
        _SESSION, "with tf.device(self.device):", "with contextlib.nullcontext():",
        "square float32 eager", "MatMul ran on CPU:0",
    ),
    "a step is built and run outside the scope": (
        _MEASURE, "        with session.scope():\n            verified", "        if True:\n            verified",
        "dispatch float32 graph", "measured: output is not on the device",
    ),
    "a copy is made on the first CPU": (
        _COPY, "        return tf.negative(x)", "        with tf.device('/CPU:0'):\n            return tf.negative(x)",
        "copy new float32 graph", "Neg ran on CPU:0",
    ),
    "a part of the work falls back to the first CPU and its result returns": (
        _DISPATCH, "        return tf.add(x, y)",
        _HALF_ELSEWHERE,
        "dispatch float32 graph", "measured: part of the work is not done on the device: Mul ran on CPU:0",
    ),
    "the same where every operation is told its device": (
        _DISPATCH, "        return tf.add(x, y)",
        _HALF_ELSEWHERE,
        "dispatch float32 eager", "measured: part of the work is not done on the device: Mul ran on CPU:0",
    ),
    "the loss is computed on the first CPU": (
        _MNIST, "    return tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)",
        "    with tf.device('/CPU:0'):\n        return tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)",
        f"{_RAW} float32 graph", "ran on CPU:0",
    ),
    "weights are made on the first CPU": (
        _SESSION, "        return tf.Variable(tf.cast(array, self.weights))",
        "        with tf.device('/CPU:0'):\n            return tf.Variable(tf.cast(array, self.weights))",
        f"{_RAW} bfloat16 eager", "CPU:0",
    ),
    "Keras's model is built on the first CPU": (
        _MNIST, "    model = _keras_model(session)",
        "    import tensorflow as tf\n\n    with tf.device('/CPU:0'):\n        model = _keras_model(session)",
        f"{_KERAS} float32 graph", "CPU:0",
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", _PLANTED)
def test_a_planted_mistake_is_found(mistake: str, audit, planted):
    file, old, new, only, says = _PLANTED[mistake]
    answer = audit("placement", only, planted(file, old, new))
    assert answer["audited"]
    assert says in "\n".join(answer["found"])
