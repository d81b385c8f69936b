"""Cells whose data alone are more than the memory that is free, told before a run: they are tried all the same."""

from __future__ import annotations

from dataclasses import dataclass

from gpubench.results.records import Cell
from gpubench.results.units import size
from gpubench.runner.prepared import Prepared


@dataclass(frozen=True)
class Need:
    """bytes: what a call reads and writes by the workload's formula, so at the least. free: what its device has."""

    cell: Cell
    bytes: int
    free: int

    @property
    def words(self) -> str:
        """`needs 447 GiB at the least, 12.1 GiB are free`."""
        return f"needs {size(self.bytes)} at the least, {size(self.free)} are free"


def needs(prepared: Prepared) -> tuple[Need, ...]:
    """The cells that can't fit, in plan order; of a device whose memory is not known, none."""
    found = (
        Need(cell, int(prepared.work_of(cell).bytes), prepared.memory[cell.device])
        for cell in prepared.plan.runnable
        if cell.device in prepared.memory
    )
    return tuple(need for need in found if need.bytes > need.free)
