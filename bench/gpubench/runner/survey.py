"""Which backends and devices are here: from metadata where that is enough, else by asking a child process."""

from __future__ import annotations

import functools
import importlib.metadata
import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from gpubench.backend import Backend, Device
from gpubench.errors import UsageError
from gpubench.machine import processors
from gpubench.machine.cuda import Cuda, look_at_cuda
from gpubench.machine.doctor_build import absence
from gpubench.machine.driver import missing_driver
from gpubench.machine.framework import Framework
from gpubench.plugins import Plugin
from gpubench.presence import Presence
from gpubench.runner.interpreter import EXAMPLE, fault_of
from gpubench.runner.spawner import Spawner, WorkerDied, WorkerTimedOut
from gpubench.spelling import did_you_mean
from gpubench.worker.job import Start

TIMEOUT_S = 120.0
"""A framework that takes longer to import is taken for hung."""

_DRIVERS: Mapping[str, Callable[[], str]] = {"cuda": missing_driver}


def survey(
    backends: Mapping[str, Plugin],
    interpreters: Mapping[str, str],
    asked: Sequence[str],
    spawner: Spawner,
    look: Callable[[], Cuda] = look_at_cuda,
) -> dict[str, Presence]:
    """Presence by backend name. asked: the devices of the selection, empty for the default.

    look: what is known of CUDA; only called where a framework was asked and has no device of it.
    """
    accelerators = not asked or any(device != "cpu" for device in asked)
    once = functools.cache(look)
    return {
        name: _unasked(plugin, interpreters.get(name), accelerators)
        or presence(framework(plugin, interpreters.get(name), spawner), once)
        for name, plugin in backends.items()
    }


def _unasked(plugin: Plugin, interpreter: str | None, accelerators: bool) -> Presence | None:
    """What is known at once; None where a worker has to be asked."""
    backend: Backend = plugin.value
    version = installed_version(backend)
    if interpreter is not None or not version:
        return None
    here = Presence(version, (Device("cpu", processors.model()),), accelerators=backend.accelerators)
    if not accelerators:
        return here
    reasons = [_DRIVERS[kind]() if kind in _DRIVERS else "" for kind in backend.accelerators]
    return replace(here, missing="; ".join(reasons)) if all(reasons) else None


def installed_version(backend: Backend) -> str:
    """The version of a backend's distribution in this interpreter, without importing it; empty for none."""
    try:
        return importlib.metadata.version(backend.distribution)
    except importlib.metadata.PackageNotFoundError:
        return ""


def framework(plugin: Plugin, interpreter: str | None, spawner: Spawner) -> Framework:
    """What a worker says that sees every device; None is this interpreter, whose metadata tell what it lacks."""
    backend: Backend = plugin.value
    if interpreter is None and not installed_version(backend):
        why, hint = f"{backend.distribution} is not installed", f"pip install {backend.distribution}"
        return Framework(backend, sys.executable, absent=why, hint=hint, installed=False)
    python = interpreter or sys.executable
    answer = _answer(backend, Start(plugin.target, "all", processors.thread_count()), spawner)
    if answer["status"] != "ok":
        where = interpreter or "this interpreter"
        if interpreter and (fault := fault_of(interpreter)):
            why = f"{backend.name} can't be started in {where}, which {fault}"
            return Framework(backend, python, absent=why, hint=EXAMPLE, log=answer["log"])
        why = f"{backend.name} can't be started in {where}: {answer['reason']}"
        packages = " ".join(dict.fromkeys((backend.distribution, "numpy")))
        hint = f"it must have {backend.distribution} and NumPy: `{shlex.quote(python)} -m pip install {packages}`"
        return Framework(backend, python, absent=why, hint=hint, log=answer["log"])
    return Framework(
        backend, python, answer["versions"].get(backend.distribution, ""), answer["versions"], answer["settings"],
        _devices(answer), answer["missing"], answer["log"],
    )  # fmt: skip


def presence(told: Framework, look: Callable[[], Cuda]) -> Presence:
    """A framework as a plan needs it; why it has no CUDA device is the doctor's reason."""
    if told.absent:
        return Presence(devices=(), absent=told.absent, hint=told.hint, accelerators=told.backend.accelerators)
    found = absence(look(), told) if told.wants_cuda and not told.cuda_devices else None
    return Presence(
        told.version, told.devices, found.reason if found else told.missing, accelerators=told.backend.accelerators
    )


def require_backends(interpreters: Mapping[str, str], backends: Mapping[str, Plugin]) -> None:
    """Raise UsageError where an interpreter is given for what is no backend."""
    for name in interpreters:
        if name not in backends:
            raise UsageError(
                f"an interpreter is given for '{name}', which is no backend{did_you_mean(name, backends)}",
                "`gpubench list backends` shows those there are",
            )


def _answer(backend: Backend, start: Start, spawner: Spawner) -> dict[str, Any]:
    """The worker's answer, and under `log` what it wrote to standard error."""
    try:
        worker = spawner.spawn(backend, start)
    except WorkerDied as death:
        return {"status": "failed", "reason": death.reason, "log": ""}
    try:
        return worker.ask(start.message(), TIMEOUT_S) | {"log": worker.stderr_tail()}
    except WorkerTimedOut:
        return {"status": "failed", "reason": f"no answer within {TIMEOUT_S:g} s", "log": worker.stderr_tail()}
    except WorkerDied as death:
        log = worker.stderr_tail()
        return {"status": "failed", "reason": f"{death.reason}: {_last_line(log)}", "log": log}
    finally:
        worker.close()


def _devices(answer: Mapping[str, Any]) -> tuple[Device, ...]:
    found = (Device(*device) for device in answer["devices"])
    return tuple(Device("cpu", processors.model()) if device.name == "cpu" else device for device in found)


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else "it said nothing"
