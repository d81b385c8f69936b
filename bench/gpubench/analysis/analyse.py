"""Results to findings: the one door of the analysis."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from gpubench.analysis.caveat import caveats
from gpubench.analysis.crossover import crossovers
from gpubench.analysis.distribution import distributions
from gpubench.analysis.findings import Findings
from gpubench.analysis.flag import flags
from gpubench.analysis.framework_ratio import framework_ratios
from gpubench.analysis.growth import growths
from gpubench.analysis.headline import headline_cells
from gpubench.analysis.measured import Measured, main_cells, measured, run_labels
from gpubench.analysis.noise_floor import noise_floors
from gpubench.analysis.overhead import NOOP, overheads
from gpubench.analysis.overview import Overview, overview
from gpubench.analysis.speedup import BASE, speedups
from gpubench.analysis.verdict import verdicts
from gpubench.results.results import Results

_MOST_DISTRIBUTIONS = 8


def analyse(results: Sequence[Results]) -> Findings:
    """The findings of one or more runs, in the order given."""
    cells = measured(results)
    main = main_cells(cells)
    runs = _overviews(results, cells)
    place = _place(main)
    work = [cell for cell in main if cell.case.workload != NOOP]
    between = framework_ratios(work)
    over_cpu = tuple(sorted(speedups(work), key=lambda one: place(one.subject)))
    crossed = crossovers(over_cpu)
    headline = [cell for members in headline_cells(work) for cell in members]
    return Findings(
        runs=runs,
        verdicts=verdicts(work, over_cpu, between, crossed),
        caveats=caveats(results, runs, cells),
        cells=tuple(sorted(main, key=place)),
        not_ok=tuple(cell for cell in cells if not cell.ok),
        flags=flags(cells),
        speedups=over_cpu,
        crossovers=crossed,
        frameworks=between,
        growths=growths(work),
        distributions=distributions(results, headline[:_MOST_DISTRIBUTIONS]),
        noise_floors=noise_floors(cells),
        overheads=overheads(main),
        backends=tuple(dict.fromkeys(cell.backend for cell in cells)),
        devices=_devices(main),
    )


def _overviews(results: Sequence[Results], cells: Sequence[Measured]) -> tuple[Overview, ...]:
    labels = run_labels(results)
    own: dict[str, list[Measured]] = {label: [] for label in labels}
    for cell in cells:
        own[cell.run].append(cell)
    return tuple(overview(result, label, own[label]) for result, label in zip(results, labels, strict=True))


def _place(cells: Sequence[Measured]) -> Callable[[Measured], tuple[Any, ...]]:
    """Sorts workloads in plan order, and within one by case, so that who did the same work stands together."""
    place = {workload: index for index, workload in enumerate(dict.fromkeys(cell.case.workload for cell in cells))}
    return lambda cell: (place[cell.case.workload], cell.run, *cell.case.order, cell.device != BASE)


def _devices(cells: Sequence[Measured]) -> tuple[str, ...]:
    return tuple(sorted(dict.fromkeys(cell.device for cell in cells), key=lambda device: device != BASE))
