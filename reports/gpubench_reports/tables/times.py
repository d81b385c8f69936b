"""What the charts of times show: the points of curves, and the samples of launches."""

from __future__ import annotations

from collections.abc import Sequence

from gpubench.analysis.findings import Findings
from gpubench.analysis.growth import Growth
from gpubench.analysis.numeral import written
from gpubench.analysis.quantity import seconds, signed_percent
from gpubench_reports.table import Column, Entry, Table, table
from gpubench_reports.tables.entries import STEP, amount, count, estimate, of_device


def growth(findings: Findings, found: Sequence[Growth]) -> Table:
    """The points of a workload's curves."""
    columns = (
        Column("Run", fold=True), Column("Parameters", fold=True), Column("Precision", fold=True),
        Column("Data", fold=True), Column("Backend"), Column("Device", fold=True), Column("Size", number=True), STEP,
    )  # fmt: skip
    rows = [
        (
            Entry(one.run), Entry(one.example.params_in_words), Entry(one.example.precision), Entry(one.example.data),
            Entry(f"{curve.backend} ({curve.mode})"), of_device(findings, curve.device),
            Entry(written(size), value=size), estimate(seconds(step), "main"),
        )
        for one in found
        for curve in one.curves
        for size, step in curve.points
    ]  # fmt: skip
    return table(f"Step time against {found[0].example.axis}.", columns, [("", rows)])


def distribution(findings: Findings) -> Table:
    """The median of each launch of the headline cells, how its samples scatter about it, and whether they drift."""
    columns = (
        Column("Run", fold=True), Column("Case"), Column("Backend"), Column("Device", fold=True),
        Column("Launch", number=True), Column("Samples", number=True), Column("Median", number=True),
        Column("Later half", number=True), Column("Least", number=True), Column("10 %", number=True),
        Column("90 %", number=True), Column("99 %", number=True), Column("Most", number=True),
        Column("Outliers", number=True),
    )  # fmt: skip
    rows = [
        (
            Entry(one.cell.run), Entry(one.cell.case.words), Entry(one.cell.how), of_device(findings, one.cell.device),
            count(number + 1), count(len(samples)), amount(seconds(one.cell.medians.get(number)), "main"),
            amount(signed_percent(one.drift()[number])),
            *(amount(seconds(at)) for at in (min(samples), spread.p10, spread.p90, spread.p99, max(samples))),
            count(spread.outliers),
        )
        for one in findings.distributions
        for number, samples in one.launches
        for spread in (one.spread()[number],)
    ]  # fmt: skip
    caption = (
        "Samples of the headline cells by launch. Later half: how much longer the median of the samples taken last "
        "is than that of those taken first."
    )
    return table(caption, columns, [("", rows)])
