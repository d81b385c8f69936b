"""Calls until the step time no longer moves: caches, clocks, autotuners and allocators settle outside the samples."""

from __future__ import annotations

from dataclasses import dataclass

from gpubench.worker.meter import Meter
from gpubench.worker.spread import steady

MIN_BLOCK_S = 0.01
"""A block shorter than this says more of the clock than of the call."""
MIN_WARM_UP_S = 0.5
WINDOW = 5


@dataclass(frozen=True)
class WarmUp:
    """seconds spent; calls in a block of at least 10 ms; step_s: of the fastest of the last five blocks, a call.

    flags: empty, or why it ended unsteady.
    """

    seconds: float
    calls: int
    step_s: float
    flags: tuple[str, ...]


def warm_up(meter: Meter, cap_s: float) -> WarmUp:
    """Warm up for at least 0.5 s and ten blocks, until steady or for `cap_s` seconds.

    Flags: `no-steady-state` where the time still moved at the cap, `short-warm-up` where the calls are too
    slow for the cap to tell.
    """
    spent, calls = 0.0, 1
    times: list[float] = []
    while True:
        block = meter.block(calls)
        spent += block.seconds
        if block.seconds < MIN_BLOCK_S and spent < cap_s:
            calls *= 2
            continue
        times.append(block.per_call_s)
        if spent >= MIN_WARM_UP_S and steady(times, WINDOW):
            return WarmUp(spent, calls, min(times[-WINDOW:]), ())
        if spent >= cap_s:
            why = "no-steady-state" if len(times) >= 2 * WINDOW else "short-warm-up"
            return WarmUp(spent, calls, min(times[-WINDOW:]), (why,))
