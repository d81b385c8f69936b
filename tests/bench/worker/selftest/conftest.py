"""Loads and subjects on scripted devices, with clocks that only they move."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gpubench.plugins import load_target
from gpubench.worker.noise import Counters
from gpubench.worker.selftest.load import Load
from gpubench.worker.selftest.subject import Subject

ABACUS = Path(__file__).parents[2] / "plugins" / "abacus.py"
PROBE_NS = 50_000


def quiet() -> Counters:
    """Of a machine on which nothing else goes on."""
    return Counters(wall=0.0, own=0.0, busy=0.0, stolen=0.0, throttled=0.0, preempted=0)


class Session:
    """What a load needs of one."""

    def __init__(self, device: Any, asynchronous: bool) -> None:
        self.complete, self.asynchronous = device.complete, asynchronous


class TimedSession(Session):
    """With marks in the device's queue. scale: what it takes a second for. late: a mark that waits for no work."""

    def __init__(self, device: Any, scale: float = 1.0, late: bool = False) -> None:
        super().__init__(device, asynchronous=True)
        self.device, self.scale, self.late = device, scale, late

    def mark(self) -> int:
        return self.device.now if self.late else max(self.device.now, self.device.free_at)

    def between(self, start: int, stop: int, /) -> float:
        return (stop - start) * 1e-9 * self.scale


@pytest.fixture
def load() -> Callable[..., Load]:
    """Makes loads of ten calls on a virtual device; the probe empties its queue by itself."""

    def made(device: Any, asynchronous: bool = True, session: Any = None, counters: Any = quiet) -> Load:
        def probe() -> None:
            device.now = max(device.now, device.free_at) + PROBE_NS

        session = session or Session(device, asynchronous)
        return Load(device.call, probe, session, device.clock, counters, calls=10, flops=1e9, size=64)

    return made


@pytest.fixture
def timed() -> type[TimedSession]:
    """Makes sessions whose device has a clock of its own."""
    return TimedSession


class VirtualClock:
    """Moves with each product, by `per_flop_s` an operation, and by a microsecond at each look."""

    def __init__(self) -> None:
        self.now, self.per_flop_s = 0, 5e-8

    def __call__(self) -> int:
        self.now += 1_000
        return self.now

    def spend(self, flops: float) -> None:
        self.now += round(flops * self.per_flop_s * 1e9)


@pytest.fixture
def subject(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Subject]:
    """Makes subjects on the abacus and a virtual clock; fault: what is wrong with it, others are fields."""

    def made(fault: str = "", **fields: Any) -> Subject:
        monkeypatch.setenv("ABACUS_FAULT", fault)
        backend, product = (load_target(f"{ABACUS}:{name}") for name in ("abacus", "abacus_product"))
        module, clock = sys.modules[type(next(iter(product.sizes.values()))).__module__], VirtualClock()
        monkeypatch.setattr(module, "clock", clock)
        monkeypatch.setattr(module, "spend", clock.spend)
        plain = Subject(
            backend.name, backend.default_mode, backend.precisions, "abacus:0", backend.start(1, "abacus:0"), clock,
            quiet, (product,), product,
        )  # fmt: skip
        return replace(plain, **fields)

    return made
