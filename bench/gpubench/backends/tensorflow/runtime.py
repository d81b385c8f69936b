"""TensorFlow imported and set up in a worker: devices, versions, settings, and what its exceptions mean."""

from __future__ import annotations

import platform

import keras
import tensorflow as tf

from gpubench.backend import Device, Fault
from gpubench.backends.tensorflow.session import TensorflowSession
from gpubench.errors import Unsupported


class TensorflowRuntime:
    """One TensorFlow in one process, with `threads` intra-op threads and soft placement off."""

    def __init__(self, threads: int, device: str) -> None:
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        # One operation at a time, as on PyTorch's side: `threads` is the whole count of computing threads.
        tf.config.threading.set_inter_op_parallelism_threads(1)
        tf.config.set_soft_device_placement(False)
        self._device = device

    def versions(self) -> dict[str, str]:
        build = tf.sysconfig.get_build_info()
        found = {"tensorflow": tf.__version__, "keras": keras.__version__, "python": platform.python_version()}
        if build.get("is_cuda_build"):
            found["cuda"] = str(build.get("cuda_version", "unknown"))
            found["cudnn"] = str(build.get("cudnn_version", "unknown"))
        return found

    def settings(self) -> dict[str, str]:
        from tensorflow.python.util import _pywrap_util_port  # the only reader of the switch that is in force

        return {
            "intra-op threads": str(tf.config.threading.get_intra_op_parallelism_threads()),
            "inter-op threads": str(tf.config.threading.get_inter_op_parallelism_threads()),
            "oneDNN": "on" if _pywrap_util_port.IsMklEnabled() else "off",
            "soft placement": "on" if tf.config.get_soft_device_placement() else "off",
        }

    def devices(self) -> list[Device]:
        found = [Device("cpu", platform.processor() or platform.machine())]
        if tf.sysconfig.get_build_info().get("is_rocm_build"):
            return found
        for index, gpu in enumerate(tf.config.list_physical_devices("GPU")):
            details = tf.config.experimental.get_device_details(gpu)
            found.append(Device(f"cuda:{index}", str(details.get("device_name", "NVIDIA GPU"))))
        return found

    def missing(self) -> str:
        build = tf.sysconfig.get_build_info()
        if build.get("is_rocm_build"):
            return f"tensorflow {tf.__version__} is built for ROCm, which gpubench does not measure"
        if not build.get("is_cuda_build"):
            return f"tensorflow {tf.__version__} is built without CUDA"
        if tf.config.list_physical_devices("GPU"):
            return ""
        return "TensorFlow registered no GPU: its driver or its CUDA libraries were not found (tensorflow[and-cuda])"

    def open(self, device: str, precision: str, mode: str, /) -> TensorflowSession:
        kind = device.partition(":")[0]
        if precision == "tf32":
            self._require_tf32(kind)
        return TensorflowSession("/CPU:0" if kind == "cpu" else "/GPU:0", precision, mode)

    def _require_tf32(self, kind: str) -> None:
        if kind != "cuda":
            raise Unsupported(f"tf32 is a product of NVIDIA GPUs; {kind} has none")
        gpu = tf.config.list_physical_devices("GPU")[0]
        capability = tf.config.experimental.get_device_details(gpu).get("compute_capability", (0, 0))
        if capability < (8, 0):
            raise Unsupported("tf32 needs compute capability 8.0 or newer")

    def fault(self, error: BaseException, /) -> Fault:
        text = str(error)
        if isinstance(error, (MemoryError, tf.errors.ResourceExhaustedError)):
            return Fault.OUT_OF_MEMORY
        if isinstance(error, (tf.errors.InternalError, tf.errors.UnknownError)) and "CUDA" in text:
            return Fault.STICKY
        if isinstance(error, (tf.errors.UnimplementedError, NotImplementedError)) or "No registered" in text:
            return Fault.UNSUPPORTED
        if isinstance(error, tf.errors.NotFoundError) and "Could not find device for node" in text:
            return Fault.UNSUPPORTED
        return Fault.OTHER
