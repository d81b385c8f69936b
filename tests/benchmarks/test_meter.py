"""What the timed loop costs a call, beside the leanest loop that Python's own timeit makes."""

from __future__ import annotations

import timeit
from collections.abc import Callable
from typing import Any

from gpubench.worker.meter import Meter

CALLS = 10_000


def nothing() -> None:
    """What is timed."""


def test_block(benchmark: Callable[..., Any]) -> None:
    """A block of 10,000 empty calls."""
    benchmark.group = f"{CALLS} empty calls"
    benchmark(Meter(nothing, nothing, nothing).block, CALLS)


def test_timeit(benchmark: Callable[..., Any]) -> None:
    """The same in timeit."""
    benchmark.group = f"{CALLS} empty calls"
    benchmark(timeit.Timer(nothing).timeit, CALLS)
