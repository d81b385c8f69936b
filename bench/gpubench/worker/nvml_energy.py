"""The energy counter of the GPU that this worker sees."""

from __future__ import annotations

import ctypes

from gpubench.worker.nvml import Load, NvmlGpu

MILLI = 1e-3


class NvmlEnergy:
    """`nvmlDeviceGetTotalEnergyConsumption`: millijoules since the driver was loaded, Volta and newer (NVML's manual).

    Raises Unsupported with the reason where there is no such counter.
    """

    name = "NVML, whole GPU"

    def __init__(self, load: Load = ctypes.CDLL) -> None:
        self._gpu = NvmlGpu(load)
        self.read()

    def read(self) -> float:
        """Joules since some moment before."""
        return self._gpu.number("nvmlDeviceGetTotalEnergyConsumption", kind=ctypes.c_ulonglong) * MILLI
