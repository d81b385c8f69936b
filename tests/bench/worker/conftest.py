"""A device and a clock that move as scripted, the toy plug-in, and edited copies of product code."""

from __future__ import annotations

import ctypes
import functools
import importlib.util
import inspect
import random
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from gpubench.plugins import load_target
from gpubench.worker.meter import Meter

TOY = Path(__file__).parents[1] / "plugins" / "toy.py"


class Result:
    """What a call of the virtual device returns; the device counts those that somebody still holds."""

    def __init__(self, device: VirtualDevice) -> None:
        self._device = device
        device.alive += 1

    def __del__(self) -> None:
        self._device.alive -= 1


class VirtualDevice:
    """A device with a queue, on a clock that only it moves; all times in whole nanoseconds.

    issue: a call until it returns. work: a call on the device. drain: what a wait costs beyond the work where there
    was some, wait: what it costs anyhow. restoring: device work that a reset issues. change: called with the number
    of the block before each, to script what drifts.
    """

    def __init__(
        self,
        issue: int = 0,
        work: int = 0,
        drain: int = 0,
        wait: int = 0,
        restoring: int = 0,
        change: Callable[[VirtualDevice, int], object] = lambda device, block: None,
    ) -> None:
        self.issue, self.work, self.drain, self.wait, self.restoring = issue, work, drain, wait, restoring
        self.change = change
        self.now = self.free_at = self.blocks = self.alive = self.most_alive = 0
        self.log: list[str] = []

    def clock(self) -> int:
        self.log.append("clock")
        return self.now

    def call(self) -> Result:
        self.log.append("call")
        self.most_alive = max(self.most_alive, self.alive)
        self.now += self.issue
        self.free_at = max(self.free_at, self.now) + self.work
        return Result(self)

    def complete(self) -> None:
        self.log.append("wait")
        if self.free_at > self.now:
            self.now = self.free_at + self.drain
        self.now += self.wait

    def mark(self) -> int:
        """A time stamp behind what the device has to do already."""
        self.log.append("mark")
        return max(self.free_at, self.now)

    def between(self, start: int, stop: int) -> float:
        if stop > self.now:
            raise RuntimeError("the device\n  has not come so far")
        return (stop - start) * 1e-9

    def reset(self) -> None:
        self.log.append("reset")
        self.change(self, self.blocks)
        self.blocks += 1
        self.free_at = max(self.free_at, self.now) + self.restoring

    def meter(self, made: Callable[..., Any] = Meter) -> Any:
        return made(self.call, self.complete, self.reset, self.clock)


@pytest.fixture
def virtual() -> type[VirtualDevice]:
    """Makes virtual devices."""
    return VirtualDevice


@pytest.fixture
def noisy() -> Callable[..., Callable[[VirtualDevice, int], None]]:
    """A `change` that gives each block a work of its own, from a normal distribution of this mean and deviation."""

    def made(work: int, relative: float, seed: int = 1) -> Callable[[VirtualDevice, int], None]:
        random_ = random.Random(seed)

        def change(device: VirtualDevice, block: int) -> None:
            device.work = round(work * random_.gauss(1, relative))

        return change

    return made


@pytest.fixture
def edited() -> Callable[..., ModuleType]:
    """A copy of a module with one spot of its source replaced: a planted mistake."""

    def edit(module: ModuleType, old: str, new: str) -> ModuleType:
        source = inspect.getsource(module)
        assert source.count(old) == 1, f"{module.__name__} has {source.count(old)} of: {old}"
        spec = importlib.util.spec_from_loader(f"{module.__name__}_edited", loader=None)
        assert spec is not None
        copy = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = copy  # dataclasses look their module up
        try:
            exec(compile(source.replace(old, new), f"{module.__name__} edited", "exec"), vars(copy))
        finally:
            del sys.modules[spec.name]
        return copy

    return edit


@pytest.fixture(scope="session")
def toy_file() -> Path:
    """The plug-in with a backend on NumPy alone."""
    return TOY


@pytest.fixture(scope="session")
def toy() -> Any:
    """The toy backend."""
    return load_target(f"{TOY}:toy")


@pytest.fixture(scope="session")
def doubling() -> Any:
    """The toy workload."""
    return load_target(f"{TOY}:doubling")


@pytest.fixture
def ticking() -> Callable[[], int]:
    """A clock that moves 10 ms at every reading: a measurement ends at once, with every stage in it."""
    now = 0

    def clock() -> int:
        nonlocal now
        now += 10_000_000
        return now

    return clock


@pytest.fixture(scope="session")
def _stubs(stub: Callable[..., Path]) -> Callable[..., Path]:
    """One compilation of each kind."""
    return functools.cache(stub)


@pytest.fixture
def nvidia(_stubs: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Callable[[str], ctypes.CDLL]]:
    """Opens stubs of NVIDIA's libraries in this process; see stubs/libnvidia_ml_telemetry.c for what drives them.

    flags: of the compiler. Keywords are environment variables, without their STUB_NVML_. The files have names of their
    own: a framework in this process must not find them where it looks for NVIDIA's.
    """

    def made(*flags: str, **how: object) -> Callable[[str], ctypes.CDLL]:
        for name, value in how.items():
            monkeypatch.setenv(f"STUB_NVML_{name}", str(value))
        files = {
            "libcuda.so.1": ("libcuda.c", "libstub_cuda.so"),
            "libnvidia-ml.so.1": ("libnvidia_ml_telemetry.c", "libstub_nvml.so", *flags),
        }
        return lambda name: ctypes.CDLL(str(_stubs(*files[name]) / files[name][1]))

    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    return made
