"""TensorFlow on one device, at one precision, in one mode: what a builder of a TensorFlow step is given."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import keras
import numpy as np
import tensorflow as tf

from gpubench.backends.tensorflow.placement import stray_operations
from gpubench.workload import Array

F = TypeVar("F", bound=Callable[..., Any])

_POLICY = {
    "float64": "float64",
    "float32": "float32",
    "tf32": "float32",
    "bfloat16": "mixed_bfloat16",
    "float16": "mixed_float16",
}
_TF32_UNIT = 2.0**-11  # TF32 keeps 10 explicit bits of mantissa: NVIDIA A100 whitepaper, "TF32"
_UNITS = {"float64": 2.0**-53, "float32": 2.0**-24, "tf32": _TF32_UNIT, "bfloat16": 2.0**-8, "float16": 2.0**-11}


class TensorflowSession:
    """See `gpubench.session.Session`; tensors are `tf.Tensor`, weights `tf.Variable`."""

    def __init__(self, device: str, precision: str, mode: str) -> None:
        self.device, self.mode, self.precision = device, mode, precision
        self.compute = tf.as_dtype("float32" if precision == "tf32" else precision)
        self.weights = tf.float64 if precision == "float64" else tf.float32
        self.unit = _UNITS[precision]
        self.width = int(self.compute.size)
        self.complete: Callable[[], None] = tf.test.experimental.sync_devices
        self._compiled: list[Any] = []

    @property
    def asynchronous(self) -> bool:
        return "CPU" not in self.device or not tf.config.experimental.get_synchronous_execution()

    def host(self, array: Array, /) -> Array:
        cast: Array = array.astype(self.compute.as_numpy_dtype) if array.dtype.kind == "f" else array
        return np.asarray(cast, order="C")

    def place(self, host: Array, /) -> Any:
        return tf.convert_to_tensor(host)

    def back(self, outputs: Any, /) -> Any:
        return tf.nest.map_structure(lambda leaf: leaf.numpy() if tf.is_tensor(leaf) else leaf, outputs)

    def fetch(self, tensor: Any, /) -> Array:
        array: Array = np.asarray(tensor.numpy() if hasattr(tensor, "numpy") else tensor)
        return array if array.dtype.kind in "iub" else array.astype(np.float64)

    def weight(self, array: Array, /) -> Any:
        return tf.Variable(tf.cast(array, self.weights))

    def compile(self, function: F, /) -> F:
        """Never hand in TensorFlow's own wrapped operation (`tf.matmul`): a call then costs 3.6 times as much."""
        if self.mode == "eager":
            return function
        compiled: F = tf.function(function, jit_compile=self.mode == "xla", autograph=False)
        self._compiled.append(compiled)
        return compiled

    def traces(self) -> int | None:
        if not self._compiled:
            return None
        return sum(int(function.experimental_get_tracing_count()) for function in self._compiled)

    @contextlib.contextmanager
    def scope(self) -> Iterator[None]:
        """Every operation on this device; the TF32 switch and Keras's types of this precision."""
        tf32 = tf.config.experimental.tensor_float_32_execution_enabled()
        floatx, policy = keras.config.floatx(), keras.config.dtype_policy()
        tf.config.experimental.enable_tensor_float_32_execution(self.precision == "tf32")
        keras.config.set_floatx(self.weights.name)
        keras.config.set_dtype_policy(_POLICY[self.precision])
        try:
            with tf.device(self.device):
                yield
        finally:
            tf.config.experimental.enable_tensor_float_32_execution(tf32)
            keras.config.set_floatx(floatx)
            keras.config.set_dtype_policy(policy)

    def strays(self, tensors: Any, /) -> list[str]:
        """NumPy arrays count as such: TensorFlow copies them to the device at every call, and says nothing."""
        leaves = tf.nest.flatten(tensors)
        return [
            f"{tuple(leaf.shape)} {leaf.dtype.name} on {leaf.device}"
            for leaf in leaves
            if (tf.is_tensor(leaf) or isinstance(leaf, tf.Variable))
            and not leaf.device.upper().endswith(self.device.upper().lstrip("/"))
        ] + [f"{leaf.shape} {leaf.dtype} in NumPy" for leaf in leaves if isinstance(leaf, np.ndarray) and leaf.ndim]

    def stray_operations(self, call: Callable[[], object], /) -> list[str]:
        return stray_operations(self.device.lstrip("/"), call)

    def copies(self, tensors: Sequence[Any], /) -> list[Any]:
        return [tf.identity(tensor) for tensor in tensors]

    def restore(self, tensors: Sequence[Any], copies: Sequence[Any], /) -> None:
        for tensor, copy in zip(tensors, copies, strict=True):
            tensor.assign(copy)

    # Beyond the protocol: TensorFlow's own idioms.

    @property
    def mixed(self) -> bool:
        """Whether training at this precision keeps its weights in a wider type."""
        return bool(self.compute != self.weights)

    def narrow(self, tensor: Any, /) -> Any:
        """To the compute type; the tensor itself where it is in it."""
        return tf.cast(tensor, self.compute)

    def widen(self, tensor: Any, /) -> Any:
        """To the weights' type; the tensor itself where it is in it."""
        return tf.cast(tensor, self.weights)

    @property
    def keras_compile(self) -> dict[str, bool]:
        """Arguments for `Model.compile`: its default `jit_compile="auto"` turns XLA on as soon as a GPU is visible."""
        return {"run_eagerly": self.mode == "eager", "jit_compile": self.mode == "xla"}
