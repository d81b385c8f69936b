"""How much faster an accelerator does the same work than the CPU."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from gpubench.analysis.measured import Measured, pairs, ratio_of
from gpubench.analysis.ratio import Ratio

BASE = "cpu"
"""The device class that speed-ups are over."""


@dataclass(frozen=True)
class Speedup:
    """One cell on a device against the same cell on the CPU: same backend, mode, precision, data and threads.

    ratio: CPU time over device time, so above 1 the device is faster.
    """

    subject: Measured
    base: Measured
    ratio: Ratio


def speedups(cells: Iterable[Measured]) -> tuple[Speedup, ...]:
    """Every speed-up that the cells give, in plan order; devices are compared within one machine only."""
    bases: dict[object, list[Measured]] = defaultdict(list)
    subjects: dict[tuple[object, str], list[Measured]] = defaultdict(list)
    for cell in cells:
        same = (cell.machine, cell.case, cell.backend, cell.mode, cell.threads)
        if cell.kind == BASE:
            bases[same].append(cell)
        else:
            subjects[same, cell.device].append(cell)
    return tuple(
        Speedup(subject, base, ratio_of(base, subject))
        for (case, _), on_device in subjects.items()
        for base, subject in pairs(bases.get(case, []), on_device)
    )
