"""What was measured: the headline cells, all cells, and what passes of their own measured beside the times."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from gpubench.analysis.findings import Findings
from gpubench.analysis.measured import Measured
from gpubench.analysis.quantity import NONE, byte_rate, flop_rate, item_rate, seconds
from gpubench.results.units import energy as joules
from gpubench.results.units import size
from gpubench_reports.table import Column, Entry, Table, table
from gpubench_reports.tables.entries import CASE, RUN, STEP, amount, count, doubted_step, of_case, of_device
from gpubench_reports.tables.limits import ceiling_column, of_ceiling, on_shares, shares

_DEVICE_TIME = {"Device time": "device_s"}
_MEMORY = {"Host memory": "peak_host_bytes", "Device memory": "peak_device_bytes"}
_ENERGY = {"Energy a call": "energy_j"}


def headline(findings: Findings) -> Table:
    """One case of each workload, on every backend and device."""
    transfers = any(one.with_transfers for one in findings.headlines)
    known = shares(findings)
    columns = (
        RUN, Column("Case"), *CASE[2:], Column("Device", fold=True), Column("Backend", fold=True),
        Column("Threads", number=True, fold=True), STEP, Column("Throughput", number=True, aside=""),
        *ceiling_column(known), Column("Latency", number=True),
        *([Column("Step with transfers", number=True)] if transfers else []),
    )  # fmt: skip
    rows = [
        (
            Entry(cell.run), Entry(cell.case.name), *of_case(cell)[2:], of_device(findings, cell.device),
            Entry(cell.how), count(cell.threads), doubted_step(cell), _rate(cell), *of_ceiling(cell, known),
            amount(seconds(cell.latency_s)),
            *([amount(seconds(one.with_transfers.step if one.with_transfers else None))] if transfers else []),
        )
        for one in findings.headlines
        for cell in [one.cell]
    ]  # fmt: skip
    machine = "the first machine, of those that all measured" if findings.side_by_side else "this machine"
    caption = f"Of each workload the case that says most of {machine}, in each backend's default mode."
    return table(caption + on_shares(findings, [one.cell for one in findings.headlines]), columns, [("", rows)])


def cells(findings: Findings) -> Table:
    """Every cell that was measured and found right, by workload."""
    beside = _measured_of(findings.cells, {**_DEVICE_TIME, **_MEMORY, **_ENERGY})
    known = shares(findings)
    columns = (
        RUN, *CASE, Column("Device", fold=True), Column("Backend", fold=True),
        Column("Mode", fold=True), Column("Threads", number=True, fold=True), STEP,
        Column("Throughput", number=True, aside=""), *ceiling_column(known),
        Column("Latency", number=True), Column("First call", number=True), Column("Launches", number=True, fold=True),
        *(Column(title, number=True) for title in beside),
    )  # fmt: skip
    groups: dict[str, list[tuple[Entry, ...]]] = defaultdict(list)
    for cell in findings.cells:
        groups[cell.case.workload].append(
            (
                Entry(cell.run), *of_case(cell), of_device(findings, cell.device), Entry(cell.backend),
                Entry(cell.mode), count(cell.threads), doubted_step(cell), _rate(cell),
                *of_ceiling(cell, known), amount(seconds(cell.latency_s)), amount(seconds(cell.first_call_s)),
                count(cell.launches),
                *(_passed(cell, name) for name in beside.values()),
            )
        )  # fmt: skip
    caption = "Step time is the steady-state time of one call; its 95 % interval is over launches."
    return table(caption + on_shares(findings, findings.cells), columns, list(groups.items()))


def memory(findings: Findings) -> Table:
    """Peak memory of every cell that it was measured of."""
    return _passes(findings, _MEMORY, "Peak memory of a step, over what its process held before.")


def energy(findings: Findings) -> Table:
    """Energy of every cell that it was measured of."""
    return _passes(findings, _ENERGY, "Energy of one call, less what idling takes in that time.")


def _passes(findings: Findings, fields: dict[str, str], caption: str) -> Table:
    found = [cell for cell in findings.cells if any(getattr(cell, name) is not None for name in fields.values())]
    told = _measured_of(found, fields)
    columns = (
        RUN, *CASE, Column("Device", fold=True), Column("Backend", fold=True), Column("Mode", fold=True),
        *(Column(title, number=True) for title in told),
    )  # fmt: skip
    groups: dict[str, list[tuple[Entry, ...]]] = defaultdict(list)
    for cell in found:
        groups[cell.case.workload].append(
            (
                Entry(cell.run), *of_case(cell), of_device(findings, cell.device), Entry(cell.backend),
                Entry(cell.mode), *(_passed(cell, name, "main") for name in told.values()),
            )
        )  # fmt: skip
    return table(caption, columns, list(groups.items()))


def _measured_of(found: Iterable[Measured], fields: dict[str, str]) -> dict[str, str]:
    """Of the fields, by title, those that some cell has."""
    listed = list(found)
    return {title: name for title, name in fields.items() if any(getattr(cell, name) is not None for cell in listed)}


def _passed(cell: Measured, name: str, mark: str = "") -> Entry:
    """Device time, memory or energy of a cell."""
    value = getattr(cell, name)
    if value is None:
        return Entry(NONE)
    if name == "device_s":
        return amount(seconds(value), mark)
    return Entry(joules(value) if name == "energy_j" else size(value), mark=mark, value=value)


def _rate(cell: Measured) -> Entry:
    """Operations a second, or bytes where there are none, with items a second beside them."""
    items = item_rate(cell.items_per_s, cell.step, cell.item)
    flops = flop_rate(cell.flop_per_s, cell.step) if cell.flop_per_s else byte_rate(cell.bytes_per_s, cell.step)
    return Entry(flops.text, items.text if items.text != NONE else "", value=flops.value)
