"""How many threads a framework should compute with, and what the processor is called."""

from __future__ import annotations

import math
import os
import platform
from pathlib import Path

import psutil

from gpubench.machine import cgroup

_CPUINFO = Path("/proc/cpuinfo")
_CGROUP, _OWN = cgroup.ROOT, cgroup.OWN
_TOPOLOGY = "/sys/devices/system/cpu/cpu{}/topology/thread_siblings_list"


def thread_count(root: Path = _CGROUP, own: Path = _OWN, topology: str = _TOPOLOGY) -> int:
    """Physical cores that this process's affinity allows, and no more than its cgroup's CPU quota; at least 1."""
    quota = cpu_quota(root, own)
    cores = allowed_cores(topology)
    return max(1, min(cores, math.floor(quota)) if quota is not None else cores)


def allowed_cores(topology: str = _TOPOLOGY) -> int:
    """Physical cores among the logical processors that this process may run on."""
    allowed = psutil.Process().cpu_affinity() if hasattr(psutil.Process, "cpu_affinity") else None
    if not allowed:
        return psutil.cpu_count(logical=False) or os.cpu_count() or 1
    return len({_siblings(topology, processor) for processor in allowed})


def cpu_quota(root: Path = _CGROUP, own: Path = _OWN) -> float | None:
    """The tightest CPU quota of this process's cgroup or of any above it, in processors; None for none."""
    quotas = [_quota(folder / "cpu.max") for folder in cgroup.folders(root, own)]
    quotas += [
        _quota(folder / "cpu.cfs_quota_us", folder / "cpu.cfs_period_us") for folder in cgroup.folders(root, own, "cpu")
    ]
    return min((quota for quota in quotas if quota is not None), default=None)


def model(cpuinfo: Path = _CPUINFO) -> str:
    """What the maker calls the processor."""
    try:
        lines = cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _siblings(topology: str, processor: int) -> str:
    try:
        return Path(topology.format(processor)).read_text(encoding="ascii").strip()
    except OSError:
        return str(processor)


def _quota(*files: Path) -> float | None:
    """Microseconds and the period that they are for: in one file (version 2) or in one each (version 1)."""
    try:
        limit, period = " ".join(file.read_text(encoding="ascii") for file in files).split()
    except (OSError, ValueError):
        return None
    return None if limit in ("max", "-1") else int(limit) / int(period)
