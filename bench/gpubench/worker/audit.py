"""What betrays a measurement that went wrong, though its answer was right: each is named, none is mended."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Protocol

import numpy as np

from gpubench.worker.calibration import Slope
from gpubench.worker.meter import Meter
from gpubench.worker.spread import standard_error_of_median

MATTERS = 0.05
"""A change of the time by less than this share is not worth a flag, however certain it is."""
IMPOSSIBLE = 0.75
GROUP_SHARE, GROUP_DISTANCE = 0.2, 5.0
RESIDUAL_SHARE, RESIDUAL_WAITS = 0.02, 3


class Counted(Protocol):
    """A block of any kind."""

    @property
    def calls(self) -> int: ...


def _plain(meter: Meter, calls: int) -> Counted:
    return meter.block(calls)


def miscounted(meter: Meter, calls: int, block: Callable[[Meter, int], Counted] = _plain) -> str:
    """Why a block's time would be divided by a wrong number of calls, in words; empty where it would not.

    calls: how many a block is to have, 0 where nobody knows yet; two are counted at most, since a call may be slow.
    block: makes one.
    """
    made = 0

    def counted() -> Any:
        nonlocal made
        made += 1
        return meter.call()

    asked = min(calls, 2) or 1
    said = block(replace(meter, call=counted), asked).calls
    if made == said == asked:
        return ""
    return f"a block that was to make {asked} made {made} and says {said}: its time would be divided by the wrong count"


class Waited(Protocol):
    """A block of any kind: `seconds` by our clock, and a second wait right after it."""

    @property
    def seconds(self) -> float: ...

    @property
    def residual_s(self) -> float: ...


def unfinished(blocks: Sequence[Waited], idle_s: float) -> str:
    """Why the clock stopped before the work was done, in words; empty where it did not.

    In at least half of the blocks a second wait, less the idle one, is over 2 % of a block *and* over three idle
    waits: one preempted wait does not count.
    """
    left = sorted(block.residual_s - idle_s for block in blocks)[len(blocks) // 2]
    window = sorted(block.seconds for block in blocks)[len(blocks) // 2]
    if left <= RESIDUAL_SHARE * window or left <= RESIDUAL_WAITS * idle_s:
        return ""
    return f"work went on after the clock stopped: {left:.3g} s of it"


def retraced(traces: Callable[[], int | None], before: int | None) -> str:
    """Why the time holds tracing or compilation, in words; before: the count when warm-up began."""
    more = (traces() or 0) - (before or 0)
    return f"the step was traced or compiled again {more} times while it was measured" if more > 0 else ""


def drifted(times: Sequence[float]) -> bool:
    """Whether the first quarter of the samples is another size than the rest: a warm-up that leaked in, say.

    Their medians differ by more than 5 %, and by more than five standard errors of the difference: of 30 steady samples
    in less than one case of a hundred, since seven tell little of their own scatter.
    """
    first, rest = times[: len(times) // 4], times[len(times) // 4 :]
    if len(first) < 3:
        return False
    difference = abs(statistics.median(first) - statistics.median(rest))
    error = math.hypot(standard_error_of_median(first), standard_error_of_median(rest))
    return difference > max(MATTERS * statistics.median(rest), 5 * error)


def bimodal(times: Sequence[float]) -> bool:
    """Whether the samples fall into two groups, as where a process runs now at one speed and now at another.

    Their logarithms are cut where the variance between the parts is largest (Otsu, IEEE Trans. SMC 9, 1979). The
    parts are groups where each holds a fifth of the samples at least, their means lie 5 % apart, and Ashman's
    D = √2·|μ₁ − μ₂| / √(σ₁² + σ₂²) (Ashman, Bird, Zepf, AJ 108, 1994) is over 5. Two parts of one normal
    distribution have 2.7, and among 30 samples over 5 in less than one case of a thousand.
    """
    logs = np.sort(np.log(np.maximum(times, 1e-12)))
    count, least = len(logs), max(3, math.ceil(GROUP_SHARE * len(logs)))
    if count < 2 * least:
        return False
    sizes = np.arange(least, count - least + 1)
    sums = np.cumsum(logs)
    low, high = sums[sizes - 1] / sizes, (sums[-1] - sums[sizes - 1]) / (count - sizes)
    cut = int(sizes[np.argmax(sizes * (count - sizes) * (high - low) ** 2)])
    one, other = logs[:cut], logs[cut:]
    distance = float(other.mean() - one.mean())
    scatter = math.sqrt(float(one.var(ddof=1) + other.var(ddof=1)))
    return distance > MATTERS and math.sqrt(2) * distance > GROUP_DISTANCE * scatter


def slope_differs(times: Sequence[float], slope: Slope | None) -> bool:
    """Whether a call in a block takes another time (`times`, one a block) than one call more adds to a block.

    Over 5 % more, and more than the scatter of both allows: blocks hold something that is not the calls. Under 75 %:
    no block can be so fast, its time is divided by the wrong count.
    """
    if slope is None:
        return False
    step, error = statistics.median(times), slope.error_s + 2 * standard_error_of_median(times)
    more = step - slope.step_s
    return more > max(MATTERS * slope.step_s, error) or more < min((IMPOSSIBLE - 1) * slope.step_s, -error)


def device_differs(device: Sequence[float], times: Sequence[float]) -> bool:
    """Whether the device's own clock (`device`, a call in each block) tells another time than ours (`times`, likewise).

    By more than 5 %, and by more than five standard errors of the difference, as where samples drift.
    """
    if not device:
        return False
    step = statistics.median(times)
    error = math.hypot(standard_error_of_median(device), standard_error_of_median(times))
    return abs(statistics.median(device) - step) > max(MATTERS * step, 5 * error)
