"""TensorFlow imported and set up in a worker: devices, versions, settings, and what its exceptions mean."""

from __future__ import annotations

import platform
from typing import Any

import keras
import tensorflow as tf

from gpubench.backend import (
    ARCHITECTURES,
    CLASHING_WHEELS,
    CUDA,
    CUDA_OF_CUDNN,
    CUDNN,
    CUDNN_OF_BUILD,
    THREADS,
    Device,
    Fault,
)
from gpubench.backends.cuda_errors import out_of_memory, sticks
from gpubench.backends.cuda_memory import cuda_memory
from gpubench.backends.cudnn import loaded_cudnn
from gpubench.backends.nvidia_wheels import clashing_wheels
from gpubench.backends.tensorflow.session import TensorflowSession
from gpubench.errors import Unsupported


class TensorflowRuntime:
    """One TensorFlow in one process, with `threads` intra-op threads and soft placement off."""

    def __init__(self, threads: int, device: str) -> None:
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        # One operation at a time, as on PyTorch's side: `threads` is the whole count of computing threads.
        tf.config.threading.set_inter_op_parallelism_threads(1)
        tf.config.set_soft_device_placement(False)
        self._device, self._said = device, ""

    def versions(self) -> dict[str, str]:
        build = tf.sysconfig.get_build_info()
        found = {"tensorflow": tf.__version__, "keras": keras.__version__, "python": platform.python_version()}
        if build.get("is_cuda_build"):
            found[CUDA] = str(build.get("cuda_version", "unknown"))
            self._gpus()  # loads cuDNN
            if cudnn := loaded_cudnn()[0]:
                found[CUDNN] = cudnn
        return found

    def settings(self) -> dict[str, str]:
        from tensorflow.python.util import _pywrap_util_port  # the only reader of the switch that is in force

        found = {
            THREADS: str(tf.config.threading.get_intra_op_parallelism_threads()),
            "inter-op threads": str(tf.config.threading.get_inter_op_parallelism_threads()),
            "oneDNN": "on" if _pywrap_util_port.IsMklEnabled() else "off",
            "soft placement": "on" if tf.config.get_soft_device_placement() else "off",
        }
        return found | self._build() if self._device == "all" else found

    def _build(self) -> dict[str, str]:
        """What the build was made for and what it would do of itself: of no use to one who measures."""
        build = tf.sysconfig.get_build_info()
        found = {
            "TF32 by default": "on" if tf.config.experimental.tensor_float_32_execution_enabled() else "off",
            ARCHITECTURES: " ".join(build.get("cuda_compute_capabilities", ())),
            CUDNN_OF_BUILD: str(build.get("cudnn_version", "")),
            CUDA_OF_CUDNN: loaded_cudnn()[1],
            CLASHING_WHEELS: clashing_wheels(),
        }
        return {name: value for name, value in found.items() if value}

    def _gpus(self) -> list[Any]:
        try:
            return list(tf.config.list_physical_devices("GPU"))
        except tf.errors.InternalError as error:  # a driver that does not start; the CPU computes all the same
            self._said = f": {error}"
            return []

    def devices(self) -> list[Device]:
        found = [Device("cpu", platform.processor() or platform.machine())]
        if tf.sysconfig.get_build_info().get("is_rocm_build"):
            return found
        for index, gpu in enumerate(self._gpus()):
            details = tf.config.experimental.get_device_details(gpu)
            capability = ".".join(map(str, details.get("compute_capability", ())))
            found.append(Device(f"cuda:{index}", str(details.get("device_name", "NVIDIA GPU")), None, capability))
        return found

    def missing(self) -> str:
        build = tf.sysconfig.get_build_info()
        if build.get("is_rocm_build"):
            return f"tensorflow {tf.__version__} is built for ROCm, which gpubench does not measure"
        if not build.get("is_cuda_build"):
            return f"tensorflow {tf.__version__} is built without CUDA"
        return "" if self._gpus() else f"TensorFlow registered no GPU{self._said}"

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

    def reset_peak(self) -> None:
        tf.config.experimental.reset_memory_stats(self._local)

    def peak_bytes(self) -> int | None:
        """The CPU's too: its pool is what the resident set of the process can be held against."""
        return int(tf.config.experimental.get_memory_info(self._local)["peak"])

    def device_memory(self) -> tuple[int, int] | None:
        return None if self._device == "cpu" else cuda_memory()

    @property
    def _local(self) -> str:
        return "CPU:0" if self._device == "cpu" else "GPU:0"

    def fault(self, error: BaseException, /) -> Fault:
        text = str(error)
        if isinstance(error, (MemoryError, tf.errors.ResourceExhaustedError)):
            return Fault.OUT_OF_MEMORY
        if isinstance(error, (tf.errors.UnimplementedError, NotImplementedError)):
            return Fault.UNSUPPORTED
        if out_of_memory(text):
            return Fault.OUT_OF_MEMORY
        if sticks(text):
            return Fault.STICKY
        if "No OpKernel was registered" in text or "No registered" in text:  # in graph mode, and under XLA
            return Fault.UNSUPPORTED
        if isinstance(error, tf.errors.NotFoundError) and "Could not find device for node" in text:
            return Fault.UNSUPPORTED
        return Fault.OTHER
