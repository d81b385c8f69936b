"""How many calls make a block: so many that what a block costs beyond its calls is at most 1 %."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from gpubench.worker.job import Limits
from gpubench.worker.meter import NANO, Meter
from gpubench.worker.sampling import FEW
from gpubench.worker.spread import standard_error_of_median
from gpubench.worker.warmup import MIN_BLOCK_S

LONG_BLOCK_S = 0.05
"""In a block this long the largest fixed cost seen on trial (180 µs) is 0.4 %: nothing is left to calibrate."""
SHARE = 0.01
PAIRS = 10


@dataclass(frozen=True)
class Calibration:
    """calls: in a block. fixed_cost_s: what a block costs beyond its calls; None where it was not resolved.

    slope: the step time that the last pairs of blocks say, free of any fixed cost; None where no pair was timed.
    """

    calls: int
    fixed_cost_s: float | None
    flags: tuple[str, ...] = ()
    slope: Slope | None = None


@dataclass(frozen=True)
class Slope:
    """(T(2N) − T(N)) / N, the median over pairs, and twice its standard error; seconds a call."""

    step_s: float
    error_s: float


def calibrate(meter: Meter, calls: int, cap_s: float) -> Calibration:
    """Double `calls` until the fixed cost F = 2·T(N) − T(2N) is at most 1 % of T(N), or T(N) is long.

    Flags: `fixed-cost-unresolved` where the noise of F is larger than 1 %, `calibration-capped` where it was not found
    in `cap_s` seconds, for others slow the blocks down: the block was made 50 ms long instead, by the fastest seen.
    """
    slope: Slope | None = None
    end = meter.clock() + cap_s / NANO  # what is restored between blocks counts too
    while True:
        # the fastest of several: a contended block must not pass for a long one
        shortest = min(meter.block(calls).seconds for _ in range(3))
        if shortest >= LONG_BLOCK_S:
            return Calibration(calls, None, slope=slope)
        if shortest < MIN_BLOCK_S and meter.clock() < end:
            calls *= 2
            continue
        pairs: list[tuple[float, float]] = []
        while len(pairs) < PAIRS and meter.clock() < end:
            pairs.append((meter.block(calls).seconds, meter.block(2 * calls).seconds))
        if len(pairs) < PAIRS:
            return Calibration(_long(calls, shortest), None, ("calibration-capped",), slope)
        slope = _slope(pairs, calls)
        costs = [2 * single - double for single, double in pairs]
        cost, error = statistics.median(costs), 2 * standard_error_of_median(costs)
        if cost + error <= SHARE * shortest:
            return Calibration(calls, cost, slope=slope)
        if cost - error <= SHARE * shortest:
            return Calibration(_long(calls, shortest), None, ("fixed-cost-unresolved",), slope)
        calls *= 2


def _long(calls: int, shortest_s: float) -> int:
    return math.ceil(calls * LONG_BLOCK_S / shortest_s)


def _slope(pairs: Sequence[tuple[float, float]], calls: int) -> Slope:
    steps = [(double - single) / calls for single, double in pairs]
    return Slope(statistics.median(steps), 2 * standard_error_of_median(steps))


def kept(calls: int, step_s: float, limits: Limits) -> Calibration:
    """The block of an earlier launch, for a call that takes `step_s` in this one.

    Flag `block-refitted`: it would be so long that the sampling time holds too few of them (100 ms are never too long),
    or shorter than 5 ms. It is made 50 or 10 ms long then.
    """
    fitted = calls
    if calls * step_s < MIN_BLOCK_S / 2:
        fitted = math.ceil(MIN_BLOCK_S / step_s)
    elif calls * step_s > max(2 * LONG_BLOCK_S, limits.max_time_s / FEW):
        fitted = math.ceil(LONG_BLOCK_S / step_s)
    return Calibration(fitted, None, () if fitted == calls else ("block-refitted",))
