"""Evidence that the kernel killed a process for memory: its own count of them."""

from __future__ import annotations

from pathlib import Path

from gpubench.machine import cgroup

_VMSTAT = Path("/proc/vmstat")


def oom_kills(root: Path = cgroup.ROOT, own: Path = cgroup.OWN, vmstat: Path = _VMSTAT) -> int:
    """How many processes were killed for memory so far; a rise is evidence. 0 where nothing counts them.

    Those of this process's control group, whoever's memory ran out: `oom_kill` in `memory.events` of version 2
    (kernel's cgroup-v2.rst) and in `memory.oom_control` of version 1, of the nearest group that tells it. Only where
    none does, those of the whole machine, other people's among them.
    """
    files = [folder / "memory.events" for folder in cgroup.folders(root, own)]
    files += [folder / "memory.oom_control" for folder in cgroup.folders(root, own, "memory")]
    counts = map(_count, [*files, vmstat])
    return next((count for count in counts if count is not None), 0)


def _count(file: Path) -> int | None:
    try:
        lines = file.read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) for line in lines if line.startswith("oom_kill ")), None)
