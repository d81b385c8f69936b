"""Does the wait wait, does the device's own clock agree, do twice the calls take twice the time?"""

from __future__ import annotations

import functools
import statistics
from itertools import repeat

from gpubench.session import DeviceTimer
from gpubench.worker.audit import RESIDUAL_SHARE, RESIDUAL_WAITS
from gpubench.worker.meter import NANO
from gpubench.worker.selftest.check import Band, Check, Outcome, judged, not_applicable, settled, span
from gpubench.worker.selftest.crowd import uncrowded
from gpubench.worker.selftest.load import Load

RESIDUAL_WAIT, NEGATIVE_CONTROL = "residual-wait", "negative-control"
EVENTS, DOUBLED = "events-against-wall", "calls-doubled"
BLOCKS, PAIRS = 9, 7

FAR_LESS = 0.5
"""Of a block as long as these an asynchronous device takes a few percent of the time to be told."""
_SPAN = Band(good=(0.9, 1.02), bearable=(0.75, 1.05))
"""The device's span over the wall's, which holds the first launch and the wait too."""
_TWICE = Band(good=(1.8, 2.2), bearable=(1.5, 2.6))

_NOT_WAITED = "the wait returns before the device is done: no time on this device can be believed"
_NOT_TOLD_APART = (
    "a timer that does not wait reads about the same, so this does not prove that the wait is one; that is no fault "
    "where calls wait for their own work, but then dispatch times are none"
)
_OTHER_CLOCK = (
    "the device's clock and the host's disagree over the same block: device times can't be believed, and step times "
    "only if every other check of time passes"
)
_NOT_TWICE = (
    "calls are skipped, folded or cached, or something else holds the device: end what else runs, and try again"
)


def waits(load: Load) -> tuple[Check, Check]:
    """`residual-wait` and `negative-control`, of the same blocks."""
    measure = functools.partial(settled, functools.partial(_residual, load))
    found = uncrowded(load.counters, measure, certain=_most_is_left)
    return found, _control(load, found)


def _most_is_left(residual: Check) -> bool:
    """No load of others makes the wait miss half of the work."""
    return residual.figures["waited"] < FAR_LESS * (residual.figures["waited"] + residual.figures["left"])


def _residual(load: Load) -> Check:
    """Nothing is left to do after the wait, whether one asks the session once more or brings a result to the host."""
    idle_wait, idle = load.idle()
    blocks = load.repeated(lambda: load.block(load.calls), BLOCKS)
    issued = statistics.median(block.issued_s for block in blocks)
    waited = statistics.median(block.waited_s for block in blocks)
    again = statistics.median(block.again_s for block in blocks) - idle_wait
    probed = statistics.median(block.probe_s for block in blocks) - idle
    left, most = max(again, probed, 0.0), max(RESIDUAL_SHARE * waited, RESIDUAL_WAITS * idle)
    return judged(
        RESIDUAL_WAIT, Outcome.PASS if left <= most else Outcome.FAIL,
        f"{span(left)} left after a wait of {span(waited)}", f"at most {span(most)}", _NOT_WAITED,
        {
            "issued": issued, "waited": waited, "left": left, "idle probe": idle, "idle wait": idle_wait,
            "calls": load.calls,
        },
    )  # fmt: skip


def _control(load: Load, residual: Check) -> Check:
    """The same blocks, read before the wait: on an asynchronous device that must be far less than what they take."""
    if not load.session.asynchronous:
        return not_applicable(NEGATIVE_CONTROL, "calls return when their work is done: no wait can be missed")
    issued, waited = residual.figures["issued"], residual.figures["waited"]
    if _most_is_left(residual):
        outcome, meaning = Outcome.FAIL, _NOT_WAITED
    else:
        outcome, meaning = (Outcome.PASS if issued <= FAR_LESS * waited else Outcome.WARN), _NOT_TOLD_APART
    return judged(
        NEGATIVE_CONTROL, outcome, f"{span(issued)} without the wait, {span(waited)} with it: {issued / waited:.0%}",
        f"at most {FAR_LESS:.0%}", meaning, {"issued": issued, "waited": waited},
    )  # fmt: skip


def events(load: Load) -> Check:
    """The span of a block by the device's own clock against the wall's."""
    if not load.session.asynchronous or not isinstance(load.session, DeviceTimer):
        return not_applicable(EVENTS, "this backend reads no clock of this device")
    return settled(functools.partial(_events, load, load.session))


def _events(load: Load, timer: DeviceTimer) -> Check:
    def block() -> tuple[float, float]:
        load.probe()
        begun = load.clock()
        start = timer.mark()
        for _ in repeat(None, load.calls):
            load.call()
        stop = timer.mark()
        load.session.complete()
        wall = (load.clock() - begun) * NANO
        return timer.between(start, stop), wall

    blocks = load.repeated(block, BLOCKS)
    device, wall = (statistics.median(times) for times in zip(*blocks, strict=True))
    share = statistics.median(one / wall for one, wall in blocks)
    return judged(
        EVENTS, _SPAN.judge(share), f"{span(device)} by the device, {span(wall)} by the host: {share:.1%}",
        "90 % to 102 %", _OTHER_CLOCK, {"device": device, "wall": wall, "share": share, "calls": load.calls},
    )  # fmt: skip


def doubled(load: Load) -> Check:
    """The time of 2N calls over that of N. A device of its own computes alike however busy the host is."""
    measure = functools.partial(settled, functools.partial(_doubled, load))
    return uncrowded(load.counters, measure, certain=lambda _: load.session.asynchronous)


def _doubled(load: Load) -> Check:
    """By the fastest block of each: what else runs can only make one slower."""

    def pair() -> tuple[float, float]:
        return load.block(load.calls).waited_s, load.block(2 * load.calls).waited_s

    pairs = load.repeated(pair, PAIRS)
    once, twice = (min(times) for times in zip(*pairs, strict=True))
    ratio = twice / once
    return judged(
        DOUBLED, _TWICE.judge(ratio),
        f"{span(once)} for {load.calls} calls, {span(twice)} for {2 * load.calls}: {ratio:.2f} times",
        "1.8 to 2.2 times", _NOT_TWICE, {"once": once, "twice": twice, "ratio": ratio, "calls": load.calls},
    )  # fmt: skip
