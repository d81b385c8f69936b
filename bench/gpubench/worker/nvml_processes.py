"""Who else uses the GPU that this worker computes on, as far as NVML can tell it apart."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Sequence
from dataclasses import dataclass, field

from gpubench.worker.nvml import TOO_SMALL, NvmlGpu

_ROOM = 32
_TRIES = 3


class Process(ctypes.Structure):
    """NVML's `nvmlProcessInfo_v2_t`; gpu_instance: a slice of a GPU under MIG, the same for all without."""

    _fields_ = (
        ("pid", ctypes.c_uint),
        ("used_memory", ctypes.c_ulonglong),
        ("gpu_instance", ctypes.c_uint),
        ("compute_instance", ctypes.c_uint),
    )


class Use(ctypes.Structure):
    """NVML's `nvmlProcessUtilizationSample_t`: percents of the time of the multiprocessors and of other parts."""

    _fields_ = (
        ("pid", ctypes.c_uint),
        ("microseconds", ctypes.c_ulonglong),
        ("multiprocessors", ctypes.c_uint),
        ("memory", ctypes.c_uint),
        ("encoder", ctypes.c_uint),
        ("decoder", ctypes.c_uint),
    )


@dataclass(frozen=True)
class Neighbours:
    """Processes on the GPU beside this one; None where that is not told, as `gpubench.worker.gpu_noise.GpuReading`."""

    others: int | None = None
    computing: int | None = None
    share: float | None = None


@dataclass
class Processes:
    """Looks at the processes of a GPU. own: the number of this process, in its own namespace."""

    gpu: NvmlGpu
    own: int = field(default_factory=os.getpid)
    _seen: int = 0

    def look(self) -> Neighbours:
        """Those of now, and the share of the time that others had since the look before."""
        # The third version of these functions wrote structures of another size under drivers 535.43 to 535.86.
        compute = self._list("nvmlDeviceGetComputeRunningProcesses_v2")
        graphics = self._list("nvmlDeviceGetGraphicsRunningProcesses_v2")
        others, computing = counted(compute or (), graphics or (), self.own)
        return Neighbours(others, computing, self._share())

    def _list(self, function: str) -> list[Process] | None:
        room = _ROOM
        for _ in range(_TRIES):  # there may be more of them in the next moment
            count, processes = ctypes.c_uint(room), (Process * room)()
            code = self.gpu.code(function, ctypes.byref(count), processes)
            if code != TOO_SMALL:
                return None if code else processes[: count.value]
            room = count.value + _ROOM
        return None

    def _share(self) -> float | None:
        """None where NVML has nothing that is newer than the last look."""
        count, since = ctypes.c_uint(), ctypes.c_ulonglong(self._seen)
        function = "nvmlDeviceGetProcessUtilization"
        if self.gpu.code(function, None, ctypes.byref(count), since) != TOO_SMALL:
            return None
        uses = (Use * count.value)()
        if self.gpu.code(function, uses, ctypes.byref(count), since):
            return None
        told = uses[: count.value]
        self._seen = max((use.microseconds for use in told), default=self._seen)
        return share_of_others(told, self.own)


def counted(compute: Sequence[Process], graphics: Sequence[Process], own: int) -> tuple[int | None, int | None]:
    """How many other processes hold the GPU, and how many of them compute and don't draw.

    This process computes there: one of `compute` is it, also where a container's namespace gives it another number
    than the driver does. None where it is in no list (others may be left out too), and where it can't be told which
    slice of the GPU is its own.
    """
    mine = next((process for process in compute if process.pid == own), None)
    slices = {process.gpu_instance for process in compute}
    if mine is None and len(slices) != 1:
        return None, None
    here = slices.pop() if mine is None else mine.gpu_instance
    computing = {process.pid for process in compute if process.gpu_instance == here}
    drawing = {process.pid for process in graphics if process.gpu_instance == here} - {own}
    return len(computing | drawing) - 1, max(0, len(computing - drawing) - 1)


def share_of_others(uses: Sequence[Use], own: int) -> float | None:
    """Of the time of the multiprocessors. None where this process, which has just used them, is not among the users.

    Their numbers are then another namespace's, even where the lists of processes have this one's (driver 560).
    """
    # Some drivers tell nonsense above 100.
    told: dict[int, int] = {use.pid: use.multiprocessors for use in uses if use.multiprocessors <= 100}
    if own not in told:
        return None
    return sum(percent for pid, percent in told.items() if pid != own) / 100
