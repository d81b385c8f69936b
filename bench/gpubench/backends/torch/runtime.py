"""PyTorch imported and set up in a worker: devices, versions, settings, and what its exceptions mean."""

from __future__ import annotations

import platform
import re
from collections.abc import Callable, Sequence
from typing import Any

import torch

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
from gpubench.backends.cudnn import loaded_cudnn
from gpubench.backends.nvidia_wheels import clashing_wheels
from gpubench.backends.torch import CUDA_GRAPH
from gpubench.backends.torch.cuda_graph import CudaGraphSession
from gpubench.backends.torch.session import TimedTorchSession, TorchSession
from gpubench.errors import Unsupported
from gpubench.session import Session
from gpubench.workload import Step


class TorchRuntime:
    """One PyTorch in one process, with `threads` intra-op threads."""

    def __init__(self, threads: int, device: str) -> None:
        torch.set_num_threads(threads)
        if device != "cpu" and torch.backends.cudnn.is_available():
            torch.backends.cudnn.benchmark = True
        self._device = device

    def versions(self) -> dict[str, str]:
        found = {"torch": torch.__version__, "python": platform.python_version()}
        if torch.version.cuda:
            found[CUDA] = torch.version.cuda
        if cudnn := loaded_cudnn()[0]:  # torch's own way to tell it raises where it is the wrong one
            found[CUDNN] = cudnn
        return found

    def settings(self) -> dict[str, str]:
        found = {
            THREADS: str(torch.get_num_threads()),
            "inter-op threads": str(torch.get_num_interop_threads()),
            "oneDNN": "on" if torch.backends.mkldnn.is_available() else "off",
            "CPU capability": torch.backends.cpu.get_cpu_capability(),
            "cuDNN autotune": "on" if torch.backends.cudnn.benchmark else "off",
        }
        return found | self._build() if self._device == "all" else found

    def _build(self) -> dict[str, str]:
        """What the build was made for and what it would do of itself: of no use to one who measures."""
        made_for = re.search(r"CUDNN_VERSION=([\d.]+)", torch.__config__.show())
        found = {
            "TF32 in products by default": "on" if torch.backends.cuda.matmul.allow_tf32 else "off",
            "TF32 in convolutions by default": "on" if torch.backends.cudnn.allow_tf32 else "off",
            ARCHITECTURES: " ".join(torch.cuda.get_arch_list()),
            CUDNN_OF_BUILD: made_for[1] if made_for else "",
            CUDA_OF_CUDNN: loaded_cudnn()[1],
            CLASHING_WHEELS: clashing_wheels(),
        }
        return {name: value for name, value in found.items() if value}

    def devices(self) -> list[Device]:
        found = [Device("cpu", platform.processor() or platform.machine())]
        if torch.version.hip is None and torch.cuda.is_available():
            for index in range(torch.cuda.device_count()):
                about = torch.cuda.get_device_properties(index)
                found.append(Device(f"cuda:{index}", about.name, about.total_memory, f"{about.major}.{about.minor}"))
        return found

    def missing(self) -> str:
        if torch.version.hip is not None:
            return f"torch {torch.__version__} is built for ROCm, which gpubench does not measure"
        if torch.version.cuda is None:
            return f"torch {torch.__version__} is built without CUDA"
        if torch.cuda.is_available():
            return ""
        try:
            torch.cuda.init()
        except (RuntimeError, AssertionError) as error:
            return " ".join(str(error).split())
        return "torch.cuda.is_available() is false, and says no reason"

    def open(self, device: str, precision: str, mode: str, /) -> TorchSession:
        kind = device.partition(":")[0]
        if precision == "tf32":
            self._require_tf32(kind)
        if kind == "cpu":
            if mode == CUDA_GRAPH:
                raise Unsupported("a CUDA graph is recorded on NVIDIA GPUs; cpu has none")
            return TorchSession(torch.device("cpu"), precision, mode)
        local = torch.device(kind, 0)
        if mode == CUDA_GRAPH:
            return CudaGraphSession(local, precision)
        return TimedTorchSession(local, precision, mode)

    def _require_tf32(self, kind: str) -> None:
        if kind != "cuda":
            raise Unsupported(f"tf32 is a product of NVIDIA GPUs; {kind} has none")
        if torch.cuda.get_device_capability(0) < (8, 0):
            raise Unsupported("tf32 needs compute capability 8.0 or newer")

    def reset_peak(self) -> None:
        if self._device != "cpu":
            torch.cuda.reset_peak_memory_stats(0)

    def peak_bytes(self) -> int | None:
        """Tensors' own; what the caching allocator reserves beyond them is not counted."""
        return None if self._device == "cpu" else torch.cuda.max_memory_allocated(0)

    def device_memory(self) -> tuple[int, int] | None:
        return None if self._device == "cpu" else torch.cuda.mem_get_info(0)

    def count_operations(self, call: Callable[[], Any], /) -> float:
        from torch.utils.flop_counter import FlopCounterMode

        with FlopCounterMode(display=False) as counter:
            call()
        return float(counter.get_total_flops())

    def rehearse(self, build: Callable[[Session[Any]], Step], precision: str, /) -> Sequence[str]:
        from gpubench.backends.torch.rehearsal import rehearse

        return rehearse(build, precision)

    def fault(self, error: BaseException, /) -> Fault:
        text = str(error)
        if isinstance(error, (MemoryError, torch.OutOfMemoryError)):
            return Fault.OUT_OF_MEMORY
        if isinstance(error, NotImplementedError) or "not implemented for" in text:
            return Fault.UNSUPPORTED
        if "can't allocate memory" in text or out_of_memory(text):
            return Fault.OUT_OF_MEMORY
        return Fault.STICKY if sticks(text) else Fault.OTHER
