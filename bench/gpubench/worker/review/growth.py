"""Does a step keep something at every call? Then a run of thousands of calls gets slower, or out of memory."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from gpubench.backend import MemoryCounter
from gpubench.worker.resident import Resident

CALLS, WINDOWS, MOST_WINDOWS = 100, 3, 12
_LONGEST_S, _FEWEST = 1.0, 10
_RESIDENT_BYTES = 2**20
"""Less than this comes and goes with the pages of the allocator."""
_STEADY = 1.25


@dataclass(frozen=True)
class Reading:
    """What is held: memory blocks of Python's own allocator; bytes of the framework's counter and of the process."""

    blocks: int
    counted: int | None
    resident: int


@dataclass(frozen=True)
class Holdings:
    """Reads what this process holds. counter: the framework's own, None where it has none."""

    counter: MemoryCounter | None
    resident: Resident

    def read(self) -> Reading:
        """What is held now, once what can be collected is gone."""
        gc.collect()
        counted = None
        if self.counter is not None:
            self.counter.reset_peak()
            counted = self.counter.peak_bytes()
        try:
            resident = self.resident.now()
        except (OSError, ValueError):  # no Linux: one reading less
            resident = 0
        return Reading(sys.getallocatedblocks(), counted, resident)


@dataclass(frozen=True)
class Growth:
    """What calls leave behind, in words. certain: counted exactly; else likely, from the size of the process."""

    says: str
    certain: bool


def growth(
    call: Callable[[], Any],
    complete: Callable[[], None],
    read: Callable[[], Reading],
    clock: Callable[[], float] = time.monotonic,
) -> Growth | None:
    """What each call leaves behind; None for nothing.

    Calls are made in windows of 100, or of as many as a second allows. What is kept grows in three windows one after
    the other, and alike; what a framework settles in its first thousand calls grows less and less, and is waited for.
    """
    calls = _window(call, complete, CALLS, clock)
    _, before, first = read(), read(), read()  # what the very first one frees is nothing that calls left
    own = max(0, first.blocks - before.blocks)  # a reading is kept as well
    readings = [first]
    for _ in range(MOST_WINDOWS):
        _window(call, complete, calls, clock)
        readings.append(read())
        if len(readings) > WINDOWS:
            found = _judged(readings[-WINDOWS - 1 :], calls, own)
            if found is None or found.certain:
                return found
    return _judged(readings[-WINDOWS - 1 :], calls, own)


def _window(call: Callable[[], Any], complete: Callable[[], None], most: int, clock: Callable[[], float]) -> int:
    """Make calls; returns how many."""
    start, made = clock(), 0
    while made < most and (made < _FEWEST or clock() - start < _LONGEST_S):
        call()
        made += 1
    complete()
    return made


def _judged(readings: Sequence[Reading], calls: int, own: int) -> Growth | None:
    blocks = [step - own for step in _steps([reading.blocks for reading in readings])]
    if min(blocks) >= 0.9 * calls:
        each = max(1, round(min(blocks) / calls))
        return Growth(f"each call leaves {each} or more Python objects behind", max(blocks) <= _STEADY * min(blocks))
    counted = _steps([reading.counted for reading in readings if reading.counted is not None])
    if len(counted) == WINDOWS and min(counted) > 0:
        says = f"{calls} calls leave {min(counted)} bytes of the framework's memory behind"
        return Growth(says, max(counted) <= _STEADY * min(counted))
    resident = min(_steps([reading.resident for reading in readings]))
    if resident >= _RESIDENT_BYTES:
        return Growth(f"{calls} calls leave {resident / 2**20:.1f} MiB in the process", certain=False)
    return None


def _steps(amounts: Sequence[int]) -> list[int]:
    """From each reading to the next."""
    return [after - before for before, after in pairwise(amounts)]
