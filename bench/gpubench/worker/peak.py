"""What the GPU that this worker sees can compute at most, by theory: a time that says more is wrong."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import Any

from gpubench.backend import PEAK
from gpubench.errors import Unsupported
from gpubench.worker.flop_per_cycle import FLOP_PER_CYCLE
from gpubench.worker.nvml import Load, NvmlGpu
from gpubench.workload import PRECISIONS

EXCESS = 1.05
"""A rate so many times the peak is refused: clocks are told in steps, and times are known to a percent or two."""
MEGA, TERA = 1e6, 1e12


@dataclass(frozen=True)
class Peak:
    """A GPU's figures. capability: compute capability, `9.0`. clock_hz: the most that its multiprocessors run at."""

    capability: str
    multiprocessors: int
    clock_hz: float

    def flop_per_s(self, precision: str) -> float | None:
        """Multiprocessors × clock × operations in a cycle; None where none is known for certain."""
        each = FLOP_PER_CYCLE.get(self.capability, {}).get(precision)
        return None if each is None else self.multiprocessors * self.clock_hz * each

    def facts(self) -> dict[str, str]:
        """For the record of the worker: the peak of each precision, and what it was reckoned from."""
        rates = {name: self.flop_per_s(name) for name in PRECISIONS}
        peaks = {PEAK + name: f"{rate / TERA:.4g} TFLOP/s" for name, rate in rates.items() if rate is not None}
        return peaks | ({f"{PEAK}from": self._source()} if peaks else {})

    def exceeded(self, flop_per_s: float, precision: str) -> str:
        """Why nothing can do so many operations a second, in words; empty where something could, or nobody knows."""
        most = self.flop_per_s(precision)
        if most is None or flop_per_s <= EXCESS * most:
            return ""
        return (
            f"{flop_per_s / TERA:.3g} TFLOP/s is more than the device can do in {precision}: "
            f"{most / TERA:.3g} TFLOP/s by theory ({self._source()})"
        )

    def _source(self) -> str:
        return (
            f"{self.multiprocessors} multiprocessors at no more than {self.clock_hz / MEGA:.0f} MHz (NVML), "
            f"compute capability {self.capability}"
        )


_MULTIPROCESSORS, _MAJOR, _MINOR = 16, 75, 76  # cuda.h, CUdevice_attribute
_SM_CLOCK = 1  # nvml.h, nvmlClockType_t


def peak_of(device: str, load: Load = ctypes.CDLL) -> Peak | None:
    """Of the first device that CUDA shows to this process; None for another kind, and where a figure isn't told.

    The clock is NVML's: CUDA's own is the one on the box, which GeForce cards exceed while they are cool.
    """
    if device.partition(":")[0] != "cuda":
        return None
    try:
        megahertz = NvmlGpu(load).number("nvmlDeviceGetMaxClockInfo", _SM_CLOCK)
        major, minor, count = _attributes(load("libcuda.so.1"), _MAJOR, _MINOR, _MULTIPROCESSORS)
    except (OSError, Unsupported):
        return None
    return Peak(f"{major}.{minor}", count, megahertz * MEGA) if megahertz and count else None


def _attributes(cuda: Any, *wanted: int) -> list[int]:
    """Of the first device; a part of a GPU (MIG) has its own number of multiprocessors."""
    device, found = ctypes.c_int(), []
    failure = cuda.cuDeviceGet(ctypes.byref(device), 0)
    for attribute in wanted:
        value = ctypes.c_int()
        failure = failure or cuda.cuDeviceGetAttribute(ctypes.byref(value), attribute, device)
        found.append(value.value)
    if failure:
        raise Unsupported(f"libcuda answers {failure}")
    return found
