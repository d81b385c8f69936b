"""The order of launches: seeded, random, interleaved over backends and devices, mirrored in pairs."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from gpubench.results.records import Cell
from gpubench.worker.job import ENERGY, MEMORY, TIME


@dataclass(frozen=True)
class Group:
    """Cells that one worker measures: one backend on one device; the A/A partner has a worker of its own.

    tf32: so have its cells. A framework may keep the algorithm that it chose for a shape under one setting of the
    switch, and run it under the other.
    """

    backend: str
    device: str
    variant: str
    tf32: bool = False

    @classmethod
    def of(cls, cell: Cell) -> Group:
        """The group of a cell."""
        return cls(cell.backend, cell.device, cell.variant, cell.precision == "tf32")


@dataclass(frozen=True)
class Place:
    """Where a turn stands in a run: the same in two runs of the same cells. of: its group, and the cell of a pass."""

    measures: str
    launch: int
    of: str


@dataclass(frozen=True)
class Turn:
    """One worker's work: its cells in the order to measure them. measures: what of them."""

    launch: int
    group: Group
    cells: tuple[Cell, ...]
    measures: str = TIME

    @property
    def place(self) -> Place:
        """Where it stands in its run."""
        alone = self.cells[0].cell_id if self.measures == MEMORY else ""
        return Place(self.measures, self.launch, f"{self.group} {alone}")


def turns(cells: Sequence[Cell], launches: int, seed: int) -> list[Turn]:
    """Every worker of a run in order.

    Each pair of launches takes its groups in a random order and then in the reverse of it (ABBA), so that a
    drift of the machine falls on all alike. Within a worker cells come in a random order of their own.
    """
    groups: dict[Group, list[Cell]] = {}
    for cell in cells:
        groups.setdefault(Group.of(cell), []).append(cell)
    found: list[Turn] = []
    for launch in range(launches):
        order = random.Random(f"{seed} {launch // 2}").sample(list(groups), len(groups))
        for group in order if launch % 2 == 0 else reversed(order):
            shuffle = random.Random(f"{seed} {launch} {group}")
            found.append(Turn(launch, group, tuple(shuffle.sample(groups[group], len(groups[group])))))
    return found


def passes(cells: Sequence[Cell], measures: str, seed: int) -> list[Turn]:
    """The workers of a pass in order: for memory a fresh one for each cell, since frameworks keep what they held.

    A/A partners have none: they are there for the noise of times.
    """
    shuffled = random.Random(f"{seed} {measures}").sample(cells, len(cells))
    groups: dict[object, list[Cell]] = {}
    for cell in shuffled:
        if not cell.variant:
            groups.setdefault(cell.identity if measures == MEMORY else Group.of(cell), []).append(cell)
    return [Turn(0, Group.of(found[0]), tuple(found), measures) for found in groups.values()]


_STAGES = (TIME, MEMORY, ENERGY)


def taken_in_turns(base: Sequence[Place], new: Sequence[Place], seed: int) -> list[tuple[int, int]]:
    """The turns of two runs in one order: for each the run that takes it (0 is BASE) and its number there.

    Both take the turn of one place before either goes on, so that what is compared was measured close together. Who
    begins is drawn by lot and is the other one in the next launch (ABBA), so that going second favours nobody.
    """
    numbers = [{place: number for number, place in enumerate(places)} for places in (base, new)]
    found: list[tuple[int, int]] = []
    for place in sorted(dict.fromkeys((*new, *base)), key=lambda one: (_STAGES.index(one.measures), one.launch)):
        first = random.Random(f"{seed} {place.launch // 2} {place.of}").randrange(2)
        second = 1 - first
        pair = (first, second) if place.launch % 2 == 0 else (second, first)
        found += [(side, numbers[side][place]) for side in pair if place in numbers[side]]
    return found
