"""The tables of what is made up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import simulation
from markdown import per_cent, table
from simulation import KINDS, LAUNCHES, RUNS, Unequal

from gpubench.analysis.margin import DEFAULT_MARGIN

TIMES = (1.0, 2.0, 4.0)
PLANTED = ((0.05, 0.01), (0.1, DEFAULT_MARGIN), (0.2, DEFAULT_MARGIN))
"""Slow-down and margin."""
SPREADS = (0.01, 0.02, 0.04, 0.08)
COUNTS = (*LAUNCHES, 15, 20)


@dataclass(frozen=True)
class Simulated:
    """size: kind, launches and margin to the share called different. coverage: kind and launches to that held."""

    size: Mapping[tuple[str, int, float], float]
    coverage: Mapping[tuple[str, int], float]
    unequal: tuple[Unequal, ...]
    power: Mapping[tuple[float, float, int, float], float]


def simulated(runs: int = RUNS) -> Simulated:
    """All of it, seeded. runs: comparisons of each kind; of intervals, which are dearer, a sixth as many."""
    return Simulated(
        size={
            (kind.name, count, margin): simulation.size(kind, count, margin, runs)
            for kind in KINDS
            for count in LAUNCHES
            for margin in (0.0, DEFAULT_MARGIN)
        },
        coverage={
            (kind.name, count): simulation.coverage(kind, count, runs // 6) for kind in KINDS for count in LAUNCHES
        },
        unequal=tuple(simulation.unequal(times, count, runs) for times in TIMES for count in LAUNCHES),
        power={
            (planted, margin, count, spread): simulation.power(planted, margin, spread, count, runs)
            for planted, margin in PLANTED
            for count in COUNTS
            for spread in SPREADS
        },
    )


def tables(found: Simulated) -> dict[str, str]:
    """By their names in the template."""
    return {
        "simulated_size": table(
            ("launches scatter", "launches a side", "called different at margin 0", "at margin 5 %", "interval holds"),
            (
                (
                    kind.name, str(count), per_cent(found.size[kind.name, count, 0.0]),
                    per_cent(found.size[kind.name, count, DEFAULT_MARGIN], 2),
                    per_cent(found.coverage[kind.name, count]),
                )
                for kind in KINDS
                for count in LAUNCHES
            ),
        ),
        "simulated_unequal": table(
            ("one side scatters", "launches a side", "Welch's t (ours)", "Student's t"),
            (
                (f"{one.times:g} times as much", str(one.launches), per_cent(one.welch), per_cent(one.student))
                for one in found.unequal
            ),
        ),
        "simulated_power": table(
            ("planted", "margin", "launches a side", *(f"scatter of launches {per_cent(at, 0)}" for at in SPREADS)),
            (
                (
                    f"+{per_cent(planted, 0)}", per_cent(margin, 0), str(count),
                    *(per_cent(found.power[planted, margin, count, spread], 0) for spread in SPREADS),
                )
                for planted, margin in PLANTED
                for count in COUNTS
            ),
        ),
    }  # fmt: skip
