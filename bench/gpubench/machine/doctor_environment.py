"""The commands that give a framework an environment with a GPU build, and that tell gpubench of it."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence

from gpubench.machine.framework import Framework


def installation(framework: Framework, neighbours: Sequence[Framework], driver_cuda: str) -> tuple[str, ...]:
    """What to type for a CUDA build of a framework; nothing where it names none for this driver.

    neighbours: the other frameworks. One that shares the interpreter and computes on CUDA too would lose its own
    libraries to those of this one: then this one gets an environment of its own.
    """
    what = framework.backend.cuda_build(driver_cuda)
    if not what:
        return ()
    if any(other.interpreter == framework.interpreter and other.wants_cuda for other in neighbours):
        return own_environments([framework], driver_cuda)
    return (f"{shlex.quote(framework.interpreter)} -m pip install --force-reinstall {what}",)


def own_environments(frameworks: Sequence[Framework], driver_cuda: str) -> tuple[str, ...]:
    """An environment for each, which needs nothing of gpubench, and the run that uses them."""
    commands = []
    for framework in frameworks:
        folder, build = _folder(framework), framework.backend.cuda_build(driver_cuda)
        commands.append(f"{shlex.quote(sys.executable)} -m venv {folder}")
        commands.append(f"{folder}/bin/pip install numpy {build or framework.backend.distribution}")
    there = (f"--python {framework.backend.name}={_folder(framework)}/bin/python" for framework in frameworks)
    return (*commands, " ".join(("gpubench run", *there)))


def _folder(framework: Framework) -> str:
    return f"{framework.backend.name}-env"
