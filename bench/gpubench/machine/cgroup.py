"""The control groups (version 2) that this process stands in, and the memory that they leave it."""

from __future__ import annotations

from pathlib import Path

ROOT, OWN = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")


def folders(root: Path = ROOT, own: Path = OWN) -> list[Path]:
    """This process's group and those above it; empty where the kernel tells none."""
    try:
        lines = own.read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    path = next((line[3:] for line in lines if line.startswith("0::")), "/")
    group = root / path.lstrip("/")
    return [group, *[parent for parent in group.parents if parent.is_relative_to(root)]]


def memory_limit(root: Path = ROOT, own: Path = OWN) -> int | None:
    """The tightest limit of memory, in bytes; None for none."""
    limits = [_limit(folder / "memory.max") for folder in folders(root, own)]
    return min((limit for limit in limits if limit is not None), default=None)


def _limit(file: Path) -> int | None:
    try:
        return int(file.read_text(encoding="ascii"))
    except (OSError, ValueError):  # `max`
        return None
