"""The raw samples of a cell, launch by launch."""

from __future__ import annotations

import itertools
import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gpubench.analysis.measured import Measured
from gpubench.results.dispersion import Dispersion, dispersion
from gpubench.results.frames import step_times
from gpubench.results.records import Launch
from gpubench.results.results import Results

_FEWEST = 3
"""Samples in the first quarter of a launch that has a drift."""


@dataclass(frozen=True)
class Distribution:
    """Every sample of a cell's step time. launches: launch number with its samples in seconds a call, as they ran."""

    cell: Measured
    launches: tuple[tuple[int, tuple[float, ...]], ...]

    def spread(self) -> dict[int, Dispersion]:
        """Percentiles and outliers of each launch."""
        return {number: dispersion(samples) for number, samples in self.launches}

    def drift(self) -> dict[int, float | None]:
        """By what share of it the median of each launch's other samples exceeds that of its first quarter.

        It is what the flag `drift` goes by. None with fewer than twelve samples: a median of two says nothing.
        """
        return {number: _drift(samples) for number, samples in self.launches}


def in_turns(cells: Sequence[Measured], first: Iterable[Measured], most: int) -> list[Measured]:
    """So many of the cells at most, in their order: runs take turns, each with those that are `first` before others."""
    early = {id(cell) for cell in first}
    runs: dict[str, list[Measured]] = defaultdict(list)
    for cell in sorted(cells, key=lambda cell: id(cell) not in early):
        runs[cell.run].append(cell)
    turns = [cell for turn in itertools.zip_longest(*runs.values()) for cell in turn if cell is not None]
    taken = {id(cell) for cell in turns[:most]}
    return [cell for cell in cells if id(cell) in taken]


def distributions(results: Sequence[Results], cells: Sequence[Measured]) -> tuple[Distribution, ...]:
    """Of the given cells alone: the samples of a whole run can be millions, so the frame of them all is not made."""
    wanted = {(cell.run_id, cell.cell_id, cell.device) for cell in cells}
    launches: dict[tuple[str, str, str], list[Launch]] = defaultdict(list)
    for result in results:
        for launch in result.launch_records:
            key = (result.run.run_id, *launch.identity)
            if key in wanted and launch.status == "ok" and "step" in launch.quantities:
                launches[key].append(launch)
    return tuple(
        Distribution(cell, tuple((launch.launch, step_times(launch)) for launch in found))
        for cell in cells
        if (found := sorted(launches[cell.run_id, cell.cell_id, cell.device], key=lambda launch: launch.launch))
    )


def _drift(samples: Sequence[float]) -> float | None:
    quarter = len(samples) // 4
    if quarter < _FEWEST:
        return None
    return statistics.median(samples[quarter:]) / statistics.median(samples[:quarter]) - 1
