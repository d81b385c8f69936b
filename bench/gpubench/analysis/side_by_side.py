"""Machines side by side: the cells that they have in common, and those that only some of them have."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from gpubench.analysis.measured import Measured, ratio_of
from gpubench.analysis.overall import Both, Overall, overall
from gpubench.analysis.overview import Facts, Overview
from gpubench.analysis.ratio import Ratio
from gpubench.analysis.speedup import BASE


@dataclass(frozen=True)
class Machine:
    """One machine. runs: the labels of its runs. facts: of it, of its devices and of its frameworks, to be shown.

    cpu: its model with its cores.
    """

    name: str
    runs: tuple[str, ...]
    cpu: str
    facts: Facts

    @property
    def title(self) -> str:
        """What it is called: by its runs."""
        return ", ".join(self.runs)

    @property
    def words(self) -> str:
        """What it is called in a sentence: `run A`, or `machine A, C` where it has several runs."""
        if len(self.runs) > 1:
            return f"machine {self.title}"
        return f"{'runs' if '+' in self.title else 'run'} {self.title}"


@dataclass(frozen=True)
class Beside:
    """One cell, for each machine in order; None where a machine did not measure it.

    ratios: the first machine's time over each one's, above 1 where that is faster; None for itself and for a lack.
    """

    cells: tuple[Measured | None, ...]
    ratios: tuple[Ratio | None, ...]

    @property
    def example(self) -> Measured:
        """The cell on one of them."""
        return next(cell for cell in self.cells if cell is not None)

    @property
    def common(self) -> bool:
        """Whether every machine measured it."""
        return None not in self.cells


@dataclass(frozen=True)
class Level:
    """How fast a machine is beside the first one, over all cells of a device class that all machines have in common.

    models: of that device, the first machine's and this one's, a CPU's with its cores; empty where not known.
    cells: of both machines. told: pairs of them that tell a difference by themselves.
    """

    kind: str
    machine: Machine
    base: Machine
    models: tuple[str, str]
    mean: Overall
    cells: tuple[Measured, ...]
    told: int


@dataclass(frozen=True)
class SideBySide:
    """Two machines or more. rows: cells that all have first, each half in plan order."""

    machines: tuple[Machine, ...]
    rows: tuple[Beside, ...]
    levels: tuple[Level, ...]

    @property
    def pairs(self) -> list[tuple[Machine, Measured, Measured, Ratio]]:
        """Every cell that the first machine shares with another: that machine, the cell on both, and their ratio."""
        return [
            (machine, row.cells[0], cell, ratio)
            for row in self.rows
            for machine, cell, ratio in zip(self.machines, row.cells, row.ratios, strict=True)
            if row.cells[0] is not None and cell is not None and ratio is not None
        ]


def side_by_side(runs: Sequence[Overview], names: Sequence[str], cells: Sequence[Measured]) -> SideBySide | None:
    """Of each machine's newest cells; None for one machine. names: of the machine of each run."""
    by_name: dict[str, list[Overview]] = defaultdict(list)
    for run, name in zip(runs, names, strict=True):
        by_name[name].append(run)
    if len(by_name) < 2:
        return None
    machines = tuple(_machine(name, own) for name, own in by_name.items())
    found: dict[object, dict[str, Measured]] = defaultdict(dict)
    sole = _sole(cells)
    for cell in cells:
        device = cell.kind if (cell.machine, cell.kind) in sole else cell.device
        found[cell.cell_id, device][cell.machine] = cell
    rows = [_beside([own.get(name) for name in by_name]) for own in found.values()]
    common = [row for row in rows if row.common]
    others = [row for row in rows if not row.common]
    return SideBySide(machines, (*common, *others), tuple(_levels(machines, common)))


_TOLD = ("processor", "physical cores allowed", "memory", "operating system")
"""Facts of a machine that are told beside its devices and frameworks."""


def _machine(name: str, runs: Sequence[Overview]) -> Machine:
    facts: dict[str, str] = {}
    for run in runs:  # what a later run says holds
        known = dict(next((one.facts for one in run.environments if one.scope == "machine"), ()))
        facts |= {fact: known[fact] for fact in _TOLD if fact in known}
        facts |= {device: model for device, model in run.devices if device != "cpu"} | dict(run.backends)
    labels = tuple(dict.fromkeys(run.part or run.label for run in runs))
    return Machine(name, labels, runs[-1].processor.title, tuple(facts.items()))


def _sole(cells: Iterable[Measured]) -> set[tuple[str, str]]:
    """Machine and device class where there is just one device of it: then its number tells nothing."""
    devices: dict[tuple[str, str], set[str]] = defaultdict(set)
    for cell in cells:
        devices[cell.machine, cell.kind].add(cell.device)
    return {key for key, seen in devices.items() if len(seen) == 1}


def _beside(cells: Sequence[Measured | None]) -> Beside:
    first, *others = cells
    ratios = [None if first is None or other is None else ratio_of(first, other) for other in others]
    return Beside(tuple(cells), (None, *ratios))


def _levels(machines: Sequence[Machine], rows: Sequence[Beside]) -> Iterator[Level]:
    for kind in dict.fromkeys(row.example.kind for row in rows):
        for place, machine in enumerate(machines[1:], 1):
            pairs = [
                (base, new, ratio)
                for row in rows
                for base, new, ratio in [(row.cells[0], row.cells[place], row.ratios[place])]
                if base is not None and new is not None and ratio is not None and base.kind == kind
            ]
            both = [Both(base.medians, new.medians, ratio) for base, new, ratio in pairs]
            base, new, _ = pairs[0]
            cpus = (machines[0].cpu, machine.cpu)
            models = cpus if kind == BASE else (base.device_name, new.device_name)
            cells = tuple(cell for base, new, _ in pairs for cell in (base, new))
            told = sum(not ratio.untold for *_, ratio in pairs)
            mean = overall(machine.title, both, interleaved=False)
            yield Level(kind, machine, machines[0], models, mean, cells, told)
