"""Why a framework has no CUDA device where the driver has one."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gpubench.backend import CUDA
from gpubench.machine.cuda import Cuda
from gpubench.machine.doctor_driver import DRIVERS_PAGE, driver_obstacle
from gpubench.machine.doctor_environment import installation
from gpubench.machine.finding import Finding
from gpubench.machine.framework import Framework

_OLDEST_DRIVER = {"11": "450.80.02", "12": "525.60.13", "13": "580.65.06"}
"""By CUDA's major version: CUDA Toolkit release notes, "Minimum Required Driver Version for CUDA Minor Version
Compatibility"."""

_TOO_OLD = "driver on your system is too old"
_NO_LIBRARIES = "Cannot dlopen some GPU libraries"
_NOT_LOADED = re.compile(r"Could not load dynamic library '([^']+)'")
_OF_THE_DRIVER = "libnvidia-ml"


def absence(cuda: Cuda, framework: Framework, neighbours: Sequence[Framework] = ()) -> Finding | None:
    """Why a framework that knows CUDA has no CUDA device, the driver's reasons first; None where it has one."""
    if framework.cuda_devices or not framework.wants_cuda:
        return None
    return driver_obstacle(cuda) or build_obstacle(cuda, framework, neighbours)


def build_obstacle(cuda: Cuda, framework: Framework, neighbours: Sequence[Framework]) -> Finding:
    """Why a framework does not use the GPU that the driver shows."""
    name = framework.backend.name
    install = installation(framework, neighbours, cuda.driver.cuda)
    if CUDA not in framework.versions:
        reason = framework.missing or f"{framework} is built without CUDA"
        return Finding("no-cuda-build", name, reason, "Install a build with CUDA.", install)
    if _too_old(cuda, framework):
        return _driver_too_old(cuda, framework, install)
    log = f"{framework.missing}\n{framework.log}"
    libraries = list(dict.fromkeys(_NOT_LOADED.findall(log)))
    if _NO_LIBRARIES in log:
        lacking = ", ".join(libraries) or "not named"
        reason = f"{framework} does not find the CUDA libraries that it needs ({lacking})"
        return Finding("no-cuda-libraries", name, reason, "Install them with it.", install)
    if any(library.startswith(_OF_THE_DRIVER) for library in libraries):
        reason = f"{framework} does not find {libraries[0]}, which belongs to the NVIDIA driver"
        advice = "Install the whole driver; a container gets it with -e NVIDIA_DRIVER_CAPABILITIES=compute,utility."
        return Finding("driver-incomplete", name, reason, advice)
    reason = framework.missing or f"{framework} has no CUDA device, and says no reason"
    return Finding("unexplained", name, reason, "What it wrote to standard error is in `gpubench doctor --json`.")


def _too_old(cuda: Cuda, framework: Framework) -> bool:
    """Within a major version of CUDA any driver of it serves any build of it."""
    built, served = _major(framework.versions[CUDA]), _major(cuda.driver.cuda)
    return 0 < served < built or _TOO_OLD in framework.missing


def _driver_too_old(cuda: Cuda, framework: Framework, install: tuple[str, ...]) -> Finding:
    built = framework.versions[CUDA]
    driver = " ".join(filter(None, ("the NVIDIA driver", cuda.nvml.driver)))
    reason = f"{framework} is built for CUDA {built}, and {driver} serves CUDA {cuda.driver.cuda} at most"
    oldest = _OLDEST_DRIVER.get(str(_major(built)))
    newer = f"{oldest} or newer" if oldest else "a newer one"
    advice = f"Update the driver to {newer} ({DRIVERS_PAGE})" + (", or install an older build:" if install else ".")
    return Finding("driver-too-old", framework.backend.name, reason, advice, install)


def _major(version: str) -> int:
    head = version.partition(".")[0]
    return int(head) if head.isdigit() else 0
