"""The cells of a selection on every backend and device that it names, those that are not here with the reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import msgspec

from gpubench.backend import Backend, Device
from gpubench.errors import UnavailableError, UsageError
from gpubench.machine import processors
from gpubench.plan import make_plan
from gpubench.presence import Presence, choose_devices
from gpubench.results.records import Cell
from gpubench.runner.prepared import Here
from gpubench.selection import Selection

_CPU = Device("cpu", "")


def everywhere(selection: Selection, here: Here) -> list[Cell]:
    """Every cell, backend by backend and device by device; without A/A pairs.

    What a plan leaves out because its backend or device is not here is among them, and says so as its reason: the
    same names on every machine. Raises UsageError as a plan does.
    """
    workloads = {name: plugin.value for name, plugin in here.catalogue.workloads.items()}
    backends: Mapping[str, Backend] = {name: plugin.value for name, plugin in here.asked.items()}
    devices = wanted_devices(selection.devices, here.presence)
    every = tuple(Device(device, "") for device in devices)
    as_if_here = {name: replace(found, devices=every, absent="") for name, found in here.presence.items()}
    threads = selection.threads or processors.thread_count()
    plan = make_plan(replace(selection, devices=tuple(devices)), workloads, backends, as_if_here, threads)
    ordered = sorted(
        (cell for cell in plan.cells if not cell.variant),
        key=lambda cell: (list(backends).index(cell.backend), list(devices).index(cell.device)),
    )
    return [
        msgspec.structs.replace(
            cell, reason=next(_reasons(cell, devices[cell.device], here.presence[cell.backend]), "")
        )
        for cell in ordered
    ]


def wanted_devices(asked: Sequence[str], presence: Mapping[str, Presence]) -> dict[str, str]:
    """Devices to the reason why no backend here has one; empty for those that are here.

    Nothing asked: the CPU and the first device of every class that some backend knows. A class stands for its first
    device. Raises UsageError for a device that no backend knows.
    """
    kinds = dict.fromkeys(("cpu", *(kind for backend in presence.values() for kind in backend.accelerators)))
    with_cpu = {name: replace(found, devices=found.devices or (_CPU,), absent="") for name, found in presence.items()}
    wanted: dict[str, str] = {}
    for name in asked or kinds:
        try:
            wanted |= dict.fromkeys(choose_devices((name,), with_cpu).devices, "")
        except UnavailableError as error:
            if name.partition(":")[0] not in kinds:
                raise UsageError(f"no backend knows a device '{name}'", f"devices: {', '.join(kinds)}, all") from error
            wanted[name if ":" in name else f"{name}:0"] = error.message
    return wanted


def _reasons(cell: Cell, why: str, here: Presence) -> Iterator[str]:
    if cell.reason:
        yield cell.reason
    if here.absent:
        yield f"{cell.backend} is not here: {here.absent}; {here.hint}"
    if why:
        yield why
    if not here.has(cell.device):
        yield f"{cell.backend} has no {cell.device}: {here.missing or 'it does not list such a device'}"
