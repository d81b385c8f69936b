"""The cases that speak for a machine: one for each workload."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from gpubench.analysis.case import Case
from gpubench.analysis.measured import Measured, default_modes


def headline_cells(cells: Sequence[Measured]) -> list[list[Measured]]:
    """For each machine and workload the cells of its headline case in default modes, the longest step first.

    The case that most backends and devices did, of those the first precision and data in the plan, and of those
    the one whose step takes longest: it says most of a machine.
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

    def weight(case: Case) -> tuple[int, bool, float]:
        places = {(cell.backend, cell.device) for cell in cases[case]}
        usual = (case.precision, case.data) == (first.precision, first.data)
        return len(places), usual, _slowest(cases[case])

    return cases[max(cases, key=weight)]


def _slowest(cells: Sequence[Measured]) -> float:
    return max((cell.step.value for cell in cells if cell.step is not None), default=0.0)
