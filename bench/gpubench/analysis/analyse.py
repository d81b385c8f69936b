"""Results to findings: the one door of the analysis."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from gpubench.analysis.above import above
from gpubench.analysis.again import Typed, typed
from gpubench.analysis.beside import missing
from gpubench.analysis.caveat import Caveat, caveats
from gpubench.analysis.ceiling import ceilings, theories
from gpubench.analysis.crossover import crossovers
from gpubench.analysis.distribution import distributions, in_turns
from gpubench.analysis.findings import Findings
from gpubench.analysis.flag import flags
from gpubench.analysis.framework_ratio import FrameworkRatio, framework_ratios
from gpubench.analysis.growth import growths
from gpubench.analysis.headline import headlines, of_one_time
from gpubench.analysis.history import histories, newest
from gpubench.analysis.machines import begun, machine_names, part_labels, refuse_twice, run_labels
from gpubench.analysis.measured import Measured, main_cells, measured
from gpubench.analysis.no_noise_floor import no_noise_floor
from gpubench.analysis.no_roofline import no_roofline
from gpubench.analysis.noise_floor import NoiseFloor, noise_floors, with_noise_floors
from gpubench.analysis.overhead import overheads
from gpubench.analysis.overview import Overview, overview
from gpubench.analysis.roofline import placements
from gpubench.analysis.side_by_side import SideBySide, side_by_side
from gpubench.analysis.speedup import BASE, Speedup, speedups
from gpubench.analysis.transfer import transfers
from gpubench.analysis.verdict import MOST, verdicts
from gpubench.analysis.wait import waits
from gpubench.analysis.within_noise import within_noise
from gpubench.results.flags import NOOP
from gpubench.results.results import Results

_MOST_DISTRIBUTIONS = 8


def analyse(results: Sequence[Results]) -> Findings:
    """The findings of one or more runs, in the order given. Raises UsageError for a run that is given twice."""
    refuse_twice(results)
    cells, floors = _cells(results)
    main = main_cells(cells)
    runs = _overviews(results, cells)
    place = _place(cells)
    work = [cell for cell in main if cell.case.workload != NOOP]
    between = tuple(sorted(framework_ratios(work), key=lambda one: (one.differs is not None, place(one.left))))
    over_cpu = tuple(sorted(speedups(work), key=lambda one: place(one.subject)))
    crossed = crossovers(over_cpu, cells)
    moved = transfers(work, over_cpu)
    placed = placements(main, limits := ceilings(main, theories(results)))
    times = {result.run.run_id: begun(result) for result in results}
    speaking = of_one_time(work, times)
    headline = headlines(speaking)
    beside = side_by_side(runs, machine_names(results), sorted(newest(work, times), key=place))
    typing = typed(runs[0], cells)
    told = verdicts(speaking, over_cpu, between, crossed, moved, beside, _summaries(results))
    carded = [cell for verdict in told[:MOST] for cell in verdict.cells]
    return Findings(
        runs=runs,
        verdicts=told[:MOST],
        verdicts_more=max(0, len(told) - MOST),
        caveats=(
            *caveats(results, runs, cells),
            *above(placed, results),
            *_noise(between, over_cpu, beside, runs, typing),
        ),
        cells=tuple(sorted(main, key=place)),
        headlines=headline,
        latencies=tuple(cell for cell in cells if cell.latency_only),
        not_ok=tuple(sorted((cell for cell in cells if not (cell.ok or cell.latency_only)), key=place)),
        flags=flags(cells),
        speedups=over_cpu,
        crossovers=crossed,
        frameworks=between,
        growths=tuple(sorted(growths(work), key=lambda one: place(one.curves[0].cells[0]))),
        ceilings=tuple(limits.values()),
        placements=tuple(sorted(placed, key=lambda one: place(one.cell))),
        transfers=moved,
        distributions=distributions(results, in_turns([one.cell for one in headline], carded, _MOST_DISTRIBUTIONS)),
        noise_floors=floors,
        overheads=overheads(main),
        missing=missing(results, cells, typing),
        no_roofline=no_roofline(main, placed, results[0].run),
        side_by_side=beside,
        histories=tuple(sorted(histories(work, times), key=lambda one: place(one.cells[-1]))),
        waits=waits(results, part_labels(results)),
        backends=tuple(dict.fromkeys(cell.backend for cell in cells)),
        devices=_devices(main),
    )


def _cells(results: Sequence[Results]) -> tuple[list[Measured], tuple[NoiseFloor, ...]]:
    """All cells with their noise floors; and these floors."""
    timed = measured(results, part_labels(results))
    floors = noise_floors(timed)
    return with_noise_floors(timed, floors), floors


def _noise(
    frameworks: Sequence[FrameworkRatio],
    over_cpu: Sequence[Speedup],
    beside: SideBySide | None,
    runs: Sequence[Overview],
    typing: Typed,
) -> list[Caveat]:
    """What the noise floor says of ratios, and what is not known without one."""
    twice = typing.twice if all(run.complete for run in runs) else ""
    return [
        *within_noise(frameworks, over_cpu, beside, typing), *no_noise_floor(frameworks, over_cpu, beside, twice)
    ]  # fmt: skip


def _summaries(results: Sequence[Results]) -> dict[str, str]:
    return {workload: text for one in results for workload, text in one.run.summaries.items()}


def _overviews(results: Sequence[Results], cells: Sequence[Measured]) -> tuple[Overview, ...]:
    own: dict[str, list[Measured]] = defaultdict(list)
    for cell in cells:
        own[cell.run_id].append(cell)
    labelled = zip(results, run_labels(results), part_labels(results), strict=True)
    return tuple(overview(one, label, own[one.run.run_id], part) for one, label, part in labelled)


def _place(cells: Sequence[Measured]) -> Callable[[Measured], tuple[Any, ...]]:
    """Sorts workloads in plan order, and within one by case, so that who did the same work stands together."""
    place = {workload: index for index, workload in enumerate(dict.fromkeys(cell.case.workload for cell in cells))}
    return lambda cell: (place[cell.case.workload], cell.run, *cell.case.order, cell.device != BASE)


def _devices(cells: Sequence[Measured]) -> tuple[str, ...]:
    return tuple(sorted(dict.fromkeys(cell.device for cell in cells), key=lambda device: device != BASE))
