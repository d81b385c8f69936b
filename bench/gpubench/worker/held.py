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

BRIEF_S = 1e-3
"""A call shorter than this shows what its process forgot while it waited to be asked: a product of 64² took 6 to 10 µs
where it takes 5 back to back, and an empty operation 4 to 6 in place of 1. One of 256² showed nothing."""
LEAD_S = 1e-4
"""So untimed calls go before each of those: after as many as fit here they take 1.1 and 5 µs."""
RESTORED_AFTER = 100
"""Calls, after which what they change is put back; `gpubench run` makes no more single calls than that."""
LOOKED_AT = 11
"""Blocks in which it is looked for work that goes on after the wait."""


@dataclass
class Call:
    """A call that may be timed. traces: how often it was traced or compiled, and how often it had been before."""

    meter: Meter
    brief: bool
    traces: Callable[[], int | None]
    traced: int | None
    made: int = 0

    def round(self) -> float:
        """Seconds of one call from an empty queue until its work is done."""
        if self.made % RESTORED_AFTER == 0:
            self.meter.reset()
        self.made += 1
        end = self.meter.clock() + (LEAD_S / NANO if self.brief else 0)
        while self.meter.clock() < end:
            self.meter.single()
        return self.meter.single().latency_s


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
        if not doubt:
            self.call = Call(meter, warm.step_s < BRIEF_S, session.traces, traced)
        flags = [*verified.flags, *warm.flags]
        return verified.answer | {"status": "unverified" if doubt else "ok", "reason": doubt, "flags": flags}

    def round(self) -> dict[str, Any]:
        """Seconds of one call more of the cell that is held, or why its times are not to be believed."""
        if self.call is None:
            return {"status": "failed", "reason": "no cell is held"}
        seconds = self.call.round()
        doubt = audit.retraced(self.call.traces, self.call.traced)
        return {"status": "unverified" if doubt else "ok", "reason": doubt, "seconds": seconds}
