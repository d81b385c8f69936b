"""From which relative difference on a cell counts as faster or slower, and where that came from."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from gpubench.errors import UsageError
from gpubench.spelling import did_you_mean

DEFAULT_MARGIN = 0.05
"""What five launches can tell apart on a shared machine, about."""


@dataclass(frozen=True)
class Margin:
    """fraction: 0.05 for 5 %. origin: where it came from, in words. raised: whether noise made it larger.

    A raised margin keeps noise from passing for a difference. It makes nothing the same: that would let a noisier
    machine find more cells equal.
    """

    fraction: float
    origin: str
    raised: bool = False

    @property
    def log(self) -> float:
        """Half the width of the band about no difference, on a log scale."""
        return math.log1p(self.fraction)

    @property
    def log_same(self) -> float:
        """The same for the band that the interval of SAME has to lie in."""
        return math.log1p(DEFAULT_MARGIN) if self.raised else self.log


@dataclass(frozen=True)
class Margins:
    """What the user asked for. plain: for every workload that has none of its own; None for the default."""

    plain: float | None = None
    of_workload: Mapping[str, float] = field(default_factory=dict)

    def of(self, workload: str, floor: Margin | None) -> Margin:
        """The margin of a workload's cell. floor: the noise floor there, which raises the default and no other."""
        if workload in self.of_workload:
            return Margin(self.of_workload[workload], f"asked for {workload}")
        if self.plain is not None:
            return Margin(self.plain, "asked for")
        if floor is not None and floor.fraction > DEFAULT_MARGIN:
            return Margin(floor.fraction, f"the default, raised to {floor.origin}", raised=True)
        return Margin(DEFAULT_MARGIN, "the default")

    def refuse_unknown(self, workloads: Iterable[str]) -> None:
        """Raise UsageError for a margin of a workload that is not there."""
        known = list(dict.fromkeys(workloads))
        for name in self.of_workload:
            if name not in known:
                raise UsageError(
                    f"--margin {name}=...: no run here has such a workload{did_you_mean(name, known)}",
                    f"theirs are {', '.join(known) or 'none'}",
                )


def margins(texts: Iterable[str]) -> Margins:
    """Of texts like `5%`, `0.05` and `matmul=3%`; the last one of a kind holds. Raises UsageError."""
    plain: float | None = None
    own: dict[str, float] = {}
    for text in texts:
        name, equals, amount = text.rpartition("=")
        if equals:
            own[name.strip()] = fraction(amount)
        else:
            plain = fraction(amount)
    return Margins(plain, own)


def fraction(amount: str | float) -> float:
    """A margin from `5%`, `0.05` or 0.05; at least 0 and below 1. Raises UsageError."""
    text = str(amount).strip()
    number, percent, rest = text.partition("%")
    try:
        value = float(number) / (100 if percent else 1)
    except ValueError:
        value = math.nan
    if rest or not 0 <= value < 1:
        meant = f"; did you mean {number}%?" if not percent and 1 <= value < 100 else ""
        raise UsageError(f"a margin of '{text}'{meant}", "a margin is a fraction like 0.05, or a percentage like 5%")
    return value
