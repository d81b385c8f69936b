"""The cells of runs as the analysis sees them: one value a cell, its launch medians beside it."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from gpubench.analysis.case import Case, Value, telling
from gpubench.analysis.estimate import Estimate
from gpubench.analysis.machines import machine_names, run_labels
from gpubench.analysis.noise import Noise, scatter
from gpubench.analysis.ratio import Ratio, ratio
from gpubench.plan import AA
from gpubench.results.export import rows
from gpubench.results.records import Cell
from gpubench.results.results import Results


@dataclass(frozen=True)
class Measured:
    """One planned cell of one run and what came of it; times in seconds a call, rates a second.

    run: the label of its run, or of the runs that it is one with; empty where there is only one. machine: equal for
    runs of one machine.
    item: what `items_per_s` counts. version: of the workload. medians: launch number to its median step time.
    turns_with: the run that this one's launches took turns with; empty for none.
    noises: what its run found between cells of its backend and device and themselves (`noise_floor.with_noise_floors`).
    """

    run: str
    run_id: str
    machine: str
    case: Case
    backend: str
    backend_version: str
    device: str
    device_name: str
    mode: str
    variant: str
    threads: int
    item: str
    status: str
    reason: str
    launches: int
    samples: int
    step: Estimate | None
    latency_s: float | None
    dispatch_s: float | None
    device_s: float | None
    first_call_s: float | None
    flops: float | None
    bytes: float | None
    flop_per_s: float | None
    bytes_per_s: float | None
    items_per_s: float | None
    flags: tuple[str, ...]
    cell_id: str
    version: int
    medians: dict[int, float] = field(default_factory=dict, hash=False)
    peak_host_bytes: int | None = None
    peak_device_bytes: int | None = None
    energy_j: float | None = None
    turns_with: str = ""
    noises: tuple[Noise, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the cell may enter a ratio: measured, and its answer found right."""
        return self.status == "ok" and self.step is not None

    @property
    def latency_only(self) -> bool:
        """Whether it was measured by a program that has no step time: it is shown, and enters no ratio."""
        return self.status == "ok" and self.step is None and self.latency_s is not None

    @property
    def latency_contradicts(self) -> bool:
        """Whether its latency is below its step's interval, as no call that is waited for is on an even machine."""
        lo = self.step.lo if self.step is not None else None
        return lo is not None and self.latency_s is not None and self.latency_s < lo

    @property
    def identity(self) -> tuple[str, str]:
        """What tells the cell from the others of its run."""
        return (self.cell_id, self.device)

    @property
    def kind(self) -> str:
        """The device class."""
        return self.device.partition(":")[0]

    @property
    def repeats(self) -> str:
        """What tells the second of an A/A pair from the first, in words; empty for all others."""
        return "measured again for the noise floor" if self.variant == AA else self.variant

    @property
    def how(self) -> str:
        """The backend with its mode."""
        return f"{self.backend} ({self.mode})" if self.mode else self.backend


def measured(results: Sequence[Results], labels: Sequence[str] = ()) -> list[Measured]:
    """Every planned cell of every run, in plan order; A/A partners too.

    labels: what the cells of each run bear; its letter by default.
    """
    machines = machine_names(results)
    frames = [rows(result.cells()) for result in results]
    params = [(str(row["workload"]), _params(row)) for frame in frames for row in frame]
    told = telling(params)
    return [
        cell
        for result, label, machine, frame in zip(results, labels or run_labels(results), machines, frames, strict=True)
        for cell in _of_run(result, label, machine, frame, told)
    ]


def main_cells(cells: Iterable[Measured]) -> list[Measured]:
    """Those that may enter a ratio, without the second of each A/A pair."""
    return [cell for cell in cells if cell.ok and cell.variant != AA]


def default_modes(cells: Iterable[Measured]) -> dict[str, str]:
    """The mode that each backend has in most of its cells, the first in the plan where several tie.

    A preset plans every cell in the backend's default mode and only some of them in others.
    """
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for cell in cells:
        if cell.variant != AA:
            counts[cell.backend][cell.mode] += 1
    return {backend: modes.most_common(1)[0][0] for backend, modes in counts.items()}


def pairs(bases: Sequence[Measured], subjects: Sequence[Measured]) -> list[tuple[Measured, Measured]]:
    """The pairs of one part of runs; where no part has both, the last of each."""
    same = [(base, subject) for base in bases for subject in subjects if base.run == subject.run]
    if same or not bases or not subjects:
        return same
    return [(bases[-1], subjects[-1])]


def ratio_of(base: Measured, subject: Measured) -> Ratio:
    """How many times faster the subject's step is than the base's."""
    scattered = max(scatter(base.medians), scatter(subject.medians))
    floor = max((noise.of(scattered) for noise in (*base.noises, *subject.noises)), default=0.0)
    return ratio(base.medians, subject.medians, interleaved=interleaved(base, subject), floor=floor)


def interleaved(base: Measured, subject: Measured) -> bool:
    """Whether launches of one number were measured one soon after the other: in one run, or in two that took turns."""
    return base.run_id in (subject.run_id, subject.turns_with)


def _of_run(
    results: Results, label: str, machine: str, frame: Sequence[dict[str, Any]], told: dict[str, frozenset[str]]
) -> list[Measured]:
    medians = _medians(results)
    found = []
    for record, row in zip(results.cell_records, frame, strict=True):
        case = Case(
            record.workload, record.axis, record.size, tuple(sorted(_params(row).items())), record.precision,
            record.data, told.get(record.workload, frozenset()),
        )  # fmt: skip
        own = medians.get(record.identity, {})
        found.append(_cell(row, case, label, machine, record, own))
    return [replace(cell, turns_with=results.run.turns_with) for cell in found]


def _cell(
    row: dict[str, Any], case: Case, label: str, machine: str, record: Cell, medians: dict[int, float]
) -> Measured:
    same = ("run_id", "status", "launches", "samples",
            "latency_s", "dispatch_s", "device_s", "first_call_s", "flops", "bytes", "flop_per_s", "bytes_per_s",
            "items_per_s", "cell_id", "peak_host_bytes", "peak_device_bytes", "energy_j")  # fmt: skip
    step = row["step_s"]
    return Measured(
        run=label, machine=machine, case=case, backend=record.backend, device=record.device, mode=record.mode,
        variant=record.variant, threads=record.threads, item=record.item, version=record.version, medians=medians,
        reason=row["reason"] or "",
        backend_version=row["backend_version"] or "", device_name=row["device_name"] or "",
        step=None if step is None else Estimate(step, row["step_lo_s"], row["step_hi_s"]),
        flags=tuple(filter(None, row["flags"].split(";"))), **{name: row[name] for name in same},
    )  # fmt: skip


def _params(row: dict[str, Any]) -> dict[str, Value]:
    params: dict[str, Value] = json.loads(row["params"])
    return params


def _medians(results: Results) -> dict[tuple[str, str], dict[int, float]]:
    """Step medians by cell and launch, of launches whose answer was right."""
    frame = results.launches()
    good = frame[(frame["status"] == "ok") & frame["step_s"].notna()]
    found: dict[tuple[str, str], dict[int, float]] = defaultdict(dict)
    for cell_id, device, launch, step in good[["cell_id", "device", "launch", "step_s"]].itertuples(index=False):
        found[cell_id, device][int(launch)] = float(step)
    return found
