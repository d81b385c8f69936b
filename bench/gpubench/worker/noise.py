"""What else went on while a cell was sampled: the load of others, stolen time, preemption, throttling, threads.

And on a GPU what `gpubench.worker.gpu_noise` has.
"""

from __future__ import annotations

import itertools
import os
import resource
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from gpubench.worker.gpu_noise import GpuNoise, GpuReading
from gpubench.worker.nvml_state import NvmlState

WINDOW_S = 0.5
"""The kernel counts the processors' time in hundredths of a second: over less than this they say too little."""
FOREIGN = 0.1
STOLEN = 0.02
EXCESS = 0.2
"""More than any of these is flagged; each in processors, that is seconds a second."""
SHARE_OF_IDLE = 0.25
"""Others may use that much of the processors that this process leaves idle: the kernel gives them those."""
POWERSAVE = "powersave"


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
    own: how many processors this process kept busy, of the `processors` that it may run on.
    throttled: share of the time that the quota stopped us.
    governor: of the processors' clock, empty where it isn't exposed. gpu: of a GPU; without looks elsewhere.
    """

    foreign: tuple[float, ...]
    own: float
    stolen: float
    throttled: float
    preempted: float
    processors: int = 1
    governor: str = ""
    gpu: GpuNoise = field(default_factory=GpuNoise)

    def flags(self, threads: int) -> tuple[str, ...]:
        """What makes the samples doubtful, or explains them.

        `foreign-load`: others ran, and not only where this process left processors idle; `steal`; `throttled`;
        `more-threads`: the framework computes with more than `threads`; `powersave`: the governor; those of the GPU.
        """
        found = {
            "foreign-load": self._load > max(FOREIGN, SHARE_OF_IDLE * (self.processors - self.own)),
            "steal": self.stolen > STOLEN,
            "throttled": self.throttled > 0,
            "more-threads": self.own > threads + EXCESS,
            "powersave": self.governor == POWERSAVE,
        }
        return (*(name for name, holds in found.items() if holds), *self.gpu.flags())

    def summary(self) -> dict[str, float]:
        """Numbers to record, by name."""
        return {
            "foreign": self._load, "foreign most": max(self.foreign, default=0.0), "own": self.own,
            "stolen": self.stolen, "throttled": self.throttled, "preempted": self.preempted, **self.gpu.summary(),
        }  # fmt: skip

    @property
    def _load(self) -> float:
        """Of others, over all blocks."""
        return sum(self.foreign) / len(self.foreign) if self.foreign else 0.0


@dataclass
class Watch:
    """Reads the counters before the first block, and after a block where half a second has passed since.

    now: the clock of the counters, in seconds. processors: how many this process may run on. governor: theirs.
    look: at the GPU; a look follows each reading but the first, which it goes before, so that what it takes is in no
    window but the next.
    """

    read: Callable[[], Counters]
    now: Callable[[], float] = time.perf_counter
    processors: int = 1
    governor: str = ""
    look: Callable[[], GpuReading] | None = None
    _marks: list[tuple[int, Counters]] = field(default_factory=list)
    _looks: list[GpuReading] = field(default_factory=list)
    _blocks: int = 0

    def begin(self) -> None:
        """The first block is about to start."""
        self._looks, self._blocks = [], 0
        self._look()
        self._marks = [(0, self.read())]

    def after_block(self) -> None:
        """One more block has ended."""
        self._blocks += 1
        if self.now() - self._marks[-1][1].wall >= WINDOW_S:
            self._marks.append((self._blocks, self.read()))
            self._look()

    def end(self) -> Noise:
        """The last block has ended. A last window that is too short is counted with the one before it."""
        last = self.read()
        self._look()
        if len(self._marks) > 1 and last.wall - self._marks[-1][1].wall < WINDOW_S:
            self._marks.pop()
        marks = [*self._marks, (self._blocks, last)]
        foreign: list[float] = []
        for (first, before), (end, after) in itertools.pairwise(marks):
            foreign += [load_of_others(before, after)] * (end - first)
        begun = marks[0][1]
        wall = max(last.wall - begun.wall, 1e-9)
        return Noise(
            tuple(foreign),
            own=(last.own - begun.own) / wall,
            stolen=(last.stolen - begun.stolen) / wall,
            throttled=(last.throttled - begun.throttled) / wall,
            preempted=(last.preempted - begun.preempted) / wall,
            processors=self.processors,
            governor=self.governor,
            gpu=GpuNoise(tuple(self._looks)),
        )

    def _look(self) -> None:
        if self.look is not None:
            self._looks.append(self.look())


def watch_of(device: str) -> Watch:
    """A watch over this machine for cells on `device`."""
    kernel = Kernel()
    look = NvmlState().read if device.partition(":")[0] == "cuda" else None
    return Watch(kernel.read, processors=len(os.sched_getaffinity(0)), governor=kernel.governor(), look=look)


def load_of_others(before: Counters, after: Counters) -> float:
    """In processors, and never below 0: the kernel's coarse count may lag behind our own fine one."""
    others = (after.busy - before.busy) - (after.own - before.own)
    return max(0.0, others / max(after.wall - before.wall, 1e-9))


_STAT = Path("/proc/stat")
_CGROUP, _OWN = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")
_GOVERNOR = "/sys/devices/system/cpu/cpu{}/cpufreq/scaling_governor"


@dataclass(frozen=True)
class Kernel:
    """Reads Linux's counters; what is not there stays 0."""

    stat: Path = _STAT
    cgroup: Path = _CGROUP
    own_cgroup: Path = _OWN
    governors: str = _GOVERNOR

    def read(self) -> Counters:
        """All of them, in about 0.2 ms."""
        busy, stolen = self._processors()
        return Counters(
            wall=time.perf_counter(), own=time.process_time(), busy=busy, stolen=stolen,
            throttled=sum(map(_throttled, self._groups())),
            preempted=resource.getrusage(resource.RUSAGE_SELF).ru_nivcsw,
        )  # fmt: skip

    def governor(self) -> str:
        """Of the clock of the first processor that this process may run on; empty where it isn't exposed."""
        return "".join(_lines(Path(self.governors.format(min(os.sched_getaffinity(0))))))

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

    def _groups(self) -> Iterator[Path]:
        """The folders of this process's cgroup and of those above it, whose quotas stop it too; not all need be there.

        Version 2 has one tree (`0::/path`), version 1 one for each controller (`4:cpu,cpuacct:/path`).
        """
        for line in _lines(self.own_cgroup):
            _, controllers, path = line.split(":", 2)
            if controllers and "cpu" not in controllers.split(","):
                continue
            root = self.cgroup / "cpu" if controllers else self.cgroup
            group = root / path.lstrip("/")
            yield from (group, *(parent for parent in group.parents if parent.is_relative_to(root)))


def _throttled(group: Path) -> float:
    """Seconds: `throttled_usec` in version 2 (cgroup-v2.rst, `cpu.stat`), `throttled_time` in 1 (sched-bwc.rst)."""
    units = {"throttled_usec": 1e-6, "throttled_time": 1e-9}
    entries = (line.split() for line in _lines(group / "cpu.stat"))
    return sum(units[name] * int(value) for name, value in entries if name in units)


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return []
