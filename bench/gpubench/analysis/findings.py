"""Everything that a renderer draws: the findings of one or more runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gpubench.analysis.beside import Missing
from gpubench.analysis.caveat import Caveat
from gpubench.analysis.ceiling import Ceiling
from gpubench.analysis.crossover import Crossover
from gpubench.analysis.distribution import Distribution
from gpubench.analysis.flag import Flag
from gpubench.analysis.framework_ratio import FrameworkRatio
from gpubench.analysis.growth import Growth
from gpubench.analysis.headline import Headline
from gpubench.analysis.history import History
from gpubench.analysis.measured import Measured
from gpubench.analysis.noise_floor import NoiseFloor
from gpubench.analysis.overhead import Overhead
from gpubench.analysis.overview import Overview
from gpubench.analysis.roofline import Placement
from gpubench.analysis.side_by_side import SideBySide
from gpubench.analysis.speedup import Speedup
from gpubench.analysis.transfer import Transfer
from gpubench.analysis.verdict import Verdict
from gpubench.analysis.wait import Wait


@dataclass(frozen=True)
class Findings:
    """What the runs say.

    verdicts_more: how many there are beyond those that are told.
    cells: those that were measured and found right, sorted by workload and case; no A/A partners.
    headlines: of each workload those that say most of a machine; distributions: the samples of some of them.
    not_ok: those that were not measured or not found right, A/A partners included; sorted likewise.
    latencies: those of other programs, which have no step time. missing: `memory` and `energy`, where no cell has any.
    no_roofline: why there are no placements, where there could be.
    side_by_side: None for one machine. histories: of cells that a machine measured more than once.
    backends, devices: all names, in plan order, CPU first.
    """

    runs: tuple[Overview, ...]
    verdicts: tuple[Verdict, ...]
    verdicts_more: int
    caveats: tuple[Caveat, ...]
    cells: tuple[Measured, ...]
    headlines: tuple[Headline, ...]
    latencies: tuple[Measured, ...]
    not_ok: tuple[Measured, ...]
    flags: tuple[Flag, ...]
    speedups: tuple[Speedup, ...]
    crossovers: tuple[Crossover, ...]
    frameworks: tuple[FrameworkRatio, ...]
    growths: tuple[Growth, ...]
    ceilings: tuple[Ceiling, ...]
    placements: tuple[Placement, ...]
    transfers: tuple[Transfer, ...]
    distributions: tuple[Distribution, ...]
    noise_floors: tuple[NoiseFloor, ...]
    overheads: tuple[Overhead, ...]
    missing: Mapping[str, Missing]
    no_roofline: Missing | None
    side_by_side: SideBySide | None
    histories: tuple[History, ...]
    waits: tuple[Wait, ...]
    backends: tuple[str, ...]
    devices: tuple[str, ...]

    @property
    def accelerated(self) -> bool:
        """Whether some accelerator was measured beside the CPU."""
        return bool(self.speedups)
