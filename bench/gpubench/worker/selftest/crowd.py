"""Whether others held the processors while a check was made: then a figure that is off proves nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from gpubench.worker.noise import FOREIGN, Counters, load_of_others
from gpubench.worker.selftest.check import Check, Outcome


def uncrowded(
    counters: Callable[[], Counters], measure: Callable[[], Check], certain: Callable[[Check], bool]
) -> Check:
    """What `measure` finds; a failure that is not certain is a warning where the machine was busy meanwhile."""
    before = counters()
    check = measure()
    others = held(before, counters())
    if check.outcome is not Outcome.FAIL or others <= FOREIGN or certain(check):
        return check
    meaning = f"others held {others:.1f} processors meanwhile, so this tells nothing: end what else runs, and try again"
    return replace(check, outcome=Outcome.WARN, meaning=meaning)


def held(before: Counters, after: Counters) -> float:
    """Processors that this process could not have: other programs', stolen by a hypervisor, kept back by a quota."""
    wall = max(after.wall - before.wall, 1e-9)
    kept = (after.stolen - before.stolen) + (after.throttled - before.throttled)
    return load_of_others(before, after) + kept / wall
