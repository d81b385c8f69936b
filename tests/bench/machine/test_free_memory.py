"""Memory that is left: the machine's, or what a control group allows of it."""

from __future__ import annotations

from types import SimpleNamespace

import psutil
import pytest

from gpubench.machine import cgroup
from gpubench.machine.free_memory import free_bytes


@pytest.mark.parametrize(("limit", "free"), [(None, 8_000), (3_000, 3_000), (9_000, 8_000)])
def test_the_tighter_of_machine_and_control_group_counts(
    monkeypatch: pytest.MonkeyPatch, limit: int | None, free: int
) -> None:
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(total=16_000, available=8_000))
    monkeypatch.setattr(cgroup, "memory_limit", lambda: limit)
    assert free_bytes() == free


def test_there_is_some_here() -> None:
    assert 0 < free_bytes() <= psutil.virtual_memory().total
