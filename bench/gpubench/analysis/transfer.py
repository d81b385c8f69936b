"""What it costs to bring data to an accelerator and its result back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from gpubench.analysis.estimate import Estimate
from gpubench.analysis.measured import Measured, pairs, ratio_of
from gpubench.analysis.ratio import Answer, Ratio
from gpubench.analysis.speedup import BASE, Speedup


@dataclass(frozen=True)
class Transfer:
    """The same work on an accelerator with its data there already, and from the host's memory to a result there.

    ratio: the time from the host over the time of resident data. bare, whole: the speed-ups over the CPU without and
    with the copies; None where the CPU was not measured so.
    """

    resident: Measured
    host: Measured
    ratio: Ratio
    bare: Speedup | None = None
    whole: Speedup | None = None

    @property
    def share(self) -> Estimate:
        """Of a step from the host that the copies take, 0.6 for 60 %: (host - resident) / host."""
        lo, hi = (None if bound is None else 1 - 1 / bound for bound in (self.ratio.lo, self.ratio.hi))
        return Estimate(1 - 1 / self.ratio.value, lo, hi)

    @property
    def decides(self) -> bool:
        """Whether the device wins only without its transfers: told faster without them, and told slower with them."""
        if self.bare is None or self.whole is None:
            return False
        return self.bare.ratio.answer is Answer.FASTER and self.whole.ratio.answer is Answer.SLOWER


def transfers(cells: Iterable[Measured], speedups: Sequence[Speedup]) -> tuple[Transfer, ...]:
    """Of every cell of an accelerator that was measured both ways, in plan order.

    The CPU has none: its memory is the host's, and what a framework copies there it copies for itself.
    """
    over_cpu = {id(one.subject): one for one in speedups}
    sides: dict[object, dict[str, list[Measured]]] = defaultdict(lambda: defaultdict(list))
    for cell in cells:
        if cell.kind != BASE:
            work = replace(cell.case, data="")
            sides[cell.machine, work, cell.backend, cell.mode, cell.device, cell.threads][cell.case.data].append(cell)
    return tuple(
        Transfer(resident, host, ratio_of(host, resident), over_cpu.get(id(resident)), over_cpu.get(id(host)))
        for side in sides.values()
        for resident, host in pairs(side["resident"], side["host"])
    )
