"""The tools side by side: each times a call the way its manual says, and hands back its samples."""

from __future__ import annotations

import os
import statistics
import time
import timeit
from bisect import insort
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from closures import Ready

from gpubench.worker.calibration import calibrate
from gpubench.worker.job import Limits
from gpubench.worker.meter import Meter
from gpubench.worker.sampling import sample
from gpubench.worker.spread import median_interval
from gpubench.worker.warmup import warm_up

TARGET = 0.01
FEWEST = 6
"""From six samples on the whole range is an interval of the median of at least 95 %: 1 - 2 (1/2)^6."""


@dataclass(frozen=True)
class Timing:
    """calls: in a sample. samples: seconds a call. before_s: spent until the first sample began."""

    calls: int
    samples: Sequence[float]
    before_s: float

    @property
    def median_s(self) -> float:
        """Seconds a call."""
        return statistics.median(self.samples)

    @property
    def spent_s(self) -> float:
        """All of the tool's time."""
        return self.before_s + self.calls * sum(self.samples)


def until_s(timings: Sequence[Timing]) -> float | None:
    """A tool's own time until the median of its samples was known to ±1 %, round after round; None for never."""
    spent, ordered = 0.0, list[float]()
    for timing in timings:
        spent += timing.before_s
        for seconds in timing.samples:
            spent += timing.calls * seconds
            insort(ordered, seconds)
            low, high = median_interval(ordered)
            if len(ordered) >= FEWEST and (high - low) / 2 <= TARGET * ordered[len(ordered) // 2]:
                return spent
    return None


LONG = 1000
"""Calls of nothing in a block whose own cost no longer counts."""

Tool = Callable[[Ready, int, float], Timing]
"""A call made ready, the thread count and the seconds to sample for, to a timing."""


def gpubench(ready: Ready, threads: int, seconds: float) -> Timing:
    """Warm-up, calibration and samples, as in a worker."""
    start = time.perf_counter()
    limits = Limits(seconds)
    meter = Meter(ready.call, ready.complete, ready.reset)
    warm = warm_up(meter, limits.settling_s)
    calls = calibrate(meter, warm.calls, 2 * limits.settling_s).calls
    before = time.perf_counter() - start
    blocks = sample(meter, calls, limits).blocks
    return Timing(calls, [block.per_call_s for block in blocks], before)


def gpubench_again(ready: Ready, seconds: float, calls: int) -> Timing:
    """The samples alone, with a block that an earlier round calibrated, as later launches have it."""
    blocks = sample(Meter(ready.call, ready.complete, ready.reset), calls, Limits(seconds)).blocks
    return Timing(calls, [block.per_call_s for block in blocks], 0.0)


def with_timeit(ready: Ready, threads: int, seconds: float) -> Timing:
    """`python -m timeit`: autorange to 0.2 s a run, then runs; five by default, here as many as the time allows."""
    start = time.perf_counter()
    timer = timeit.Timer(ready.call)
    calls, first = timer.autorange()
    before = time.perf_counter() - start
    runs = timer.repeat(max(2, round(seconds / first)), calls)
    return Timing(calls, [run / calls for run in runs], before)


def with_torch(ready: Ready, threads: int, seconds: float) -> Timing:
    """`torch.utils.benchmark`'s blocked_autorange; `num_threads` would be 1 if it weren't given."""
    from torch.utils.benchmark import Timer

    start = time.perf_counter()
    timer = Timer("call()", globals={"call": ready.call}, num_threads=threads)
    found = timer.blocked_autorange(min_run_time=seconds)
    spent = time.perf_counter() - start
    return Timing(found.number_per_run, found.times, spent - found.number_per_run * sum(found.times))


class _Carrier:
    """A plug-in for pytest that carries a call into a test, and what pytest-benchmark made of it out again."""

    def __init__(self, call: Callable[[], Any]) -> None:
        self.call = call
        self.timing: Timing | None = None
        self.start = time.perf_counter()

    @pytest.fixture
    def carrier(self) -> _Carrier:
        self.start = time.perf_counter()
        return self

    def keep(self, benchmark: Any) -> None:
        spent = time.perf_counter() - self.start
        calls, samples = benchmark.stats.iterations, list(benchmark.stats.stats.data)
        self.timing = Timing(calls, samples, spent - calls * sum(samples))


def with_pytest_benchmark(ready: Ready, threads: int, seconds: float) -> Timing:
    """A test of its own `benchmark` fixture, in this process; pytest's own start is not counted."""
    carrier = _Carrier(ready.call)
    options = [f"--benchmark-max-time={seconds}", "--benchmark-quiet", "--capture=no"]
    apart = ["-c", os.devnull, "-p", "no:cacheprovider", "-p", "no:terminal", "--import-mode=importlib"]
    done = pytest.main([str(Path(__file__).with_name("carried.py")), *apart, *options], plugins=[carrier])
    if done != pytest.ExitCode.OK or carrier.timing is None:
        raise RuntimeError(f"pytest-benchmark measured nothing: pytest ended with {done!r}")
    return carrier.timing


def block_cost(ready: Ready, threads: int, seconds: float) -> Timing:
    """What one of gpubench's blocks costs beyond its calls: blocks of one call, less the call that a long one times."""
    meter = Meter(ready.call, ready.complete, ready.reset)
    call = min(meter.block(LONG).per_call_s for _ in range(5))
    return Timing(1, [meter.block(1).seconds - call for _ in range(LONG)], 0.0)


TOOLS: dict[str, Tool] = {
    "gpubench": gpubench,
    "timeit": with_timeit,
    "torch.utils.benchmark": with_torch,
    "pytest-benchmark": with_pytest_benchmark,
}
