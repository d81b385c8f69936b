"""Does the wait wait? Asked of every cell's own work, in a way that does not trust the wait.

A wait that does not wait makes times far too small, and a second one, which is as blind, shows nothing. But a result
can't come to the host before it is there. So after the wait one element of it is brought, and once more when it has
come: what the first time took longer is what the device still owed. One element, since a large result takes its time
anyway, and a new one each time, since some frameworks keep what they brought once. One of every tensor, since a step
may return what was there before, too.
"""

from __future__ import annotations

import contextlib
import statistics
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import repeat
from typing import Any

from gpubench.worker.meter import NANO, Meter
from gpubench.worker.selftest.check import span

LONG_S = 0.005
"""So long a look tells work that is owed from what it takes to bring an element: some 10 µs, and a time slice at worst.

More calls than that takes are not made: a device takes only so many before it makes the host wait for the first.
"""
EARLY_SHARE = 0.25
EARLY, CLEAR, CLEAR_S = 5, 3, 0.05
"""So many looks that find a quarter of the work owed tell against a wait: the first one also bears what an element
costs once (JAX compiles for it), and on a busy machine another may be interrupted. So many that find less, or so many
seconds of them, clear it before: one of 5 ms may be clear because the host was interrupted while the device went on.
"""
MOST_BROUGHT = 8
"""So many tensors of a result are asked, the last ones, so that to bring their elements takes next to no time."""


@dataclass(frozen=True)
class Look:
    """Some calls from an empty queue. waited_s: seconds until the wait was over; owed_s: from then to the result."""

    calls: int
    waited_s: float
    owed_s: float

    @property
    def seconds(self) -> float:
        """Until all was done."""
        return self.waited_s + self.owed_s

    @property
    def early(self) -> bool:
        """Whether the wait returned long before the work was done."""
        return self.owed_s > EARLY_SHARE * self.seconds


def owed(meter: Meter, fetch: Callable[[Any], object], calls: int) -> str:
    """Why the wait is none, in words; empty where it waits, or where a call returns nothing that could be brought.

    calls: the most that are made at once. fetch: brings a tensor to the host (`Session.fetch`).
    """
    early: list[Look] = []
    clear: list[Look] = []
    asked = 1
    while len(early) < EARLY:
        look = _look(meter, fetch, asked)
        if look is None:
            return ""
        if look.seconds < LONG_S and asked < calls:
            asked = min(2 * asked, calls)
        elif look.early:
            early.append(look)
        else:
            clear.append(look)
            if len(clear) == CLEAR or sum(one.seconds for one in clear) >= CLEAR_S:
                return ""
    waited = statistics.median(look.waited_s for look in early)
    left = statistics.median(look.owed_s for look in early)
    times = f"{EARLY} times of {EARLY + len(clear)}"
    return f"the wait returned after {span(waited)}, and the result came {span(left)} later, {times}"


def _look(meter: Meter, fetch: Callable[[Any], object], calls: int) -> Look | None:
    """None where nothing that the last call returned can be brought to the host."""
    meter.reset()
    call, complete, clock = meter.call, meter.complete, meter.clock
    complete()
    start = clock()
    for _ in repeat(None, calls - 1):
        call()
    output = call()
    complete()
    waited = clock()
    if not _brought(fetch, output):
        return None
    came = clock()
    _brought(fetch, output)
    again = clock() - came
    return Look(calls, (waited - start) * NANO, max(came - waited - again, 0) * NANO)


def _brought(fetch: Callable[[Any], object], output: Any) -> bool:
    """Bring one element of each of the last tensors to the host. Whether there was a tensor that has elements."""
    brought = 0
    for tensor in reversed(list(_tensors(output))):
        # a plug-in's step may return what has a shape and is no tensor of its backend
        with contextlib.suppress(AttributeError, IndexError, TypeError, ValueError):
            fetch(tensor[(0,) * len(tensor.shape)])
            brought += 1
        if brought == MOST_BROUGHT:
            break
    return brought > 0


def _tensors(output: Any) -> Iterator[Any]:
    """Whatever has a shape and is not empty, anywhere in tuples, lists and mappings."""
    parts = output.values() if isinstance(output, Mapping) else output
    if isinstance(output, (Mapping, tuple, list)):
        for part in parts:
            yield from _tensors(part)
    elif 0 not in getattr(output, "shape", (0,)):
        yield output
