"""How many calls make a block: so many that what a block costs beyond its calls is at most 1 %."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass

from gpubench.worker.meter import Meter
from gpubench.worker.spread import standard_error_of_median
from gpubench.worker.warmup import MIN_BLOCK_S

LONG_BLOCK_S = 0.05
"""In a block this long the largest fixed cost seen on trial (180 µs) is 0.4 %: nothing is left to calibrate."""
SHARE = 0.01
PAIRS = 10


@dataclass(frozen=True)
class Calibration:
    """calls: in a block. fixed_cost_s: what a block costs beyond its calls; None where it was not resolved."""

    calls: int
    fixed_cost_s: float | None
    flags: tuple[str, ...] = ()


def calibrate(meter: Meter, calls: int) -> Calibration:
    """Double `calls` until the fixed cost F = 2·T(N) − T(2N) is at most 1 % of T(N), or T(N) is long.

    Flag `fixed-cost-unresolved`: the noise of F is larger than 1 %, so the block was made 50 ms long instead.
    """
    while True:
        # the fastest of several: a contended block must not pass for a long one
        shortest = min(meter.block(calls).seconds for _ in range(3))
        if shortest >= LONG_BLOCK_S:
            return Calibration(calls, None)
        if shortest < MIN_BLOCK_S:
            calls *= 2
            continue
        costs = [2 * meter.block(calls).seconds - meter.block(2 * calls).seconds for _ in range(PAIRS)]
        cost, error = statistics.median(costs), 2 * standard_error_of_median(costs)
        if cost + error <= SHARE * shortest:
            return Calibration(calls, cost)
        if cost - error <= SHARE * shortest:
            return Calibration(math.ceil(calls * LONG_BLOCK_S / shortest), None, ("fixed-cost-unresolved",))
        calls *= 2
