"""Every operation of every TensorFlow step, with its types, has a kernel for GPUs in the installed build.

The package index's TensorFlow is built for CUDA, and its registry of kernels can be read without a GPU. An operation
without one would run on the CPU, in graph mode without a word.
"""

from __future__ import annotations

import pytest

from gpubench.backends.tensorflow import backend

pytestmark = pytest.mark.framework("tensorflow")

_SESSION = "gpubench/backends/tensorflow/session.py"
_MATMUL = "gpubench_workloads/matmul.py"
_CONV = "gpubench_workloads/conv2d.py"
_MNIST = "gpubench_workloads/mnist_tensorflow.py"
_TRAINING = "mnist_cnn_train raw native synthetic"


@pytest.fixture(scope="module")
def right(audit):
    import tensorflow as tf

    if not tf.sysconfig.get_build_info()["is_cuda_build"]:
        pytest.skip("this TensorFlow is built without CUDA: it has no kernels for GPUs")
    return audit("kernels")


def test_every_operation_has_a_kernel_for_gpus_in_its_types(right):
    assert right["found"] == []


def test_every_workload_is_tried_in_every_precision_and_mode(right, declared):
    assert right["audited"] == declared(backend)


_PLANTED = {
    # mistake: file, what is there, what is planted, cells that are looked at, what is said of them
    "an operation that no GPU has": (
        _MATMUL, "return tf.matmul(a, b)", "return tf.matmul(a, b) + tf.cast(tf.strings.length('a'), a.dtype)",
        "square float32 graph", "StringLength  has no kernel",
    ),
    "a print in the step": (
        _MATMUL, "return tf.matmul(a, b)", "tf.print(tf.shape(a)); return tf.matmul(a, b)",
        "square float32 graph", "PrintV2",
    ),
    "a type that no GPU has": (
        _MNIST, "    if logits.dtype == tf.float64:", "    if False:", f"{_TRAINING} float64 graph",
        "SparseSoftmaxCrossEntropyWithLogits float64 int64 has no kernel",
    ),
    "the same in Keras": (
        _MNIST, "losses if session.weights == tf.float64 else ", "", "keras native synthetic float64 eager",
        "SparseSoftmaxCrossEntropyWithLogits float64 int64 has no kernel",
    ),
    "an operation that XLA has not": (
        _CONV, "return tf.nn.conv2d(x, w, layer.stride, padding)",
        "return tf.math.special.spence(tf.nn.conv2d(x, w, layer.stride, padding))",
        "seed-conv2 forward native float32 xla", "Spence float32 has no kernel",
    ),
    "the step is not narrowed": (
        _MNIST, "map(session.narrow, weights)", "weights", f"{_TRAINING} bfloat16 graph",
        "float32 that does not match type bfloat16",
    ),
    "products in another type": (
        _MATMUL, "return tf.matmul(a, b)",
        "return tf.cast(tf.matmul(tf.cast(a, tf.float32), tf.cast(b, tf.float32)), a.dtype)",
        "square bfloat16 graph", "MatMul in float32",
    ),
    "TF32 stays on": (
        _SESSION, '_float_32_execution(self.precision == "tf32")', "_float_32_execution(True)",
        "square float32", "MatMul with TF32 switched wrong",
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", _PLANTED)
def test_a_planted_mistake_is_found(mistake: str, right, audit, planted):
    file, old, new, only, says = _PLANTED[mistake]
    answer = audit("kernels", only, planted(file, old, new))
    assert answer["audited"]
    assert says in "\n".join(answer["found"])
