"""The machine without its GPUs: what limits this process, and what would disturb a measurement."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from gpubench.machine import cgroup
from gpubench.machine.environment import environment
from gpubench.machine.finding import MACHINE, Finding, Weight
from gpubench.machine.place import CONTAINER, place

_LEAST_DISK = 2**30
"""A run with its report and pictures takes some 10 MB; below this other things break first."""
_BUSY = 0.25


@dataclass(frozen=True)
class Host:
    """facts: in words, by name, in the order to show them.

    governor: of the CPU's clock; empty where it is not exposed. load: average of the last minute, in processors.
    processors: logical ones that this process may run on. free_bytes: of the disk that this folder lies on.
    """

    facts: Mapping[str, str]
    governor: str
    load: float
    processors: int
    free_bytes: int


def look_at_host(folder: Path = Path()) -> Host:
    """The facts of now; `folder` is where a run would be written."""
    facts = environment()
    processors = len(os.sched_getaffinity(0))
    free = shutil.disk_usage(folder).free
    limit = cgroup.memory_limit()
    facts |= {
        "processors allowed": f"{processors} of {os.cpu_count() or processors}",
        "memory limit": "none" if limit is None else f"{limit / 2**30:.1f} GiB",
        "free disk here": f"{free / 2**30:.1f} GiB",
        "container": "yes" if place() == CONTAINER else "no",
    }
    governor = facts.get("CPU governor", "")
    return Host(facts, "" if " " in governor else governor, os.getloadavg()[0], processors, free)


def disturbances(host: Host) -> Iterator[Finding]:
    """What would make numbers worse or lose them."""
    if host.load > _BUSY * host.processors:
        reason = f"the load average of the last minute is {host.load:.1f}, on {host.processors} processors"
        advice = "End what else runs, or measure when it is quiet: times double on a busy machine."
        yield Finding("busy", MACHINE, reason, advice, ("top",), Weight.WARNING)
    if host.governor not in ("", "performance"):
        reason = f"the CPU governor '{host.governor}' changes the clock while it is measured"
        command = "sudo cpupower frequency-set --governor performance"
        yield Finding("cpu-governor", MACHINE, reason, "Fix it while you measure:", (command,), Weight.NOTE)
    if host.free_bytes < _LEAST_DISK:
        reason = f"this folder's disk has {host.free_bytes / 2**30:.2f} GiB left"
        advice = "Free some, or write the run elsewhere:"
        yield Finding("disk-full", MACHINE, reason, advice, ("gpubench run --out FOLDER",), Weight.WARNING)
