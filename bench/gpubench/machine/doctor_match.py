"""Whether a framework's libraries and kernels fit each other and the GPU that it found."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from gpubench.backend import ARCHITECTURES, CLASHING_WHEELS, CUDA, CUDA_OF_CUDNN, CUDNN, CUDNN_OF_BUILD, Device
from gpubench.machine.cuda import Cuda
from gpubench.machine.doctor_environment import installation, own_environments
from gpubench.machine.finding import Finding, Weight
from gpubench.machine.framework import Framework

_ARCHITECTURE = re.compile(r"(sm|compute)_(\d+)(\d)([af]?)")


def mismatches(cuda: Cuda, framework: Framework, neighbours: Sequence[Framework]) -> Iterator[Finding]:
    """What does not fit, in a framework that is here."""
    if clash := framework.settings.get(CLASHING_WHEELS):
        together = [framework, *(other for other in neighbours if other.interpreter == framework.interpreter)]
        commands = own_environments([each for each in together if each.wants_cuda], cuda.driver.cuda)
        reason = f"{framework.interpreter} holds CUDA libraries that overwrite each other ({clash})"
        yield Finding("clashing-wheels", framework.backend.name, reason, "Give each an environment:", commands)
    if wrong := _wrong_cudnn(framework):
        advice = "Take other cuDNNs off LD_LIBRARY_PATH, or install the framework anew."
        commands = installation(framework, neighbours, cuda.driver.cuda)
        if clash:  # which is the cause
            advice, commands = "The environments proposed for the clashing wheels mend this too.", ()
        yield Finding("wrong-cudnn", framework.backend.name, wrong, advice, commands)
    for device in framework.cuda_devices:
        yield from _architecture(cuda, framework, device, neighbours)


def _wrong_cudnn(framework: Framework) -> str:
    """How the cuDNN that is loaded differs from the one that the build was made for; empty where it fits.

    By torch's own rule: another major version, or a minor version older than that of the build. And by the CUDA that
    it was made for, which two wheels of the same version may differ in.
    """
    loaded, built = framework.versions.get(CUDNN, ""), framework.settings.get(CUDNN_OF_BUILD, "")
    have, need = _numbers(loaded), _numbers(built)
    if have and need and (have[0] != need[0] or (len(need) > 1 and have[1] < need[1])):
        return f"{framework} is made for cuDNN {built} and has loaded cuDNN {loaded}"
    for_cuda, cuda = framework.settings.get(CUDA_OF_CUDNN, ""), framework.versions.get(CUDA, "")
    if for_cuda and cuda and _numbers(for_cuda)[:1] != _numbers(cuda)[:1]:
        return f"{framework} is made for CUDA {cuda} and has loaded a cuDNN for CUDA {for_cuda}"
    return ""


def _architecture(
    cuda: Cuda, framework: Framework, device: Device, neighbours: Sequence[Framework]
) -> Iterator[Finding]:
    architectures = framework.settings.get(ARCHITECTURES, "").split()
    if not architectures or not device.capability or _has_kernels(architectures, device.capability):
        return
    what = f"{device.model} ({device.name}, compute capability {device.capability})"
    if _can_compile(architectures, device.capability):
        reason = f"{framework} has no kernels for {what} and compiles its own when it first uses it"
        advice = "The first run takes minutes longer; a build for this GPU may be faster."
        yield Finding("compiled-kernels", framework.backend.name, reason, advice, weight=Weight.WARNING)
        return
    reason = f"{framework} has no kernels for {what}, only for {' '.join(architectures)}"
    commands = installation(framework, neighbours, cuda.driver.cuda)
    yield Finding("no-kernels", framework.backend.name, reason, "Install a build that has them.", commands)


def _has_kernels(architectures: Sequence[str], capability: str) -> bool:
    """CUDA C++ programming guide, "Binary compatibility": within a major version, from a lower minor one upwards.

    An `a` after the number binds it to that very architecture.
    """
    major, minor = (*_numbers(capability), 0, 0)[:2]
    for match in filter(None, map(_ARCHITECTURE.fullmatch, architectures)):
        kind, of_major, of_minor, suffix = match.groups()
        older = int(of_minor) < minor and suffix != "a"
        if kind == "sm" and int(of_major) == major and (int(of_minor) == minor or older):
            return True
    return False


def _can_compile(architectures: Sequence[str], capability: str) -> bool:
    """The same, "PTX compatibility": the driver compiles PTX for any newer architecture."""
    found = filter(None, map(_ARCHITECTURE.fullmatch, architectures))
    have = [(int(match[2]), int(match[3])) for match in found if match[1] == "compute" and not match[4]]
    return any(architecture <= _numbers(capability) for architecture in have)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())
