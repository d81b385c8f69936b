"""The control groups that this process stands in, of version 2 or 1, and the memory that they leave it."""

from __future__ import annotations

from pathlib import Path

ROOT, OWN = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")
_UNLIMITED = 2**62
"""Version 1 says the largest number of pages, in bytes, where there is no limit."""


def folders(root: Path = ROOT, own: Path = OWN, controller: str = "") -> list[Path]:
    """This process's group and those above it, the nearest first; empty where the kernel tells none.

    controller: of version 1, which has a tree for each (`memory`); empty for the one tree of version 2. In a container
    the nearest may lack its files: its name is the host's, and what the container sees of it is the root.
    """
    try:
        lines = own.read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    groups = [path for _, controllers, path in (line.split(":", 2) for line in lines)
              if controller in controllers.split(",")]  # fmt: skip
    if not groups:
        return []
    top = root / controller
    group = top / groups[0].lstrip("/")
    return [group, *[parent for parent in group.parents if parent.is_relative_to(top)]]


def memory_limit(root: Path = ROOT, own: Path = OWN) -> int | None:
    """The tightest limit of memory, in bytes; None for none."""
    files = [folder / "memory.max" for folder in folders(root, own)]
    files += [folder / "memory.limit_in_bytes" for folder in folders(root, own, "memory")]
    limits = [_limit(file) for file in files]
    return min((limit for limit in limits if limit is not None), default=None)


def _limit(file: Path) -> int | None:
    try:
        limit = int(file.read_text(encoding="ascii"))
    except (OSError, ValueError):  # `max`
        return None
    return limit if limit < _UNLIMITED else None
