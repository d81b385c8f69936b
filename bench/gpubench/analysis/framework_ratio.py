"""How much faster one backend does the same work on the same device than another, each in its default mode."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gpubench.analysis.case import Case, Value
from gpubench.analysis.measured import Measured, default_modes, pairs, ratio_of
from gpubench.analysis.ratio import Ratio

_Index = dict[object, list[Measured]]


@dataclass(frozen=True)
class FrameworkRatio:
    """`left` against `right` on one device. ratio: right's time over left's, so above 1 left is faster.

    differs: the parameter in which the two are not alike, with left's and right's value; empty where they are.
    A parameter that only one backend has values of (a style, a layout) is compared so, and said so.
    """

    left: Measured
    right: Measured
    ratio: Ratio
    differs: tuple[str, Value, Value] | None = None

    @property
    def faster(self) -> tuple[Measured, Measured, Ratio]:
        """The pair with the faster one first, and its ratio, which is at least 1."""
        if self.ratio.value >= 1:
            return self.left, self.right, self.ratio
        return self.right, self.left, self.ratio.inverse

    def name_of(self, side: Measured) -> str:
        """The backend and mode of a side, with the parameter in which it is not like the other side."""
        if self.differs is None:
            return side.how
        name = self.differs[0]
        return f"{side.backend} ({side.mode}, {name} {dict(side.case.params)[name]})"


def framework_ratios(cells: Sequence[Measured]) -> tuple[FrameworkRatio, ...]:
    """Every pair of backends, in plan order; a backend's cells in other modes than its default are left out."""
    modes = default_modes(cells)
    usual = [cell for cell in cells if cell.mode == modes[cell.backend]]
    backends = list(dict.fromkeys(cell.backend for cell in usual))
    by_key: _Index = defaultdict(list)
    for cell in usual:
        by_key[_key(cell, cell.case), cell.backend].append(cell)
    values = _values(usual)
    found: list[FrameworkRatio] = []
    for left, right in itertools.combinations(backends, 2):
        found += _exact(by_key, usual, left, right)
        found += _unlike(by_key, usual, values, left, right)
        found += _unlike(by_key, usual, values, right, left)
    return tuple(sorted(found, key=lambda one: (one.differs is not None, one.left.case.order, one.left.device)))


def _key(cell: Measured, case: Case) -> object:
    return (cell.machine, cell.device, cell.threads, case)


def _exact(by_key: _Index, cells: Iterable[Measured], left: str, right: str) -> list[FrameworkRatio]:
    keys = dict.fromkeys(_key(cell, cell.case) for cell in cells if cell.backend == left)
    return [
        FrameworkRatio(a, b, ratio_of(b, a))
        for key in keys
        for a, b in pairs(by_key[key, left], by_key.get((key, right), []))
    ]


def _values(cells: Iterable[Measured]) -> dict[tuple[str, str, str], set[Value]]:
    """The values that each parameter of a workload was measured with under each backend."""
    found: dict[tuple[str, str, str], set[Value]] = defaultdict(set)
    for cell in cells:
        for name, value in cell.case.params:
            found[cell.backend, cell.case.workload, name].add(value)
    return found


def _unlike(
    by_key: _Index, cells: Iterable[Measured], values: dict[tuple[str, str, str], set[Value]], own: str, other: str
) -> list[FrameworkRatio]:
    """Cells of `own` that `other` has no like of, against its only value of the parameter in which they differ."""
    found = []
    for cell in cells:
        if cell.backend != own or (_key(cell, cell.case), other) in by_key:
            continue
        for name, value in cell.case.params:
            only = values.get((other, cell.case.workload, name), set())
            if len(only) != 1 or value in only:
                continue
            (theirs,) = only
            partners = by_key.get((_key(cell, cell.case.with_param(name, theirs)), other), [])
            for a, b in pairs([cell], partners):
                found.append(FrameworkRatio(a, b, ratio_of(b, a), (name, value, theirs)))
    return found
