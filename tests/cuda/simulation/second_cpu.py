"""TensorFlow with two logical CPUs, the second of which stands for a GPU; the product's own runtime in all else."""

from __future__ import annotations

import tensorflow as tf

from gpubench.backends.tensorflow.runtime import TensorflowRuntime
from gpubench.backends.tensorflow.session import TensorflowSession

NAME = "CPU:1"


class AsynchronousSession(TensorflowSession):
    """A session that may have work to wait for, as on a GPU: what is asked on such devices alone is asked here too."""

    asynchronous = True


class SecondCpu(TensorflowRuntime):
    """Opens the second of two logical CPUs as it would open a GPU."""

    def __init__(self) -> None:
        super().__init__(1, "all")
        cpu = tf.config.list_physical_devices("CPU")[0]
        if tf.config.get_logical_device_configuration(cpu) is None:  # it can't be set again once it is used
            tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)

    def open(self, on: str, precision: str, mode: str, /) -> TensorflowSession:
        return AsynchronousSession(f"/{NAME}", precision, mode)
