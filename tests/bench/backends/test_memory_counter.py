"""What the frameworks count of their own memory, on the CPU: TensorFlow does, torch does not."""

from __future__ import annotations

import numpy as np

from gpubench.backend import MemoryCounter

MIB = 2**20


def test_each_backend_that_ships_counts_memory(runtime):
    assert isinstance(runtime, MemoryCounter)


def test_the_peak_is_what_was_held_at_once_since_it_was_reset(runtime, session, backend: str):
    opened = session()
    host = opened.host(np.ones(4 * MIB))  # 16 MiB in float32
    runtime.reset_peak()
    before = runtime.peak_bytes()
    if backend == "torch":
        assert before is None, "torch has no counter of the host's memory: null, and never 0"
        return
    held = [opened.place(host) + 1 for _ in range(2)]
    opened.complete()
    held.pop()
    assert 30 * MIB < runtime.peak_bytes() - before < 70 * MIB
    runtime.reset_peak()
    assert runtime.peak_bytes() - before < 40 * MIB
    held.clear()
    runtime.reset_peak()
    assert runtime.peak_bytes() - before < 20 * MIB
