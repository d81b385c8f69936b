"""The timed loop, and nothing else that could slow it: blocks of calls, single calls, waits."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import repeat
from typing import Any

Clock = Callable[[], int]
"""Nanoseconds of a monotonic clock."""

NANO = 1e-9


@dataclass(frozen=True)
class Block:
    """`seconds` for `calls` calls and one wait; `residual_s`: a second wait, right after the clock stopped."""

    calls: int
    seconds: float
    residual_s: float

    @property
    def per_call_s(self) -> float:
        """Step time that this block says."""
        return self.seconds / self.calls


@dataclass(frozen=True)
class Single:
    """One call: until it returned, and until its work was done; seconds."""

    dispatch_s: float
    latency_s: float


@dataclass(frozen=True)
class Meter:
    """Times a call on a device.

    call: the work. complete: returns when all work issued is done. reset: puts back what `call` changes.
    """

    call: Callable[[], Any]
    complete: Callable[[], None]
    reset: Callable[[], None]
    clock: Clock = time.perf_counter_ns

    def block(self, calls: int) -> Block:
        """Calls issued back to back from an empty queue, results discarded, one wait at the end."""
        self.reset()
        call, complete, clock = self.call, self.complete, self.clock
        complete()
        start = clock()
        for _ in repeat(None, calls):
            call()
        complete()
        stop = clock()
        complete()
        return Block(calls, (stop - start) * NANO, (clock() - stop) * NANO)

    def single(self) -> Single:
        """One call from an empty queue."""
        call, complete, clock = self.call, self.complete, self.clock
        complete()
        start = clock()
        call()
        returned = clock()
        complete()
        done = clock()
        return Single((returned - start) * NANO, (done - start) * NANO)

    def idle_wait(self) -> float:
        """Seconds that a wait takes with nothing to wait for: the median of 51."""
        complete, clock = self.complete, self.clock
        complete()
        waits = []
        for _ in repeat(None, 51):
            start = clock()
            complete()
            waits.append(clock() - start)
        return sorted(waits)[25] * NANO
