"""Everything that a renderer draws: the findings of one or more runs."""

from __future__ import annotations

from dataclasses import dataclass

from gpubench.analysis.caveat import Caveat
from gpubench.analysis.crossover import Crossover
from gpubench.analysis.distribution import Distribution
from gpubench.analysis.flag import Flag
from gpubench.analysis.framework_ratio import FrameworkRatio
from gpubench.analysis.growth import Growth
from gpubench.analysis.measured import Measured
from gpubench.analysis.noise_floor import NoiseFloor
from gpubench.analysis.overhead import Overhead
from gpubench.analysis.overview import Overview
from gpubench.analysis.speedup import Speedup
from gpubench.analysis.verdict import Verdict


@dataclass(frozen=True)
class Findings:
    """What the runs say.

    cells: those that were measured and found right, sorted by workload and case; no A/A partners.
    not_ok: those that were not, A/A partners included. backends, devices: all names, in plan order, CPU first.
    """

    runs: tuple[Overview, ...]
    verdicts: tuple[Verdict, ...]
    caveats: tuple[Caveat, ...]
    cells: tuple[Measured, ...]
    not_ok: tuple[Measured, ...]
    flags: tuple[Flag, ...]
    speedups: tuple[Speedup, ...]
    crossovers: tuple[Crossover, ...]
    frameworks: tuple[FrameworkRatio, ...]
    growths: tuple[Growth, ...]
    distributions: tuple[Distribution, ...]
    noise_floors: tuple[NoiseFloor, ...]
    overheads: tuple[Overhead, ...]
    backends: tuple[str, ...]
    devices: tuple[str, ...]

    @property
    def accelerated(self) -> bool:
        """Whether some accelerator was measured beside the CPU."""
        return bool(self.speedups)
