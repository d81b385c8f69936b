"""Calls that keep the device busy for a known time, and a probe of their end that does not trust the session's wait."""

from __future__ import annotations

import contextlib
import math
import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import repeat
from typing import Any, TypeVar

from gpubench.session import Session
from gpubench.worker.meter import NANO, Clock
from gpubench.worker.noise import Counters
from gpubench.worker.prepared import Prepared, prepare
from gpubench.worker.selftest.subject import SEED, Subject, by_work
from gpubench.workload import Workload

T = TypeVar("T")

LONG_CALL_S, BLOCK_S = 0.002, 0.05
"""A call that takes the device so long hides what it costs to issue it; so long a block hides what a wait costs."""
MOST_CALLS = 256
"""Fewer than a launch queue takes (1,024 on CUDA): a full one makes the host wait before it is asked to."""
MOST_FLOPS = 2.0**38
"""No larger product is tried: its data would take longer to make than it takes a device to compute."""
IDLE_PROBES, FASTEST_OF, SHORT_BLOCK = 21, 10, 8
FEWEST, LONGEST_S = 3, 4.0
"""On a machine that is so busy that blocks take seconds, so few tell enough; so long is measured again at most."""


@dataclass(frozen=True)
class Block:
    """Seconds from the start of a block of calls until each of them was issued, and until the wait for them was over.

    again_s: of one more wait after that. probe_s: of a small result, asked for after that, to come to the host.
    """

    issued_s: float
    waited_s: float
    again_s: float
    probe_s: float


@dataclass(frozen=True)
class Load:
    """call: a product in float32. calls: so many that a block takes about 50 ms; flops: of one of them; size: its axis.

    counters: tell what else goes on.
    probe: computes a small product and brings it to the host, which no device does before what was issued earlier.
    """

    call: Callable[[], Any]
    probe: Callable[[], object]
    session: Session[Any]
    clock: Clock
    counters: Callable[[], Counters]
    calls: int
    flops: float
    size: object

    def block(self, calls: int) -> Block:
        """From an empty queue."""
        call, complete, clock = self.call, self.session.complete, self.clock
        self.probe()
        start = clock()
        for _ in repeat(None, calls):
            call()
        issued = clock()
        complete()
        waited = clock()
        complete()
        again = clock()
        self.probe()
        seen = clock()
        stamps = (issued - start, waited - start, again - waited, seen - again)
        return Block(*(stamp * NANO for stamp in stamps))

    def repeated(self, measure: Callable[[], T], times: int) -> list[T]:
        """So many measurements, or as many as four seconds hold, and three at least."""
        found: list[T] = []
        start = self.clock()
        while len(found) < times and (len(found) < FEWEST or (self.clock() - start) * NANO < LONGEST_S):
            found.append(measure())
        return found

    def idle(self) -> tuple[float, float]:
        """Seconds of a wait and of a probe with nothing to wait for; medians."""
        blocks = self.repeated(lambda: self.block(0), IDLE_PROBES)
        return statistics.median(one.again_s for one in blocks), statistics.median(one.probe_s for one in blocks)

    def seconds(self) -> float:
        """Of a call, in the fastest of ten short blocks after one that traces, compiles and tunes.

        Until the probe has come, lest a wait that is none makes it look short; and several calls, since on a busy
        machine it takes milliseconds to wake the threads that share the first one's work.
        """

        def one() -> float:
            block = self.block(SHORT_BLOCK)
            return (block.waited_s + block.again_s + block.probe_s) / SHORT_BLOCK

        one()
        return max(min(self.repeated(one, FASTEST_OF)), NANO)


@contextlib.contextmanager
def loaded(subject: Subject, product: Workload[Any]) -> Iterator[Load]:
    """A load in the scope of its session: the smallest size of the product that takes the device long enough.

    Raises what the framework or the workload raises.
    """
    session = subject.runtime.open(subject.device, "float32", subject.mode)
    small, *larger = by_work(product)
    sizes = (small, *(params for params in larger if params.work(session.width).flops <= MOST_FLOPS))

    def made(params: Any) -> Prepared:
        return prepare(product, subject.backend, params, session, SEED)

    with session.scope():
        prepared = made(small)
        first, observe = prepared.resident(), prepared.step.observe
        load = Load(first, lambda: observe(first()), session, subject.clock, subject.counters, 1, 0.0, None)
        for params in sizes:
            flops, size = float(params.work(session.width).flops), product.identity(params)[product.axis]
            load = replace(load, call=made(params).resident(), flops=flops, size=size)
            seconds = load.seconds()
            load = replace(load, calls=min(max(math.ceil(BLOCK_S / seconds), 2), MOST_CALLS))
            if seconds >= LONG_CALL_S:
                break
        yield load
