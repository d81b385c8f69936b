"""How much memory this process and its workers can still have."""

from __future__ import annotations

import psutil

from gpubench.machine import cgroup


def free_bytes() -> int:
    """What the machine has available, or the tightest limit of the control groups where that is less."""
    available: int = psutil.virtual_memory().available
    limit = cgroup.memory_limit()
    return available if limit is None else min(available, limit)
