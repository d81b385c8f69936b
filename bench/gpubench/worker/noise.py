"""What else went on while a cell was sampled: the load of others, stolen time, preemption, throttling, threads."""

from __future__ import annotations

import itertools
import os
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

WINDOW_S = 0.5
"""The kernel counts the processors' time in hundredths of a second: over less than this they say too little."""
FOREIGN = 0.1
STOLEN = 0.02
EXCESS = 0.2
"""More than any of these is flagged; each in processors, that is seconds a second."""


@dataclass(frozen=True)
class Counters:
    """Readings that only grow, in seconds but for `preempted`, a count.

    own: CPU time of this process. busy: of everything on the processors that this process may run on.
    stolen: time that a hypervisor gave to others there. throttled: time that the cgroup's quota stopped us.
    """

    wall: float
    own: float
    busy: float
    stolen: float
    throttled: float
    preempted: int


@dataclass(frozen=True)
class Noise:
    """What went on, in processors (seconds a second) but for `preempted`, involuntary switches a second.

    foreign: for each block the load of others in the window that it fell into.
    own: how many processors this process kept busy. throttled: share of the time that the quota stopped us.
    """

    foreign: tuple[float, ...]
    own: float
    stolen: float
    throttled: float
    preempted: float

    def flags(self, threads: int) -> tuple[str, ...]:
        """What makes the samples doubtful.

        `foreign-load`, `steal`, `throttled`, and `more-threads`: the framework computes with more than `threads`.
        """
        found = {
            "foreign-load": bool(self.foreign) and sum(self.foreign) / len(self.foreign) > FOREIGN,
            "steal": self.stolen > STOLEN,
            "throttled": self.throttled > 0,
            "more-threads": self.own > threads + EXCESS,
        }
        return tuple(name for name, holds in found.items() if holds)

    def summary(self) -> dict[str, float]:
        """Numbers to record, by name."""
        foreign = self.foreign or (0.0,)
        return {
            "foreign": sum(foreign) / len(foreign), "foreign most": max(foreign), "own": self.own,
            "stolen": self.stolen, "throttled": self.throttled, "preempted": self.preempted,
        }  # fmt: skip


@dataclass
class Watch:
    """Reads the counters before the first block, and after a block where half a second has passed since.

    now: the clock of the counters, in seconds.
    """

    read: Callable[[], Counters]
    now: Callable[[], float] = time.perf_counter
    _marks: list[tuple[int, Counters]] = field(default_factory=list)
    _blocks: int = 0

    def begin(self) -> None:
        """The first block is about to start."""
        self._marks, self._blocks = [(0, self.read())], 0

    def after_block(self) -> None:
        """One more block has ended."""
        self._blocks += 1
        if self.now() - self._marks[-1][1].wall >= WINDOW_S:
            self._marks.append((self._blocks, self.read()))

    def end(self) -> Noise:
        """The last block has ended. A last window that is too short is counted with the one before it."""
        last = self.read()
        if len(self._marks) > 1 and last.wall - self._marks[-1][1].wall < WINDOW_S:
            self._marks.pop()
        marks = [*self._marks, (self._blocks, last)]
        foreign: list[float] = []
        for (first, before), (end, after) in itertools.pairwise(marks):
            foreign += [_foreign(before, after)] * (end - first)
        begun = marks[0][1]
        wall = max(last.wall - begun.wall, 1e-9)
        return Noise(
            tuple(foreign),
            own=(last.own - begun.own) / wall,
            stolen=(last.stolen - begun.stolen) / wall,
            throttled=(last.throttled - begun.throttled) / wall,
            preempted=(last.preempted - begun.preempted) / wall,
        )


def _foreign(before: Counters, after: Counters) -> float:
    """Never below 0: the kernel's coarse count may lag behind our own fine one."""
    others = (after.busy - before.busy) - (after.own - before.own)
    return max(0.0, others / max(after.wall - before.wall, 1e-9))


_STAT = Path("/proc/stat")
_CGROUP, _OWN = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")


@dataclass(frozen=True)
class Kernel:
    """Reads Linux's counters; what is not there stays 0."""

    stat: Path = _STAT
    cgroup: Path = _CGROUP
    own_cgroup: Path = _OWN

    def read(self) -> Counters:
        """All of them, in about 0.2 ms."""
        busy, stolen = self._processors()
        return Counters(
            wall=time.perf_counter(), own=time.process_time(), busy=busy, stolen=stolen,
            throttled=self._throttled(), preempted=resource.getrusage(resource.RUSAGE_SELF).ru_nivcsw,
        )  # fmt: skip

    def _processors(self) -> tuple[float, float]:
        """Busy and stolen seconds of the processors that this process may run on (proc_stat(5), `cpuN` lines)."""
        tick, allowed = os.sysconf("SC_CLK_TCK"), {f"cpu{number}" for number in os.sched_getaffinity(0)}
        busy = stolen = 0
        for line in _lines(self.stat):
            name, *fields = line.split()
            if name in allowed:
                user, nice, system, _idle, _iowait, irq, softirq, steal = map(int, fields[:8])
                busy += user + nice + system + irq + softirq
                stolen += steal
        return busy / tick, stolen / tick

    def _throttled(self) -> float:
        """`throttled_usec` of this process's cgroup, version 2 (kernel's cgroup-v2.rst, `cpu.stat`)."""
        own = next((line[3:] for line in _lines(self.own_cgroup) if line.startswith("0::")), "/")
        lines = _lines(self.cgroup / own.lstrip("/") / "cpu.stat")
        return sum(int(line.split()[1]) for line in lines if line.startswith("throttled_usec ")) / 1e6


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="ascii").splitlines()
    except OSError:
        return []
