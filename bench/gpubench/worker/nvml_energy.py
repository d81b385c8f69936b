"""The energy counter of the GPU that this worker sees. With ctypes: a worker's interpreter may have no pynvml."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

from gpubench.errors import Unsupported

Load = Callable[[str], Any]
_BUS_ID_BYTES = 32
MILLI = 1e-3


class NvmlEnergy:
    """`nvmlDeviceGetTotalEnergyConsumption`: millijoules since the driver was loaded, Volta and newer (NVML's manual).

    Raises Unsupported with the reason where there is no such counter.
    """

    name = "NVML, whole GPU"

    def __init__(self, load: Load = ctypes.CDLL) -> None:
        try:
            self._nvml, cuda = load("libnvidia-ml.so.1"), load("libcuda.so.1")
        except OSError as error:
            raise Unsupported(str(error)) from error
        self._asked("nvmlInit_v2", self._nvml.nvmlInit_v2())
        # Both count devices in orders of their own, and a mask hides some from CUDA alone: the bus tells them apart.
        bus_id, device = ctypes.create_string_buffer(_BUS_ID_BYTES), ctypes.c_int()
        self._asked("cuInit", cuda.cuInit(0))
        self._asked("cuDeviceGet", cuda.cuDeviceGet(ctypes.byref(device), 0))
        self._asked("cuDeviceGetPCIBusId", cuda.cuDeviceGetPCIBusId(bus_id, _BUS_ID_BYTES, device))
        self._gpu = ctypes.c_void_p()
        found = self._nvml.nvmlDeviceGetHandleByPciBusId_v2(bus_id, ctypes.byref(self._gpu))
        self._asked("nvmlDeviceGetHandleByPciBusId", found)
        self.read()

    def read(self) -> float:
        """Joules since some moment before."""
        energy = ctypes.c_ulonglong()
        code = self._nvml.nvmlDeviceGetTotalEnergyConsumption(self._gpu, ctypes.byref(energy))
        self._asked("nvmlDeviceGetTotalEnergyConsumption", code)
        return energy.value * MILLI

    @staticmethod
    def _asked(what: str, code: int) -> None:
        if code:
            raise Unsupported(f"{what} answers {code}")
