"""How the GPU that this worker sees is doing, read from NVML."""

from __future__ import annotations

import ctypes
import functools
from dataclasses import dataclass

from gpubench.errors import Unsupported
from gpubench.worker.gpu_noise import GpuReading
from gpubench.worker.nvml import Load, NvmlGpu
from gpubench.worker.nvml_processes import Processes

_MULTIPROCESSORS, _MEMORY = 1, 2  # nvmlClockType_t
_CORE = 0  # nvmlTemperatureSensors_t
MILLI = 1e-3


class _Temperature(ctypes.Structure):
    """NVML's `nvmlTemperature_v1_t`; version: of the structure, with its size."""

    _fields_ = (("version", ctypes.c_uint), ("sensor", ctypes.c_int), ("celsius", ctypes.c_int))


@dataclass
class NvmlState:
    """Opens NVML at the first look, when the framework has long opened its device. load: opens a library."""

    load: Load = ctypes.CDLL

    def read(self) -> GpuReading:
        """A look, in some milliseconds: NVML asks the card. What can't be told is None; it never raises."""
        gpu = self._gpu
        if gpu is None:
            return GpuReading()
        clock = gpu.told("nvmlDeviceGetClockInfo", _MULTIPROCESSORS)  # first of all: an idle GPU lowers it
        reasons = _reasons(gpu)
        power = gpu.told("nvmlDeviceGetPowerUsage")
        memory = gpu.told("nvmlDeviceGetClockInfo", _MEMORY)
        there = self._processes.look()
        return GpuReading(
            clock_mhz=clock, highest_mhz=self._highest, memory_mhz=memory, reasons=reasons,
            temperature_c=_temperature(gpu), power_w=None if power is None else power * MILLI,
            others=there.others, computing=there.computing, share=there.share,
        )  # fmt: skip

    @functools.cached_property
    def _gpu(self) -> NvmlGpu | None:
        try:
            return NvmlGpu(self.load)
        except Unsupported:
            return None

    @functools.cached_property
    def _highest(self) -> int | None:
        return None if self._gpu is None else self._gpu.told("nvmlDeviceGetMaxClockInfo", _MULTIPROCESSORS)

    @functools.cached_property
    def _processes(self) -> Processes:
        assert self._gpu is not None
        return Processes(self._gpu)


def _reasons(gpu: NvmlGpu) -> int | None:
    """Bits; the function's name before driver 535 is to go with CUDA 14."""
    told = gpu.told("nvmlDeviceGetCurrentClocksEventReasons", kind=ctypes.c_ulonglong)
    return gpu.told("nvmlDeviceGetCurrentClocksThrottleReasons", kind=ctypes.c_ulonglong) if told is None else told


def _temperature(gpu: NvmlGpu) -> int | None:
    """Degrees Celsius; the function without a structure is to go with CUDA 14."""
    asked = _Temperature(ctypes.sizeof(_Temperature) | 1 << 24, _CORE)
    if gpu.code("nvmlDeviceGetTemperatureV", ctypes.byref(asked)):
        return gpu.told("nvmlDeviceGetTemperature", _CORE)
    return int(asked.celsius)
