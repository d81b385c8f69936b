"""Evidence that the kernel killed a process for memory: the out-of-memory counters of its cgroup."""

from __future__ import annotations

from pathlib import Path

_FILES = (Path("/sys/fs/cgroup/memory.events"), Path("/proc/vmstat"))


def oom_kills(files: tuple[Path, ...] = _FILES) -> int:
    """How many processes were killed for memory so far, as far as can be read; a rise is evidence."""
    return sum(_count(file) for file in files)


def _count(file: Path) -> int:
    try:
        lines = file.read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("oom_kill ")), 0)
