"""The NVIDIA GPUs of the machine, as NVML knows them: whatever CUDA_VISIBLE_DEVICES hides, and without a framework."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

NOT_LOADED, MISMATCH, LOST = "DriverNotLoaded", "LibRmVersionMismatch", "GpuIsLost"
"""Why NVML can't tell: the kernel has no driver, or another version of it; a GPU no longer answers."""


@dataclass(frozen=True)
class Gpu:
    """One GPU; what it doesn't tell is None or empty.

    capability: compute capability, `9.0`. pcie: the link in use, `4.0 x16`; pcie_most_lanes: those it could have.
    uuid: hashed, to tell two GPUs of a kind apart.
    """

    name: str
    memory_bytes: int | None = None
    capability: str = ""
    pcie: str = ""
    pcie_most_lanes: int | None = None
    uuid: str = ""


@dataclass(frozen=True)
class Nvml:
    """error: NVML's name of why it can't tell, empty where it can. driver, version: of the driver and of NVML itself.

    said: the error in NVML's words.
    """

    error: str = ""
    said: str = ""
    driver: str = ""
    version: str = ""
    gpus: tuple[Gpu, ...] = ()


def look_at_nvml() -> Nvml:
    """Ask NVML in this process. A broken driver may end or hang the process: ask in a child."""
    import pynvml

    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError as error:
        return Nvml(type(error).__name__.removeprefix("NVMLError_"), str(error))
    try:
        handles = [pynvml.nvmlDeviceGetHandleByIndex(index) for index in range(pynvml.nvmlDeviceGetCount())]
        return Nvml(
            driver=_told(pynvml.nvmlSystemGetDriverVersion) or "",
            version=_told(pynvml.nvmlSystemGetNVMLVersion) or "",
            gpus=tuple(_gpu(handle) for handle in handles),
        )
    except pynvml.NVMLError as error:  # a GPU that has fallen off the bus
        return Nvml(type(error).__name__.removeprefix("NVMLError_"), str(error))
    finally:
        pynvml.nvmlShutdown()


def _gpu(handle: Any) -> Gpu:
    import pynvml

    memory = _told(pynvml.nvmlDeviceGetMemoryInfo, handle)
    capability = _told(pynvml.nvmlDeviceGetCudaComputeCapability, handle)
    generation = _told(pynvml.nvmlDeviceGetCurrPcieLinkGeneration, handle)
    lanes = _told(pynvml.nvmlDeviceGetCurrPcieLinkWidth, handle)
    uuid = _told(pynvml.nvmlDeviceGetUUID, handle)
    return Gpu(
        name=_told(pynvml.nvmlDeviceGetName, handle) or "NVIDIA GPU",
        memory_bytes=None if memory is None else memory.total,
        capability=".".join(map(str, capability or ())),
        pcie=f"{generation}.0 x{lanes}" if generation and lanes else "",
        pcie_most_lanes=_told(pynvml.nvmlDeviceGetMaxPcieLinkWidth, handle),
        uuid=hashlib.sha256(uuid.encode()).hexdigest()[:12] if uuid else "",
    )


def _told(ask: Callable[..., Any], *arguments: Any) -> Any:
    """What a GPU answers; None where it, its driver or its kind has no such figure."""
    import pynvml

    try:
        return ask(*arguments)
    except pynvml.NVMLError:
        return None
