"""What the charts of times show: the points of curves, and the samples of launches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from gpubench.analysis.distribution import Distribution
from gpubench.analysis.findings import Findings
from gpubench.analysis.growth import Growth
from gpubench.analysis.numeral import written
from gpubench.analysis.quantity import seconds, signed_percent
from gpubench.results.dispersion import FLOORS, Dispersion
from gpubench_reports.table import Column, Entry, Table, table
from gpubench_reports.tables.entries import RUN, STEP, amount, count, doubt, doubted_step, of_device

_PERCENTILES = {"10 %": "p10", "90 %": "p90", "99 %": "p99"}


def growth(findings: Findings, found: Sequence[Growth]) -> Table:
    """The points of a workload's curves."""
    columns = (
        RUN, Column("Parameters", fold=True), Column("Precision", fold=True), Column("Data", fold=True),
        Column("Backend", fold=True), Column("Device", fold=True), Column("Size", number=True), STEP,
    )  # fmt: skip
    rows = [
        (
            Entry(one.run), Entry(one.example.params_in_words), Entry(one.example.precision), Entry(one.example.data),
            Entry(f"{curve.backend} ({curve.mode})"), of_device(findings, curve.device),
            Entry(written(size), value=size), doubted_step(cell),
        )
        for one in found
        for curve in one.curves
        for (size, _), cell in zip(curve.points, curve.cells, strict=True)
    ]  # fmt: skip
    return table(f"Step time against {found[0].example.axis}.", columns, [("", rows)])


def distribution(findings: Findings) -> Table:
    """The median of each launch of the headline cells, how its samples scatter about it, and whether they drift."""
    launches = [
        (one, number, samples, spread)
        for one in findings.distributions
        for (number, samples), spread in zip(one.launches, one.spread().values(), strict=True)
    ]
    told = _told(spread for *_, spread in launches)
    columns = (
        RUN, Column("Case"), Column("Backend", fold=True), Column("Device", fold=True),
        Column("Launch", number=True), Column("Samples", number=True), Column("Median", number=True),
        Column("After first quarter", number=True), Column("Least", number=True),
        *(Column(title, number=True) for title in told), Column("Most", number=True), Column("Outliers", number=True),
    )  # fmt: skip
    rows = [
        (
            Entry(one.cell.run), Entry(one.cell.case.words), Entry(one.cell.how), of_device(findings, one.cell.device),
            count(number + 1), count(len(samples)), _median(one, number),
            amount(signed_percent(one.drift()[number])),
            amount(seconds(min(samples))), *(amount(seconds(getattr(spread, name))) for name in told.values()),
            amount(seconds(max(samples))), count(spread.outliers),
        )
        for one, number, samples, spread in launches
    ]  # fmt: skip
    caption = (
        "Samples of the headline cells by launch. After first quarter: how much longer the median of these samples is "
        "than that of the first quarter, by which drift is told. Times scatter upwards, so high percentiles need many "
        "samples: "
        f"{' and '.join(f'{share} % is told from {fewest} a launch on' for share, fewest in FLOORS.items())}."
    )
    return table(caption, columns, [("", rows)])


def _told(spreads: Iterable[Dispersion]) -> dict[str, str]:
    """The percentiles that some launch has enough samples for, by title."""
    listed = list(spreads)
    return {
        title: name for title, name in _PERCENTILES.items() if any(getattr(one, name) is not None for one in listed)
    }


def _median(one: Distribution, number: int) -> Entry:
    return replace(amount(seconds(one.cell.medians.get(number)), "main"), doubt=doubt(one.cell))
