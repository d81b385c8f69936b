"""The cases that speak for a machine: one for each workload."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from gpubench.analysis.case import Case
from gpubench.analysis.history import Begun
from gpubench.analysis.measured import Measured, default_modes


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
        return _most_places(cell for cell in own if cell.mode == modes[cell.backend]), max(begun[c.run_id] for c in own)

    return [cell for found in runs.values() for cell in max(found.values(), key=weight)]


def _most_places(cells: Iterable[Measured]) -> int:
    """Backends and devices that did the case which most of them did."""
    places: dict[Case, set[tuple[str, str]]] = defaultdict(set)
    for cell in cells:
        places[cell.case].add((cell.backend, cell.device))
    return max(map(len, places.values()), default=0)


def headline_cells(cells: Sequence[Measured]) -> list[list[Measured]]:
    """For each machine and workload the cells of its headline case in default modes, the longest step first.

    The case that most backends and devices did, of those the first precision and data in the plan, and of those
    the one whose step takes longest: it says most of a machine. Where another way of the same work (a copy into memory
    that is kept) is done faster, that one: a way that is slow for reasons of its own would flatter the other side.
    """
    modes = default_modes(cells)
    workloads: dict[tuple[str, str], dict[Case, list[Measured]]] = defaultdict(lambda: defaultdict(list))
    for cell in cells:
        if cell.mode == modes[cell.backend]:
            workloads[cell.machine, cell.case.workload][cell.case].append(cell)
    found = [_headline(cases) for cases in workloads.values()]
    return sorted(found, key=_slowest, reverse=True)


def _headline(cases: dict[Case, list[Measured]]) -> list[Measured]:
    first = next(iter(cases))

    def weight(case: Case) -> tuple[int, bool]:
        places = {(cell.backend, cell.device) for cell in cases[case]}
        return len(places), (case.precision, case.data) == (first.precision, first.data)

    longest = max(cases, key=lambda case: (*weight(case), _slowest(cases[case])))
    alike = (case for case in cases if weight(case) == weight(longest) and _work(cases[case]) == _work(cases[longest]))
    return cases[min(alike, key=lambda case: _slowest(cases[case]))]


def _work(cells: Sequence[Measured]) -> object:
    """What is done, whatever the way: nothing that is known is never the same."""
    one = cells[0]
    return (one.case.size, one.flops, one.bytes) if one.bytes else one.case


def _slowest(cells: Sequence[Measured]) -> float:
    return max((cell.step.value for cell in cells if cell.step is not None), default=0.0)
