"""What there was of memory when it ran out, and how much the work needs, in words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gpubench.backend import DeviceMemory
from gpubench.worker.job import Job
from gpubench.worker.measure import Measurement, parameters
from gpubench.workload import Workload

_GIB = 2**30


def shortage(measurement: Measurement, job: Job | None = None, workload: Workload[Any] | None = None) -> str:
    """What was free just after an operation ran out of memory, while all that the cell holds is held still.

    On a device also how much data the work has by its formula: not every message says what was asked for.
    """
    if measurement.device == "cpu":
        return host_memory()
    need = [_data(measurement, job, workload)] if job and workload else []
    return "; ".join([*need, device_memory(measurement), host_memory()])


def host_memory() -> str:
    """How much host memory is free now."""
    try:
        with Path("/proc/meminfo").open(encoding="ascii") as lines:
            free = next(line for line in lines if line.startswith("MemAvailable:"))
    except (OSError, StopIteration):
        return "free host memory unknown"
    return f"{int(free.split()[1]) / 2**20:.1f} GiB of host memory were free"


def device_memory(measurement: Measurement) -> str:
    """How much memory is free now on the worker's device."""
    try:
        memory = measurement.runtime.device_memory() if isinstance(measurement.runtime, DeviceMemory) else None
    except Exception:  # a device that has run out of memory may be past telling
        memory = None
    if memory is None:
        return "free device memory unknown"
    free, total = memory
    return f"{free / _GIB:.1f} of {total / _GIB:.1f} GiB of device memory were free"


def _data(measurement: Measurement, job: Job, workload: Workload[Any]) -> str:
    try:
        width = measurement.runtime.open(measurement.device, job.precision, job.mode).width
        size = float(parameters(workload, job).work(width).bytes)
    except Exception:  # whatever a plug-in raises: it is another error that is told
        return "how much data the work has is unknown"
    amount = f"{size / _GIB:.1f} GiB" if size >= _GIB else f"{size / 2**20:.1f} MiB"
    return f"the work reads and writes {amount} at least"
