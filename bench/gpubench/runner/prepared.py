"""A selection looked at before anything is measured: what is here, what is planned, and whether that is possible."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gpubench.backend import Device
from gpubench.errors import UsageError
from gpubench.machine import processors
from gpubench.machine.free_memory import free_bytes
from gpubench.plan import Plan, make_plan, work_of
from gpubench.plugins import Catalogue, Plugin, catalogue, refuse_broken
from gpubench.presence import Presence, require, require_interpreters
from gpubench.results.records import Cell
from gpubench.runner.spawner import ProcessSpawner
from gpubench.runner.survey import require_backends, survey
from gpubench.selection import PRESETS, Selection
from gpubench.workload import Work


@dataclass(frozen=True)
class Prepared:
    """A selection that was found to be possible.

    memory, capabilities: bytes and the compute capability that each device has, where that is known.
    """

    selection: Selection
    catalogue: Catalogue
    plan: Plan
    memory: Mapping[str, int] = field(default_factory=dict)
    capabilities: Mapping[str, str] = field(default_factory=dict)

    @property
    def launches(self) -> int:
        """Launches of each cell."""
        return self.selection.launches or PRESETS[self.selection.preset].launches

    @property
    def max_time_s(self) -> float:
        """Sampling time of one cell in one launch, at most."""
        given = self.selection.max_time_s
        return PRESETS[self.selection.preset].max_time_s if given is None else given

    @property
    def summaries(self) -> dict[str, str]:
        """Of each workload that is planned, what its author says that it is."""
        planned = sorted({cell.workload for cell in self.plan.cells} & self.catalogue.workloads.keys())
        return {name: self.catalogue.workloads[name].value.summary for name in planned}

    @property
    def accelerators(self) -> dict[str, list[str]]:
        """Of each backend that is planned, the device classes that it knows beside the CPU."""
        planned = sorted({cell.backend for cell in self.plan.cells} & self.catalogue.backends.keys())
        return {name: list(self.catalogue.backends[name].value.accelerators) for name in planned}

    def work_of(self, cell: Cell) -> Work:
        """What one call of a planned cell does, by formula."""
        return work_of(cell, self.catalogue.workloads[cell.workload].value)


@dataclass(frozen=True)
class Here:
    """What there is of what a selection names. asked: its backends, or all. presence: of them and the required."""

    catalogue: Catalogue
    asked: Mapping[str, Plugin]
    presence: Mapping[str, Presence]


def look_here(selection: Selection) -> Here:
    """Find plug-ins, backends and devices. Raises UsageError, or UnavailableError for what is required and absent."""
    files = [Path(file) for file in selection.plugins]
    known = catalogue(files)
    refuse_broken(known.broken, files)
    _require_known(known, selection)
    with ProcessSpawner(selection.interpreters) as spawner:
        names = [name for name in selection.backends if name in known.backends] or list(known.backends)
        asked = {name: known.backends[name] for name in names}
        wanted = asked | {name: known.backends[name] for name in selection.require if name in known.backends}
        devices = (*selection.devices, *(name for name in selection.require if name not in known.backends))
        presence = survey(wanted, selection.interpreters, devices if selection.devices else (), spawner)
    require(selection.require, tuple(known.backends), presence)
    require_interpreters(selection.interpreters, presence)
    return Here(known, asked, presence)


def prepare(selection: Selection) -> Prepared:
    """Find plug-ins and devices, and make the plan. Raises UsageError or UnavailableError."""
    if selection.preset not in PRESETS:
        raise UsageError(f"there is no preset '{selection.preset}'", f"presets: {', '.join(PRESETS)}")
    here = look_here(selection)
    workloads = {name: plugin.value for name, plugin in here.catalogue.workloads.items()}
    backends = {name: plugin.value for name, plugin in here.asked.items()}
    threads = selection.threads or processors.thread_count()
    plan = make_plan(selection, workloads, backends, here.presence, threads)
    devices = [device for backend in here.presence.values() for device in backend.devices]
    capabilities = {device.name: device.capability for device in devices if device.capability}
    return Prepared(selection, here.catalogue, plan, _memory(devices), capabilities)


def _memory(devices: Iterable[Device]) -> dict[str, int]:
    """Of the machine what is free; of an accelerator all that it has, which only a worker of its own could tell."""
    known = {device.name: device.memory_bytes for device in devices if device.memory_bytes is not None}
    return {**known, "cpu": free_bytes()}


def _require_known(known: Catalogue, selection: Selection) -> None:
    for kind, asked, there in (
        ("workload", selection.workloads, known.workloads),
        ("backend", (*selection.backends, *selection.interpreters), known.backends),
    ):
        for name in asked:
            if name not in there and known.broken:
                raise UsageError(
                    f"there is no {kind} '{name}'; {known.broken_in_words}", "mend the plug-in, or leave it out"
                )
        if not there:
            raise UsageError(
                f"there is no {kind} at all; {known.broken_in_words or 'none is installed'}", "reinstall gpubench-suite"
            )
    require_backends(selection.interpreters, known.backends)
