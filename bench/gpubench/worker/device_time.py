"""The device's own time for a call: the span between two marks in its queue, held against our clock around them.

The span begins when the device reaches the first mark, with nothing before it, and ends when the last call's work is
done. So it holds the pauses in which the device waits for Python, and not what a block costs beyond its calls.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any

from gpubench.session import DeviceTimer
from gpubench.worker import audit
from gpubench.worker.job import Limits
from gpubench.worker.meter import NANO, Meter

MOST, FEWEST = 10, 3
SHARE_OF_TIME = 0.25
LONGER, RESOLUTION_S = 0.01, 5e-6
"""A span is inside the block, so it is no longer: but for two clocks' rates, and an event's resolution of 0.5 µs."""
SHORTER, FIXED_S = 0.1, 2e-4
"""What a block costs beyond its calls is a percent of it, and at most 180 µs was seen: what lacks more missed work."""


@dataclass(frozen=True)
class Span:
    """device_s: on the device, for `calls` calls. seconds: by our clock, from before the first mark to after the wait.

    residual_s: a second wait, after that.
    """

    calls: int
    device_s: float
    seconds: float
    residual_s: float


@dataclass(frozen=True)
class DeviceTime:
    """spans in the order they ran. doubt: why the device's clock is not believed, in words; empty where it is."""

    spans: tuple[Span, ...] = ()
    doubt: str = ""

    @property
    def quantities(self) -> dict[str, Any]:
        """As a record holds it; empty where nothing was measured."""
        if not self.spans:
            return {}
        return {"device": {"calls": self.spans[0].calls, "seconds": [span.device_s for span in self.spans]}}

    @property
    def step_times(self) -> list[float]:
        """Seconds a call, as the reader of the record has them."""
        return [seconds / told["calls"] for told in self.quantities.values() for seconds in told["seconds"]]


def device_time(meter: Meter, timer: DeviceTimer, calls: int, idle_s: float, limits: Limits) -> DeviceTime:
    """At most 10 blocks of `calls` calls, within a quarter of the sampling time. idle_s: a wait for nothing."""
    spans: list[Span] = []
    spent = 0.0
    try:
        if miscount := audit.miscounted(meter, calls, lambda counted, asked: measured(counted, timer, asked)):
            return DeviceTime(doubt=miscount)
        while len(spans) < MOST and (spent < SHARE_OF_TIME * limits.max_time_s or len(spans) < FEWEST):
            spans.append(measured(meter, timer, calls))
            spent += spans[-1].seconds
    except ReadEarly as error:
        return DeviceTime(doubt=f"the device's clock was read before the device had passed both marks: {error}")
    return DeviceTime(tuple(spans), audit.unfinished(spans, idle_s) or _disbelieved(spans))


class ReadEarly(Exception):
    """The time between two marks was asked for, and the device had not passed both."""


def measured(meter: Meter, timer: DeviceTimer, calls: int) -> Span:
    """Calls issued back to back between two marks, from an empty queue. Raises ReadEarly."""
    meter.reset()
    call, complete, clock = meter.call, meter.complete, meter.clock
    complete()
    start = clock()
    first = timer.mark()
    for _ in repeat(None, calls):
        call()
    last = timer.mark()
    complete()
    stop = clock()
    try:
        device_s = timer.between(first, last)
    except RuntimeError as error:
        raise ReadEarly(" ".join(str(error).split())) from error
    again = clock()
    complete()
    return Span(calls, device_s, (stop - start) * NANO, (clock() - again) * NANO)


def _disbelieved(spans: Sequence[Span]) -> str:
    """Too long once is impossible; too short may be a wait that was preempted, so the typical block decides."""
    by_ratio = sorted(spans, key=lambda span: span.device_s / span.seconds)
    longest, typical = by_ratio[-1], by_ratio[len(spans) // 2]
    if longest.device_s > (1 + LONGER) * longest.seconds + RESOLUTION_S:
        return _words(longest, "which can't be: the one is within the other")
    if statistics.median(span.seconds - span.device_s for span in spans) > max(SHORTER * typical.seconds, FIXED_S):
        return _words(typical, "so its marks did not hold the work")
    return ""


def _words(span: Span, verdict: str) -> str:
    both = f"{span.device_s:.3g} s for a block that took {span.seconds:.3g} s by ours"
    return f"the device's clock says {both}, {verdict}"
