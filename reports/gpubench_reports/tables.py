"""The tables of the page, made of findings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from gpubench.analysis.case import device_in_words
from gpubench.analysis.caveat import STATUS_WORDS
from gpubench.analysis.findings import Findings
from gpubench.analysis.framework_ratio import FrameworkRatio
from gpubench.analysis.growth import Growth
from gpubench.analysis.measured import Measured
from gpubench.analysis.numeral import times
from gpubench.analysis.ratio import Answer, Ratio
from gpubench.results.units import energy, size
from gpubench_reports.quantity import NONE, flop_rate, item_rate, percent, seconds
from gpubench_reports.table import Column, Entry, Table, table

_INTERVAL = "95 % interval"
_STEP = Column("Step time", number=True, aside=_INTERVAL)


def cells(findings: Findings) -> Table:
    """Every cell that was measured and found right, by workload."""
    columns = (
        Column("Run", fold=True), Column("Size"), Column("Parameters", fold=True), Column("Precision", fold=True),
        Column("Data", fold=True), Column("Device", fold=True), Column("Backend"), Column("Mode"),
        Column("Threads", number=True, fold=True), _STEP,
        Column("Throughput", number=True, aside=""), Column("Latency", number=True), Column("First call", number=True),
        Column("Launches", number=True, fold=True), *_beside(findings),
    )  # fmt: skip
    groups: dict[str, list[tuple[Entry, ...]]] = defaultdict(list)
    for cell in findings.cells:
        groups[cell.case.workload].append(_cell(findings, cell))
    return table(
        "Step time is the steady-state time of one call; its 95 % interval is over launches.",
        columns,
        list(groups.items()),
    )


def _cell(findings: Findings, cell: Measured) -> tuple[Entry, ...]:
    step, case = seconds(cell.step), case_of(cell)
    flops, items = flop_rate(cell.flop_per_s, cell.step), item_rate(cell.items_per_s, cell.step, cell.item)
    rate = Entry(flops.text, items.text if items.text != NONE else "")
    return (
        Entry(cell.run), *case, _device(findings, cell.device), Entry(cell.backend), Entry(cell.mode),
        Entry(str(cell.threads)), Entry(step.text, step.interval, "main"), rate, Entry(seconds(cell.latency_s).text),
        Entry(seconds(cell.first_call_s).text), Entry(str(cell.launches)),
        *(Entry(_amount_beside(cell, name)) for name in _beside(findings).values()),
    )  # fmt: skip


def _beside(findings: Findings) -> dict[Column, str]:
    """Columns of what passes beside the times measured, of those that measured anything, with the field of each."""
    known = {"Host memory": "peak_host_bytes", "Device memory": "peak_device_bytes", "Energy a call": "energy_j"}
    return {
        Column(title, number=True): name
        for title, name in known.items()
        if any(getattr(cell, name) is not None for cell in findings.cells)
    }


def _amount_beside(cell: Measured, name: str) -> str:
    """Memory or energy of a cell in words."""
    amount = getattr(cell, name)
    if amount is None:
        return NONE
    return energy(amount) if name == "energy_j" else size(amount)


def case_of(cell: Measured) -> tuple[Entry, ...]:
    """Size, parameters, precision and data of a cell's case."""
    case = cell.case
    return (
        Entry(f"{case.axis} {case.size}", mark="size"),
        Entry(case.params_in_words),
        Entry(case.precision),
        Entry(case.data),
    )


def speedups(findings: Findings) -> Table:
    """Every device against the CPU."""
    columns = (
        Column("Run", fold=True), Column("Workload"), Column("Size"), Column("Parameters", fold=True),
        Column("Precision", fold=True), Column("Data", fold=True), Column("Device", fold=True), Column("Backend"),
        Column("CPU step", number=True, aside=_INTERVAL), Column("Device step", number=True, aside=_INTERVAL),
        Column("Speed-up", number=True, aside=_INTERVAL),
        Column("In words"),
    )  # fmt: skip
    rows = [
        (
            Entry(one.subject.run), Entry(one.subject.case.workload), *case_of(one.subject),
            _device(findings, one.subject.device), Entry(one.subject.how), _step(one.base), _step(one.subject),
            _ratio(one.ratio), Entry(_words(one.ratio, _title(findings, one.subject.device), "CPU")),
        )
        for one in findings.speedups
    ]  # fmt: skip
    return table("CPU step time over device step time; above 1 the device is faster.", columns, [("", rows)])


def crossovers(findings: Findings) -> Table:
    """From which size on a device wins."""
    columns = (
        Column("Run", fold=True), Column("Workload"), Column("Parameters", fold=True), Column("Precision", fold=True),
        Column("Data", fold=True), Column("Device", fold=True), Column("Backend"), Column("Crossover"),
    )  # fmt: skip
    rows = [
        (
            Entry(cell.run), Entry(cell.case.workload), *case_of(cell)[1:], _device(findings, cell.device),
            Entry(cell.how), Entry(one.words, mark="main"),
        )
        for one in findings.crossovers
        for cell in [one.example]
    ]  # fmt: skip
    return table("From which size on the device wins, interpolated between measured sizes.", columns, [("", rows)])


def frameworks(findings: Findings) -> Table:
    """Backends against each other, the faster named first."""
    columns = (
        Column("Run", fold=True), Column("Workload"), Column("Size"), Column("Parameters", fold=True),
        Column("Precision", fold=True), Column("Data", fold=True), Column("Device", fold=True), Column("Faster"),
        Column("Step", number=True), Column("Slower"), Column("Step", number=True),
        Column("Ratio", number=True, aside=_INTERVAL),
        Column("In words"),
    )  # fmt: skip
    equal = [_framework(findings, one) for one in findings.frameworks if one.differs is None]
    unlike = [_framework(findings, one) for one in findings.frameworks if one.differs is not None]
    groups = [("", equal), ("Not the same way of doing it: one parameter exists for one side only", unlike)]
    return table(
        "The same work on the same device, each backend in its default mode.",
        columns,
        [group for group in groups if group[1]],
    )


def _framework(findings: Findings, one: FrameworkRatio) -> tuple[Entry, ...]:
    fast, slow, ratio = one.faster
    size, params, precision, data = case_of(fast)
    return (
        Entry(fast.run), Entry(fast.case.workload), size, Entry("" if one.differs else params.text), precision, data,
        _device(findings, fast.device), Entry(one.name_of(fast)), _step(fast), Entry(one.name_of(slow)), _step(slow),
        _ratio(ratio), Entry(_answer(ratio)),
    )  # fmt: skip


def growth(findings: Findings, found: Sequence[Growth]) -> Table:
    """The points of a workload's curves."""
    columns = (
        Column("Run", fold=True), Column("Parameters", fold=True), Column("Precision", fold=True),
        Column("Data", fold=True), Column("Backend"), Column("Device", fold=True), Column("Size", number=True),
        _STEP,
    )  # fmt: skip
    rows = [
        (
            Entry(one.run), Entry(one.example.params_in_words), Entry(one.example.precision), Entry(one.example.data),
            Entry(f"{curve.backend} ({curve.mode})"), _device(findings, curve.device), Entry(f"{size:g}"),
            Entry(seconds(step).text, seconds(step).interval),
        )
        for one in found
        for curve in one.curves
        for size, step in curve.points
    ]  # fmt: skip
    return table(f"Step time against {found[0].example.axis}.", columns, [("", rows)])


def distribution(findings: Findings) -> Table:
    """The median of each launch of the headline cells, and how its samples scatter about it."""
    columns = (
        Column("Run", fold=True), Column("Case"), Column("Backend"), Column("Device", fold=True),
        Column("Launch", number=True), Column("Samples", number=True), Column("Median", number=True),
        Column("Least", number=True), Column("10 %", number=True), Column("90 %", number=True),
        Column("99 %", number=True), Column("Most", number=True), Column("Outliers", number=True),
    )  # fmt: skip
    rows = [
        (
            Entry(one.cell.run), Entry(one.cell.case.words), Entry(one.cell.how), _device(findings, one.cell.device),
            Entry(str(number + 1)), Entry(str(len(samples))), Entry(seconds(one.cell.medians.get(number)).text),
            *(Entry(seconds(at).text) for at in (min(samples), spread.p10, spread.p90, spread.p99, max(samples))),
            Entry(str(spread.outliers)),
        )
        for one in findings.distributions
        for number, samples in one.launches
        for spread in (one.spread()[number],)
    ]  # fmt: skip
    return table("Samples of the headline cells by launch.", columns, [("", rows)])


def not_ok(findings: Findings) -> Table:
    """Cells without a valid time, what went wrong first, what could not run here last."""
    order = ("failed", "crashed", "oom", "timeout", "unverified", "skipped")
    columns = (
        Column("Run", fold=True), Column("Status"), Column("Cell"), Column("Backend"), Column("Device", fold=True),
        Column("Reason"),
    )  # fmt: skip
    found = sorted(findings.not_ok, key=lambda cell: order.index(cell.status) if cell.status in order else 0)
    rows = [
        (
            Entry(cell.run), Entry(cell.status, mark="quiet" if cell.status == "skipped" else "bad"),
            Entry(cell.case.words + (f" ({cell.variant})" if cell.variant else "")), Entry(cell.how),
            _device(findings, cell.device), Entry(cell.reason or STATUS_WORDS.get(cell.status, "no reason was given")),
        )
        for cell in found
    ]  # fmt: skip
    return table("Cells without a valid time; none of them is in any ratio.", columns, [("", rows)])


def noise(findings: Findings) -> Table:
    """The A/A pairs."""
    columns = (
        Column("Run", fold=True), Column("Cell"), Column("Backend"), Column("Device", fold=True),
        Column("Second over first", number=True, aside=_INTERVAL), Column("Noise floor", number=True),
    )  # fmt: skip
    rows = [
        (
            Entry(one.cell.run), Entry(one.cell.case.words), Entry(one.cell.how), _device(findings, one.cell.device),
            _ratio(one.ratio.inverse), Entry(percent(one.floor), mark="main"),
        )
        for one in findings.noise_floors
    ]  # fmt: skip
    return table("The same cell measured twice in the same run, by other processes.", columns, [("", rows)])


def overhead(findings: Findings) -> Table:
    """The harness's own cost."""
    columns = (
        Column("Run", fold=True), Column("Backend"), Column("Device", fold=True), Column("Empty call", number=True),
        Column("Share of the quickest step", number=True),
    )  # fmt: skip
    rows = [
        (
            Entry(one.cell.run), Entry(one.cell.backend), _device(findings, one.cell.device),
            Entry(seconds(one.seconds).text), Entry(NONE if one.share is None else percent(one.share)),
        )
        for one in findings.overheads
    ]  # fmt: skip
    return table("What the harness itself adds to each call.", columns, [("", rows)])


def _step(cell: Measured) -> Entry:
    shown = seconds(cell.step)
    return Entry(shown.text, shown.interval)


def _ratio(ratio: Ratio) -> Entry:
    return Entry(*times(ratio), mark="main")


def _words(ratio: Ratio, subject: str, base: str) -> str:
    if ratio.answer is Answer.FASTER:
        return f"{subject} faster"
    return f"{base} faster" if ratio.answer is Answer.SLOWER else _answer(ratio)


def _answer(ratio: Ratio) -> str:
    if ratio.answer is Answer.NO_INTERVAL:
        return "too few launches to say"
    return f"no difference that {ratio.launches} launches can tell" if ratio.answer is Answer.UNDECIDED else "faster"


def _title(findings: Findings, device: str) -> str:
    return device_in_words(device, several=len(findings.devices) > 2)


def _device(findings: Findings, device: str) -> Entry:
    known: Iterable[str] = findings.devices
    place = list(known).index(device) % 5 if device in findings.devices else 9
    return Entry(_title(findings, device), mark=f"device device-{place}")
