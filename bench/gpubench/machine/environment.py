"""The facts of a machine that a reader of its numbers needs: an allow-list, which names no person and no host."""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Mapping
from pathlib import Path

import psutil

from gpubench.machine import processors

_VARIABLES = (
    "OMP_WAIT_POLICY", "OMP_PROC_BIND", "KMP_AFFINITY", "TF_ENABLE_ONEDNN_OPTS", "CUDA_VISIBLE_DEVICES",
    "CUDA_DEVICE_ORDER", "CUDA_MODULE_LOADING", "CUBLAS_WORKSPACE_CONFIG", "PYTORCH_ALLOC_CONF",
    "PYTORCH_CUDA_ALLOC_CONF", "TF_CUDNN_USE_AUTOTUNE", "TF_GPU_ALLOCATOR", "TF_GPU_THREAD_MODE", "TF_XLA_FLAGS",
    "XLA_FLAGS",
)  # fmt: skip
"""Environment variables that change speed; no other is ever stored."""

FALSIFYING = (
    "CUDA_LAUNCH_BLOCKING", "NVIDIA_TF32_OVERRIDE",
    "CUBLAS_EMULATE_SINGLE_PRECISION", "CUBLAS_EMULATE_DOUBLE_PRECISION",
)  # fmt: skip
"""Variables that would make a cell's label false: workers don't get them.

Calls that wait, TF32 in another setting, and float32 and float64 made of narrower types (cuBLAS, "Floating Point
Emulation").
"""

_GOVERNOR = Path("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
_BOOT = Path("/proc/sys/kernel/random/boot_id")
"""Drawn at random when the kernel starts, and the same in all containers: so runs of one machine are known as such."""


_HARDWARE = ("processor", "logical processors", "memory")
"""What tells machines apart. A host's name does not: a container has another one each time it starts. Nor do a quota
and the cores allowed, which differ from container to container: these are the machine's, whatever one of them may use.
"""


def environment() -> dict[str, str]:
    """Facts by name, in the order to show them."""
    memory = psutil.virtual_memory()
    facts = {
        "host (hashed)": _hashed(platform.node()),
        **_boot(),
        "processor": processors.model(),
        "logical processors": str(psutil.cpu_count() or 1),
        "physical cores allowed": str(processors.allowed_cores()),
        "CPU quota": _words(processors.cpu_quota()),
        "memory": f"{memory.total / 2**30:.1f} GiB",
        "CPU governor": _governor(),
        "operating system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "load average at start": " ".join(f"{value:.2f}" for value in os.getloadavg()),
    }
    taken = {name: nameless(os.environ[name]) for name in _VARIABLES if name in os.environ}
    return facts | taken | {name: "set, and kept from the workers" for name in FALSIFYING if name in os.environ}


def unlike(one: Mapping[str, str], other: Mapping[str, str]) -> list[str]:
    """The facts by which two environments are of two machines; one that either of them lacks tells nothing."""
    return [fact for fact in _HARDWARE if fact in one and fact in other and one[fact] != other[fact]]


def nameless(value: str) -> str:
    """A mask of devices may name them by their UUIDs: of each only a hash is kept."""
    return ",".join(
        _hashed(part.strip()) if part.strip().startswith(("GPU-", "MIG-")) else part for part in value.split(",")
    )


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _boot() -> dict[str, str]:
    try:
        return {"boot (hashed)": _hashed(_BOOT.read_text(encoding="ascii").strip())}
    except OSError:
        return {}


def _words(quota: float | None) -> str:
    return "none" if quota is None else f"{quota:g} processors"


def _governor() -> str:
    try:
        return _GOVERNOR.read_text(encoding="ascii").strip()
    except OSError:
        return "not exposed"
