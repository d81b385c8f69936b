"""What held a GPU back while a cell was sampled: its clock and what keeps that down, its heat, and who else used it."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass

REASONS = {
    "thermal slowdown": 0x20 | 0x40,
    "power brake": 0x80,
    "hardware slowdown": 0x8,
    "power cap": 0x4,
    "clock setting": 0x2 | 0x10 | 0x100,
}
"""Why a clock is not at its highest, to the bits of NVML's clock event reasons (NVML's manual, "Clocks event reasons").

The two that begin with thermal are the driver's and the hardware's; a power brake is pulled by the power supply; a
setting is the user's (application clocks), of a group of GPUs (sync boost) or of a display.
"""
IDLE = 0x1
LOW = 0.75
"""Of its highest clock. Cards seldom reach that: their makers name a boost clock of 80 to 90 % of it."""
BUSY = 0.05
"""Of the time of the multiprocessors: what slows a step by so much is the default margin of `compare`."""


@dataclass(frozen=True)
class GpuReading:
    """One look at a GPU, right after a block; what is not told is None.

    clock_mhz, highest_mhz, memory_mhz: of the multiprocessors, the most that it could be, and of the memory.
    reasons: NVML's bits. power_w: over the last second on Ampere and newer. others: other processes that hold the GPU,
    graphics among them; computing: of these the ones that only compute. share: of the multiprocessors' time that they
    had since the look before.
    """

    clock_mhz: int | None = None
    highest_mhz: int | None = None
    memory_mhz: int | None = None
    reasons: int | None = None
    temperature_c: int | None = None
    power_w: float | None = None
    others: int | None = None
    computing: int | None = None
    share: float | None = None


@dataclass(frozen=True)
class GpuNoise:
    """The looks while a cell was sampled: before its first block, in every window, after its last block."""

    looks: tuple[GpuReading, ...] = ()

    def flags(self) -> tuple[str, ...]:
        """What makes the samples doubtful, or explains them.

        `gpu-throttled`: heat or the power supply slowed the GPU. A hardware slowdown alone counts where most looks saw
        one: NVML may tell it of any change of the clock. `gpu-power-capped`: its power limit did. `gpu-clock-low`:
        the clock stayed below 75 % of its highest, for no reason named. `gpu-busy-elsewhere`: other processes had over
        5 % of its time, or, where their time is not told, computed on it.
        """
        slowed = self._share("thermal slowdown", "power brake") > 0 or self._share("hardware slowdown") > 0.5
        found = {
            "gpu-throttled": slowed,
            "gpu-power-capped": self._share("power cap") > 0,
            "gpu-clock-low": self._low(),
            "gpu-busy-elsewhere": self._busy_elsewhere(),
        }
        return tuple(name for name, holds in found.items() if holds)

    def summary(self) -> dict[str, float]:
        """Numbers to record, by name; those that are not told are left out."""
        clocks = self._told(lambda look: look.clock_mhz)
        found: dict[str, float | None] = {
            "gpu clock MHz": _median(clocks),
            "gpu clock least MHz": min(clocks, default=None),
            "gpu clock highest MHz": max(self._told(lambda look: look.highest_mhz), default=None),
            "gpu memory clock MHz": _median(self._told(lambda look: look.memory_mhz)),
            "gpu temperature C": max(self._told(lambda look: look.temperature_c), default=None),
            "gpu power W": _median(self._told(lambda look: look.power_w)),
            "gpu foreign processes": max(self._told(lambda look: look.others), default=None),
            "gpu foreign": _mean(self._shares()),
        }
        if self._reasons():
            found |= {f"gpu {reason}": self._share(reason) for reason in REASONS}
        return {name: float(number) for name, number in found.items() if number is not None}

    def _told(self, what: Callable[[GpuReading], float | None]) -> list[float]:
        return [number for number in map(what, self.looks) if number is not None]

    def _reasons(self) -> list[int]:
        return [look.reasons for look in self.looks if look.reasons is not None]

    def _share(self, *names: str) -> float:
        """Of the looks that saw one of these reasons."""
        bits, seen = sum(REASONS[name] for name in names), self._reasons()
        return sum(bool(reasons & bits) for reasons in seen) / max(len(seen), 1)

    def _shares(self) -> list[float]:
        """Of others, window by window; what the first look tells was before the first block."""
        return [look.share for look in self.looks[1:] if look.share is not None]

    def _low(self) -> bool:
        clock = _median(self._told(lambda look: look.clock_mhz))
        highest = max(self._told(lambda look: look.highest_mhz), default=0)
        return clock is not None and clock < LOW * highest and not any(reasons & ~IDLE for reasons in self._reasons())

    def _busy_elsewhere(self) -> bool:
        share = _mean(self._shares())
        if share is not None:
            return share > BUSY
        return any(look.computing for look in self.looks)


def _median(numbers: list[float]) -> float | None:
    return statistics.median(numbers) if numbers else None


def _mean(numbers: list[float]) -> float | None:
    return statistics.fmean(numbers) if numbers else None
