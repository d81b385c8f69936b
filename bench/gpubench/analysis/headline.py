"""The cases that speak for a machine: one for each workload."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gpubench.analysis.case import Case
from gpubench.analysis.history import Begun
from gpubench.analysis.measured import Measured, default_modes

_Cases = dict[Case, list[Measured]]


@dataclass(frozen=True)
class Headline:
    """A cell that speaks for its workload. with_transfers: the same work on data from the host, where measured."""

    cell: Measured
    with_transfers: Measured | None


def headlines(cells: Sequence[Measured]) -> tuple[Headline, ...]:
    """The cells of every headline case; only work on resident data has a partner with transfers."""
    hosted = {_place(cell): cell for cell in cells if cell.case.data == "host"}
    return tuple(
        Headline(cell, hosted.get(_place(cell)) if cell.case.data == "resident" else None)
        for members in headline_cells(cells)
        for cell in members
    )


def _place(cell: Measured) -> object:
    """What a cell shares with the same work on data from elsewhere."""
    return (cell.run_id, replace(cell.case, data=""), cell.backend, cell.device, cell.mode, cell.threads)


def of_one_time(cells: Sequence[Measured], begun: Begun) -> list[Measured]:
    """Of each machine and workload the cells of one run, or of runs that are one: so no ratio is of two times.

    Of the run in which most backends and devices did some case, in their default modes; of several such the newest.
    """
    modes = default_modes(cells)
    runs: dict[tuple[str, str], dict[str, list[Measured]]] = defaultdict(lambda: defaultdict(list))
    for cell in cells:
        runs[cell.machine, cell.case.workload][cell.run].append(cell)

    def weight(own: Sequence[Measured]) -> tuple[int, float]:
        cases: _Cases = defaultdict(list)
        for cell in own:
            if cell.mode == modes[cell.backend]:
                cases[cell.case].append(cell)
        return _most_places(cases), max(begun[cell.run_id] for cell in own)

    return [cell for found in runs.values() for cell in max(found.values(), key=weight)]


def _most_places(cases: _Cases) -> int:
    """Backends and devices that did the case which most of them did."""
    return max((len(_places(own)) for own in cases.values()), default=0)


def _places(cells: Iterable[Measured]) -> set[tuple[str, str]]:
    return {(cell.backend, cell.device) for cell in cells}


def _devices(cells: Iterable[Measured]) -> set[str]:
    return {cell.device for cell in cells}


def headline_cells(cells: Sequence[Measured]) -> list[list[Measured]]:
    """For each workload and machine the cells of its headline case in default modes, the longest step first.

    The case that most backends and devices did, of those the first precision and data in the plan, and of those
    the one whose step takes longest: it says most of a machine. Where another way of the same work (a copy into memory
    that is kept) is done faster, that one: a way that is slow for reasons of its own would flatter the other side.
    Where machines have cases in common that cost none of them a backend or device, it is the first machine's choice
    among these for all of them.
    """
    modes = default_modes(cells)
    workloads: dict[str, dict[str, _Cases]] = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    for cell in cells:
        if cell.mode == modes[cell.backend]:
            workloads[cell.case.workload][cell.machine][cell.case].append(cell)
    found = [_of_machines([*machines.values()]) for machines in workloads.values()]
    return [own for same in sorted(found, key=_longest, reverse=True) for own in same]


def _longest(found: Sequence[Sequence[Measured]]) -> float:
    return max(map(_slowest, found))


def _of_machines(machines: Sequence[_Cases]) -> list[list[Measured]]:
    """Of one workload, the cells of each machine's headline case."""
    first = machines[0]
    common = _common(machines, _places)
    if len(machines) == 1 or not common:
        return [cases[_headline(cases)] for cases in machines]
    case = _headline(common)
    ways = {
        other: cells
        for other, cells in _common(machines, _devices).items()
        if (other.precision, other.data) == (case.precision, case.data) and _work(cells) == _work(first[case])
    }
    case = min((case, *ways), key=lambda way: _slowest(first[way]))
    return [cases[case] for cases in machines]


def _common(machines: Sequence[_Cases], who: Callable[[Sequence[Measured]], set[Any]]) -> _Cases:
    """The cases of which every machine has as many places as of any case, with the first machine's cells.

    who: the places of cells. Devices alone, where not every backend can do the work in another way.
    """
    most = [max(len(who(own)) for own in cases.values()) for cases in machines]
    return {
        case: cells
        for case, cells in machines[0].items()
        if all(len(who(cases.get(case, ()))) == count for cases, count in zip(machines, most, strict=True))
    }


def _headline(cases: _Cases) -> Case:
    first = next(iter(cases))

    def weight(case: Case) -> tuple[int, bool]:
        return len(_places(cases[case])), (case.precision, case.data) == (first.precision, first.data)

    longest = max(cases, key=lambda case: (*weight(case), _slowest(cases[case])))
    alike = (case for case in cases if weight(case) == weight(longest) and _work(cases[case]) == _work(cases[longest]))
    return min(alike, key=lambda case: _slowest(cases[case]))


def _work(cells: Sequence[Measured]) -> object:
    """What is done, whatever the way: nothing that is known is never the same."""
    one = cells[0]
    return (one.case.size, one.flops, one.bytes) if one.bytes else one.case


def _slowest(cells: Sequence[Measured]) -> float:
    return max((cell.step.value for cell in cells if cell.step is not None), default=0.0)
