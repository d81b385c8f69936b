"""Who is faster: devices against the CPU, and backends against each other."""

from __future__ import annotations

from gpubench.analysis.findings import Findings
from gpubench.analysis.framework_ratio import FrameworkRatio
from gpubench.analysis.ratio import Answer, Ratio
from gpubench.analysis.untold import untold
from gpubench_reports.table import Column, Entry, Table, table
from gpubench_reports.tables.entries import CASE, INTERVAL, RUN, device_title, doubt, of_case, of_device, of_ratio, step


def speedups(findings: Findings) -> Table:
    """Every device against the CPU."""
    columns = (
        RUN, Column("Workload"), *CASE, Column("Device", fold=True), Column("Backend", fold=True),
        Column("CPU step", number=True, aside=INTERVAL), Column("Device step", number=True, aside=INTERVAL),
        Column("Speed-up", number=True, aside=INTERVAL), Column("In words"),
    )  # fmt: skip
    rows = [
        (
            Entry(one.subject.run), Entry(one.subject.case.workload), *of_case(one.subject),
            of_device(findings, one.subject.device), Entry(one.subject.how), step(one.base), step(one.subject),
            of_ratio(one.ratio, one.base, one.subject),
            Entry(_words(one.ratio, device_title(findings, one.subject.device), "CPU")),
        )
        for one in findings.speedups
    ]  # fmt: skip
    return table("CPU step time over device step time; above 1 the device is faster.", columns, [("", rows)])


def crossovers(findings: Findings) -> Table:
    """From which size on a device wins."""
    columns = (
        RUN, Column("Workload"), *CASE[1:], Column("Device", fold=True), Column("Backend", fold=True),
        Column("Crossover", named=True),
    )  # fmt: skip
    rows = [
        (
            Entry(cell.run), Entry(cell.case.workload), *of_case(cell)[1:], of_device(findings, cell.device),
            Entry(cell.how), Entry(one.words, mark="main", value=one.at, doubt=doubt(*one.cells)),
        )
        for one in findings.crossovers
        for cell in [one.example]
    ]  # fmt: skip
    return table("From which size on the device wins, interpolated between measured sizes.", columns, [("", rows)])


def frameworks(findings: Findings) -> Table:
    """Backends against each other, the faster named first."""
    columns = (
        RUN, Column("Workload"), *CASE, Column("Device", fold=True), Column("Faster", named=True),
        Column("Step", number=True), Column("Slower", named=True), Column("Step", number=True),
        Column("Ratio", number=True, aside=INTERVAL), Column("In words"),
    )  # fmt: skip
    equal = [_framework(findings, one) for one in findings.frameworks if one.differs is None]
    unlike = [_framework(findings, one) for one in findings.frameworks if one.differs is not None]
    groups = [("The same work, done the same way", equal), ("The same work, done another way on one side", unlike)]
    return table(
        "Step times on the same device, each backend in its default mode.",
        columns,
        [group for group in groups if group[1]],
    )


def _framework(findings: Findings, one: FrameworkRatio) -> tuple[Entry, ...]:
    fast, slow, ratio = one.faster
    size, params, precision, data = of_case(fast)
    return (
        Entry(fast.run), Entry(fast.case.workload), size, Entry("" if one.differs else params.text), precision, data,
        of_device(findings, fast.device), Entry(one.name_of(fast)), step(fast), Entry(one.name_of(slow)), step(slow),
        of_ratio(ratio, fast, slow), Entry(_answer(ratio)),
    )  # fmt: skip


def _words(ratio: Ratio, subject: str, base: str) -> str:
    if ratio.answer is Answer.FASTER:
        return f"{subject} faster"
    return f"{base} faster" if ratio.answer is Answer.SLOWER else _answer(ratio)


def _answer(ratio: Ratio) -> str:
    if ratio.answer is Answer.NO_INTERVAL:
        return "too few launches to say"
    return untold(ratio) if ratio.untold else "faster"
