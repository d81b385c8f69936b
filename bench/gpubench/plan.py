"""A selection made into cells: everything that will be measured, and why some of it cannot be."""

from __future__ import annotations

import hashlib
import itertools
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from gpubench.axes import Axes, Point
from gpubench.backend import Backend
from gpubench.errors import UnavailableError, UsageError
from gpubench.presence import DeviceChoice, Presence, choose_devices
from gpubench.results.records import Cell
from gpubench.selection import Selection
from gpubench.spelling import did_you_mean
from gpubench.workload import Work, Workload

AA = "aa"
"""The variant of the second cell of an A/A pair."""


@dataclass(frozen=True)
class Plan:
    """cells in the order to show them; absent: backend or device class to why it is not measured."""

    cells: tuple[Cell, ...]
    absent: Mapping[str, str]

    @property
    def runnable(self) -> tuple[Cell, ...]:
        """The cells that will be measured."""
        return tuple(cell for cell in self.cells if not cell.reason)


def make_plan(
    selection: Selection,
    workloads: Mapping[str, Workload[Any]],
    backends: Mapping[str, Backend],
    presence: Mapping[str, Presence],
    threads: int,
) -> Plan:
    """Every cell of a selection.

    Raises UsageError for names and values that nothing has, UnavailableError where no backend or device that
    was asked for is here.
    """
    chosen = [workloads[name] for name in known_names(selection.workloads, workloads, "workload")]
    names = known_names(selection.backends, backends, "backend")
    absent = {name: presence[name].absent for name in names if presence[name].absent}
    usable = [backends[name] for name in names if name not in absent]
    if not usable:
        first = presence[names[0]]
        raise UnavailableError("; ".join(f"{name}: {why}" for name, why in absent.items()), first.hint)
    choice = choose_devices(selection.devices, {backend.name: presence[backend.name] for backend in usable})
    axes = Axes(selection)
    cells = list(_cells(axes, chosen, usable, presence, choice, threads))
    axes.refuse_unused(chosen, usable)
    if not cells:
        raise UsageError(
            "nothing is selected: no workload and backend has this combination", "`gpubench list cells` shows what is"
        )
    return Plan((*cells, *_pairs(cells, workloads)), {**absent, **choice.absent})


def known_names(asked: Sequence[str], known: Mapping[str, Any], kind: str) -> list[str]:
    """The names that were asked for, or all there are. Raises UsageError for an unknown one; kind: what they name."""
    for name in asked:
        if name not in known:
            raise UsageError(
                f"there is no {kind} '{name}'{did_you_mean(name, known)}",
                f"`gpubench list {kind}s` shows those there are",
            )
    return list(dict.fromkeys(asked)) or list(known)


def _cells(
    axes: Axes,
    workloads: Sequence[Workload[Any]],
    backends: Sequence[Backend],
    presence: Mapping[str, Presence],
    choice: DeviceChoice,
    threads: int,
) -> Iterator[Cell]:
    seen: set[tuple[str, str]] = set()
    for workload in workloads:
        for point in axes.points(workload, backends):
            for device in choice.devices:
                if point.accelerated and device == "cpu":
                    continue
                cell = _cell(workload, point, device, presence[point.backend.name], threads)
                if cell.identity not in seen:
                    seen.add(cell.identity)
                    yield cell


def _cell(workload: Workload[Any], point: Point, device: str, presence: Presence, threads: int) -> Cell:
    identity = workload.identity(point.params)
    size = identity.pop(workload.axis)
    reason = ""
    if point.backend.name not in workload.builders:
        reason = f"{workload.name} has no step for {point.backend.name}"
    elif not presence.has(device):
        reason = f"{point.backend.name} has no {device}: {presence.missing or 'it does not list such a device'}"
    return identified(
        Cell(
            cell_id="", workload=workload.name, version=workload.version, axis=workload.axis, size=size,
            params=identity, backend=point.backend.name, device=device, precision=point.precision,
            mode=point.mode, data=point.data, variant="", threads=threads, item=workload.item, reason=reason,
        )
    )  # fmt: skip


def identified(cell: Cell) -> Cell:
    """The cell with its id: a hash of what it is, so that machines and runs share it.

    Threads and the device's number are no part of it.
    """
    parts = {
        "workload": cell.workload, "version": cell.version, "params": {**cell.params, cell.axis: cell.size},
        "backend": cell.backend, "device": cell.device.partition(":")[0], "precision": cell.precision,
        "mode": cell.mode, "data": cell.data, "variant": cell.variant,
    }  # fmt: skip
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"))
    return msgspec.structs.replace(cell, cell_id=hashlib.sha256(text.encode()).hexdigest()[:16])


def _pairs(cells: Sequence[Cell], workloads: Mapping[str, Workload[Any]]) -> Iterator[Cell]:
    """For each backend and device the A/A partner of the runnable cell of middling work."""
    runnable = sorted((cell for cell in cells if not cell.reason), key=lambda cell: (cell.backend, cell.device))
    for _, group in itertools.groupby(runnable, key=lambda cell: (cell.backend, cell.device)):
        by_work = sorted(group, key=lambda cell: work_of(cell, workloads[cell.workload]).flops)
        working = [cell for cell in by_work if work_of(cell, workloads[cell.workload]).flops > 0] or by_work
        yield identified(msgspec.structs.replace(working[len(working) // 2], variant=AA))


_WIDTHS = {"float64": 8, "bfloat16": 2, "float16": 2}
"""Bytes an element of the data takes where it isn't four."""


def work_of(cell: Cell, workload: Workload[Any]) -> Work:
    """What one call of a cell does, by the workload's formula; none where a plug-in's formula fails.

    Its cells will fail with that as their reason.
    """
    params = workload.params(next(iter(workload.sizes)), **cell.params, **{cell.axis: cell.size})
    try:
        work: Work = params.work(_WIDTHS.get(cell.precision, 4))
        known = all(math.isfinite(amount) for amount in (work.flops, work.bytes, work.items))
    except Exception:  # a plug-in may raise anything
        return Work(0.0, 0.0, 0.0)
    return work if known else Work(0.0, 0.0, 0.0)
