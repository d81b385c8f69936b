"""What a device can do at best, as measured on the machine: the fastest matrix product, and the fastest copy."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gpubench.analysis.measured import Measured
from gpubench.analysis.speedup import BASE
from gpubench.backend import PEAK
from gpubench.results.flags import DISPATCH_BOUND
from gpubench.results.results import Results

PRODUCT, COPY = "matmul", "copy"
"""The workloads that measure the ceilings, and those that are called after them (`matmul-...`)."""

LEAST_FLOPS = 2.0 * 1024**3
"""Of a product that shows what a device can do: a smaller one is over before all of the device is at work."""
LEAST_BYTES = 2.0**27
"""Of a copy that goes through memory: less stays in many caches."""
_NEAR = 1.05
"""Times as fast that a product may be as one of half its operations, and is still no sign that a larger one gains."""


@dataclass(frozen=True)
class Theory:
    """What a device could do by its maker's figures, which nobody measured. source: what it was reckoned from."""

    flop_per_s: float
    source: str


@dataclass(frozen=True)
class Ceiling:
    """The two limits of one device at one precision, each with the cell that showed it.

    product: the product with the highest rate. copy: of the largest copies the fastest, at whatever precision.
    theory: beside them, and in no share; None where it is not known. settled: whether a product of half the
    operations came near it, or one of twice as many did not exceed it: a larger one would hardly be faster.
    """

    product: Measured
    copy: Measured
    theory: Theory | None = None
    settled: bool = False

    @property
    def peak(self) -> float:
        """FLOP/s."""
        return self.product.flop_per_s or 0.0

    @property
    def bandwidth(self) -> float:
        """Bytes a second, read and written."""
        return self.copy.bytes_per_s or 0.0

    @property
    def ridge(self) -> float:
        """FLOP per byte from which on the product is the limit, and below which the copy is."""
        return self.peak / self.bandwidth

    def attainable(self, intensity: float) -> float:
        """FLOP/s of work with that many FLOP per byte of traffic: min(peak, intensity x bandwidth).

        The roofline of Williams, Waterman and Patterson, Communications of the ACM 52(4), 2009.
        """
        return min(self.peak, intensity * self.bandwidth)

    def limit(self, intensity: float) -> Measured:
        """The cell that showed the lower of the two there."""
        return self.product if intensity >= self.ridge else self.copy


Place = tuple[object, ...]


def place(cell: Measured) -> Place:
    """What shares a copy's ceiling: a device of a machine, and on the CPU the number of threads."""
    return (cell.machine, cell.device, cell.threads if cell.kind == BASE else 0)


def ceilings(
    cells: Iterable[Measured], known: Mapping[tuple[str, str, str], Theory]
) -> dict[tuple[Place, str], Ceiling]:
    """By place and precision, in plan order; known: by run, device and precision.

    None where no product or no copy is large enough to tell.
    """
    products: dict[tuple[Place, str], list[Measured]] = defaultdict(list)
    copies: dict[Place, list[Measured]] = defaultdict(list)
    for cell in cells:
        if is_product(cell):
            products[place(cell), cell.case.precision].append(cell)
        elif is_copy(cell):
            copies[place(cell)].append(cell)
    return {
        (where, precision): _ceiling(found, copies[where], known)
        for (where, precision), found in products.items()
        if copies[where]
    }


def is_product(cell: Measured) -> bool:
    """Whether a cell is a product that is large enough for a ceiling."""
    return _shows(cell, PRODUCT) and bool(cell.flop_per_s) and (cell.flops or 0) >= LEAST_FLOPS


def is_copy(cell: Measured) -> bool:
    """The same of a copy."""
    return _shows(cell, COPY) and bool(cell.bytes_per_s) and (cell.bytes or 0) >= LEAST_BYTES


def called(cell: Measured) -> str:
    """The workload that a cell's own is called after."""
    return cell.case.workload.partition("-")[0]


def theories(results: Iterable[Results]) -> dict[tuple[str, str, str], Theory]:
    """By run, device and precision, from what the workers told of themselves (`gpubench.worker.peak`)."""
    found = {}
    for result in results:
        for env in result.envs:
            device = env.scope.partition("@")[2]
            for name, told in env.facts.items():
                rate = _tera(told) if name.startswith(PEAK) else None
                if rate is not None:
                    source = env.facts.get(f"{PEAK}from", "")
                    found[result.run.run_id, device, name.removeprefix(PEAK)] = Theory(rate, source)
    return found


def _tera(told: str) -> float | None:
    """FLOP/s of `66.9 TFLOP/s`; None for another text."""
    number, _, unit = told.partition(" ")
    try:
        rate = float(number) * 1e12
    except ValueError:
        return None
    return rate if unit == "TFLOP/s" and 0 < rate < math.inf else None


def _ceiling(
    products: Sequence[Measured], copies: Sequence[Measured], known: Mapping[tuple[str, str, str], Theory]
) -> Ceiling:
    best = max(products, key=lambda cell: cell.flop_per_s or 0)
    theory = known.get((best.run_id, best.device, best.case.precision))
    return Ceiling(best, _largest(copies), theory, any(_settles(cell, best) for cell in products))


def _settles(cell: Measured, best: Measured) -> bool:
    """Whether a product tells that the fastest one is as fast as they get."""
    larger = (cell.flops or 0) / (best.flops or 1)
    return larger >= 2 or (larger <= 0.5 and (cell.flop_per_s or 0) * _NEAR >= (best.flop_per_s or 0))


def _shows(cell: Measured, workload: str) -> bool:
    """Whether a cell is of that workload and shows what the device can do, not how fast calls or copies reach it."""
    return called(cell) == workload and cell.case.data == "resident" and DISPATCH_BOUND not in cell.flags


def _largest(copies: Sequence[Measured]) -> Measured:
    """A small copy may be faster than memory is: it stays in a cache."""
    return max(copies, key=lambda cell: (cell.bytes or 0, cell.bytes_per_s or 0))
