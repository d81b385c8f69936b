"""A cell that stays built and checked in its worker, so that a clock of another program may ask for call after call."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from gpubench.worker import audit
from gpubench.worker.job import Job
from gpubench.worker.measure import Measurement, Stages
from gpubench.worker.meter import NANO, Meter
from gpubench.worker.warmup import warm_up
from gpubench.workload import Workload

BURST, BURST_S = 100, 0.1
"""Calls in a burst, and seconds after which it ends; what calls change is put back before it.

Asked for one by one, calls of a process that sleeps in between were measured to take 262 µs in place of 139
(TensorFlow's smallest operation, on a busy machine), and 4 to 6 in place of 1 (PyTorch's).
"""
LOOKED_AT = 11
"""Blocks in which it is looked for work that goes on after the wait."""


@dataclass(frozen=True)
class Call:
    """A call that may be timed. traces: how often it was traced or compiled; traced: how often it had been before."""

    meter: Meter
    traces: Callable[[], int | None]
    traced: int | None

    def burst(self) -> list[float]:
        """Seconds of each of some calls in a row, each from an empty queue until its work is done.

        Without the first, where there are more: a process that was just woken up made it.
        """
        self.meter.reset()
        found: list[float] = []
        end = self.meter.clock() + BURST_S / NANO
        while not found or (len(found) < BURST and self.meter.clock() < end):
            found.append(self.meter.single().latency_s)
        return found[1:] or found


@dataclass
class Holding:
    """Holds one cell at a time, and keeps its session's scope entered."""

    scope: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)
    call: Call | None = None

    def hold(self, measurement: Measurement, job: Job, workload: Workload[Any]) -> dict[str, Any]:
        """Build, check and warm up a cell in place of the one before; the fields of a launch record, without times.

        `unverified` where work goes on after the wait.
        """
        self.call = None
        self.scope.close()
        stages = Stages(measurement.clock)
        session = measurement.runtime.open(measurement.device, job.precision, job.mode)
        self.scope.enter_context(session.scope())
        verified = measurement.verified(workload, session, job, stages)
        if verified.call is None:
            return verified.answer
        meter = measurement.meter(session, verified.state, verified.call)
        traced, idle = session.traces(), meter.idle_wait()
        with stages.stage("warm-up"):
            warm = warm_up(meter, job.limits.settling_s)
        doubt = audit.unfinished([meter.block(warm.calls) for _ in range(LOOKED_AT)], idle)
        doubt = measurement.owed(meter, session, warm.calls) or doubt
        if not doubt:
            self.call = Call(meter, session.traces, traced)
        flags = [*verified.flags, *warm.flags]
        return verified.answer | {"status": "unverified" if doubt else "ok", "reason": doubt, "flags": flags}

    def burst(self) -> dict[str, Any]:
        """Seconds of some calls more of the cell that is held, or why its times are not to be believed."""
        if self.call is None:
            return {"status": "failed", "reason": "no cell is held"}
        seconds = self.call.burst()
        doubt = audit.retraced(self.call.traces, self.call.traced)
        return {"status": "unverified" if doubt else "ok", "reason": doubt, "seconds": seconds}
