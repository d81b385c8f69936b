"""How much of the noise between a cell and itself is that of another cell."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping
from dataclasses import dataclass

STEADIER = 3.0
"""How much less a few launches may scatter by chance than those of another cell which is no steadier."""


@dataclass(frozen=True)
class Noise:
    """Of a cell that was measured twice. floor: relative, 0.05 for 5 %. scatter: of its launches (`scatter`)."""

    floor: float
    scatter: float

    def of(self, other: float) -> float:
        """The floor of what scatters by `other`: as much less as that is less, beyond chance.

        One noisy cell says little of one whose launches agree: on a GPU the step that waits for Python scatters, and
        the product that keeps the GPU busy does not.
        """
        share = min(1.0, STEADIER * other / self.scatter) if self.scatter > 0 else 1.0
        return math.expm1(math.log1p(self.floor) * share)


def scatter(medians: Mapping[int, float]) -> float:
    """Of a cell's launch medians: the standard deviation of their logarithms; infinite for a single one."""
    logs = [math.log(median) for median in medians.values()]
    return statistics.stdev(logs) if len(logs) > 1 else math.inf
