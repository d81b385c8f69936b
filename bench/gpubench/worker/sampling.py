"""The samples: blocks until the launch's median is known well enough, and single calls."""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable
from dataclasses import dataclass

from gpubench.worker.job import Limits
from gpubench.worker.meter import Block, Meter, Single
from gpubench.worker.spread import median_interval

MIN_BLOCKS = 30
FEWEST = 3
"""However slow the call: a median of fewer says nothing."""
FEW = 6
"""Of fewer samples not even the smallest and the largest hold the median between them with 95 %: of five with 93.75."""
MAX_SINGLES = 100
SINGLES_SHARE = 0.25


@dataclass(frozen=True)
class Samples:
    """blocks in the order they ran; stopped: `interval` or `time`, whichever ended it."""

    blocks: tuple[Block, ...]
    stopped: str

    @property
    def flags(self) -> tuple[str, ...]:
        """`few-samples` where time was up after five blocks or fewer."""
        return ("few-samples",) if len(self.blocks) < FEW else ()


def sample(meter: Meter, calls: int, limits: Limits, after_block: Callable[[], None] = lambda: None) -> Samples:
    """Blocks of `calls` calls: at least 30 and until the median's interval is within the target, or time is up.

    after_block: called after each, outside the clock.
    """
    blocks: list[Block] = []
    ordered: list[float] = []
    spent = 0.0
    while True:
        block = meter.block(calls)
        after_block()
        blocks.append(block)
        insort(ordered, block.seconds)
        spent += block.seconds
        if len(blocks) >= MIN_BLOCKS:
            low, high = median_interval(ordered)
            if (high - low) / 2 <= limits.target * ordered[len(ordered) // 2]:
                return Samples(tuple(blocks), "interval")
        if spent >= limits.max_time_s and len(blocks) >= FEWEST:
            return Samples(tuple(blocks), "time")


def singles(meter: Meter, limits: Limits) -> tuple[Single, ...]:
    """At most 100 single calls, within a quarter of the sampling time."""
    meter.reset()
    found: list[Single] = []
    spent = 0.0
    while len(found) < MAX_SINGLES and (spent < SINGLES_SHARE * limits.max_time_s or len(found) < FEWEST):
        found.append(meter.single())
        spent += found[-1].latency_s
    return tuple(found)
