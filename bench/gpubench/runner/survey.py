"""Which backends and devices are here: from metadata where that is enough, else by asking a child process."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gpubench.backend import Backend, Device
from gpubench.machine import processors
from gpubench.machine.driver import missing_driver
from gpubench.plugins import Plugin
from gpubench.presence import Presence
from gpubench.runner.spawner import Spawner, WorkerDied, WorkerTimedOut
from gpubench.worker.job import Start

TIMEOUT_S = 120.0
"""A framework that takes longer to import is taken for hung."""

_DRIVERS: Mapping[str, Callable[[], str]] = {"cuda": missing_driver}


def survey(
    backends: Mapping[str, Plugin], interpreters: Mapping[str, str], asked: Sequence[str], spawner: Spawner
) -> dict[str, Presence]:
    """Presence by backend name. asked: the devices of the selection, empty for the default."""
    accelerators = not asked or any(device != "cpu" for device in asked)
    return {name: _presence(plugin, interpreters.get(name), accelerators, spawner) for name, plugin in backends.items()}


def _presence(plugin: Plugin, interpreter: str | None, accelerators: bool, spawner: Spawner) -> Presence:
    backend: Backend = plugin.value
    if interpreter is not None:
        return _asked(plugin, interpreter, spawner)
    version = installed_version(backend)
    if not version:
        return Presence(
            devices=(), absent=f"{backend.distribution} is not installed", hint=f"pip install {backend.distribution}"
        )
    cpu = (Device("cpu", processors.model()),)
    if not accelerators:
        return Presence(version, cpu)
    reasons = [_DRIVERS[kind]() if kind in _DRIVERS else "" for kind in backend.accelerators]
    if all(reasons):
        return Presence(version, cpu, missing="; ".join(reasons))
    return _asked(plugin, "this interpreter", spawner)


def installed_version(backend: Backend) -> str:
    """The version of a backend's distribution in this interpreter, without importing it; empty for none."""
    try:
        return importlib.metadata.version(backend.distribution)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _asked(plugin: Plugin, interpreter: str, spawner: Spawner) -> Presence:
    """What a worker says that sees every device."""
    backend: Backend = plugin.value
    start = Start(plugin.target, "all", processors.thread_count())
    worker = spawner.spawn(backend, start)
    answer: dict[str, Any]
    try:
        answer = worker.ask(start.message(), TIMEOUT_S)
    except WorkerTimedOut:
        answer = {"status": "failed", "reason": f"no answer within {TIMEOUT_S:g} s"}
    except WorkerDied as death:
        answer = {"status": "failed", "reason": f"{death.reason}: {_last_line(worker.stderr_tail())}"}
    finally:
        worker.close()
    if answer["status"] != "ok":
        return Presence(
            devices=(),
            absent=f"{backend.name} can't be started in {interpreter}: {answer['reason']}",
            hint=f"{interpreter} must have {backend.distribution} and NumPy",
        )
    return Presence(answer["versions"].get(backend.distribution, ""), _devices(answer), answer["missing"])


def _devices(answer: Mapping[str, Any]) -> tuple[Device, ...]:
    found = (Device(*device) for device in answer["devices"])
    return tuple(Device("cpu", processors.model()) if device.name == "cpu" else device for device in found)


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else "it said nothing"
