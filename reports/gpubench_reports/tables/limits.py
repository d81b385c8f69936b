"""What limits the work: the ceilings of each device, how near each cell comes to them, and what transfers cost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from gpubench.analysis.ceiling import Ceiling, place
from gpubench.analysis.estimate import Estimate
from gpubench.analysis.findings import Findings
from gpubench.analysis.measured import Measured
from gpubench.analysis.numeral import fixed, share
from gpubench.analysis.quantity import NONE, byte_rate, flop_rate, percent, seconds
from gpubench.analysis.roofline import Placement
from gpubench.analysis.speedup import Speedup
from gpubench.analysis.transfer import Transfer
from gpubench_reports.table import Column, Entry, Table, table
from gpubench_reports.tables.entries import CASE, INTERVAL, RUN, amount, doubt, of_case, of_device, of_ratio

Shares = Mapping[tuple[str, str, str], Placement]
_LEAST = "≤: a larger product might show a higher ceiling."


def ceilings(findings: Findings) -> Table:
    """The two ceilings of each device and precision, and the cells that showed them."""
    theory = any(one.theory for one in findings.ceilings)
    by = Column("Measured by", named=True)
    columns = (
        RUN, Column("Device"), Column("Precision"),
        Column("Fastest product", number=True), by,
        *([Column("By theory, not measured", number=True)] if theory else []),
        Column("Fastest copy", number=True), by, Column("They meet at", number=True),
    )  # fmt: skip
    rows = [
        (
            Entry(one.product.run), of_device(findings, one.product.device), Entry(one.product.case.precision),
            Entry(_peak(one), mark="main", value=one.peak, doubt=doubt(one.product)), Entry(_by(one.product)),
            *([_theory(one)] if theory else []),
            replace(amount(byte_rate(one.bandwidth, one.copy.step), "main"), doubt=doubt(one.copy)),
            Entry(_by(one.copy)),
            Entry(f"{intensity(one.ridge)} FLOP/byte", value=one.ridge, doubt=doubt(one.product, one.copy)),
        )
        for one in findings.ceilings
    ]  # fmt: skip
    return table(
        "What each device was measured to do at best; a step is held to the lower of the two at its intensity."
        + _AT_LEAST * any(not one.settled for one in findings.ceilings),
        columns,
        [("", rows)],
    )


def roofline(findings: Findings) -> Table:
    """Every cell under the ceilings of its device and precision."""
    columns = (
        RUN, Column("Workload"), *CASE[:3], Column("Device", fold=True), Column("Backend", fold=True),
        Column("FLOP/byte", number=True), Column("Rate", number=True), Column("Attainable", number=True),
        Column("Of that", number=True), Column("Limited by"),
    )  # fmt: skip
    rows = [
        (
            Entry(cell.run), Entry(cell.case.workload), *of_case(cell)[:3], of_device(findings, cell.device),
            Entry(cell.how), Entry(intensity(one.intensity), value=one.intensity),
            amount(flop_rate(one.rate, cell.step)),
            amount(flop_rate(one.attainable, limit.step)),
            Entry(share_in_words(one), mark="main", value=one.share, doubt=doubt(cell, limit)), Entry(one.words),
        )
        for one in findings.placements
        for cell, limit in [(one.cell, one.ceiling.limit(one.intensity))]
    ]  # fmt: skip
    least = f" {_LEAST}" if any(one.at_most for one in findings.placements) else ""
    return table(
        "Attainable: the rate of the fastest product measured, or the bandwidth of the fastest copy times the "
        f"operations for each byte, whichever is lower.{least} Operations and bytes are those of each workload's "
        "formula. Left out: work that takes its device less than a hundredth of the cheapest call.",
        columns,
        [("", rows)],
    )


def transfers(findings: Findings) -> Table:
    """What it costs to bring data to a device and results back."""
    columns = (
        RUN, Column("Workload"), *CASE[:3], Column("Device", fold=True), Column("Backend", fold=True),
        Column("Resident", number=True), Column("From the host", number=True),
        Column("Copies take", number=True, aside=INTERVAL),
        Column("Speed-up without", number=True, aside=INTERVAL), Column("With", number=True, aside=INTERVAL),
        Column("In words"),
    )  # fmt: skip
    rows = [
        (
            Entry(cell.run), Entry(cell.case.workload), *of_case(cell)[:3], of_device(findings, cell.device),
            Entry(cell.how), amount(seconds(cell.step)), amount(seconds(one.host.step)),
            Entry(*share(one.share), "main", one.share.value, doubt(cell, one.host)),
            *(_over_cpu(over) for over in (one.bare, one.whole)),
            Entry(_words(one)),
        )
        for one in findings.transfers
        for cell in [one.resident]
    ]  # fmt: skip
    return table(
        "The same step with its data on the device already, and from the host's memory to a result there. "
        "Speed-ups are over the CPU, which does the same without transfers.",
        columns,
        [("", rows)],
    )


def shares(findings: Findings) -> Shares:
    """What has a share of what is attainable, by run and identity of the cell."""
    return {(one.cell.run_id, *one.cell.identity): one for one in findings.placements}


def ceiling_column(known: Shares) -> tuple[Column, ...]:
    """The column of `of_ceiling`; none where no share is known."""
    return (Column("Of ceiling", number=True),) if known else ()


def of_ceiling(cell: Measured, known: Shares) -> tuple[Entry, ...]:
    """A cell's share of what is attainable, in a table that has the column."""
    if not known:
        return ()
    placed = known.get((cell.run_id, *cell.identity))
    return (Entry(NONE) if placed is None else Entry(share_in_words(placed), value=placed.share),)


def share_in_words(one: Placement) -> str:
    """`63 %`; `≤63 %` under a ceiling that a larger product might raise."""
    return f"{'≤' if one.at_most else ''}{percent(one.share)}"


def on_shares(findings: Findings, listed: Iterable[Measured]) -> str:
    """A caption's sentences on shares that may be lower, and on why cells have none; empty where there is neither."""
    known, cells = shares(findings), list(listed)
    placed = [known[key] for cell in cells if (key := (cell.run_id, *cell.identity)) in known]
    lacking = [cell for cell in cells if (cell.run_id, *cell.identity) not in known]
    said = f" {_LEAST}" if any(one.at_most for one in placed) else ""
    if not known or not any(cell.flops for cell in lacking):
        return said
    *others, last = sorted({_why_unplaced(findings, cell) for cell in lacking})
    either = ", ".join([*others, f"or {last}" if others else last])
    return f"{said} Without a share of the ceiling ({NONE}): {either}."


def intensity(flop_per_byte: float) -> str:
    """Two digits that matter, and never a fraction from ten on."""
    return fixed(flop_per_byte, 0) if flop_per_byte >= 10 else f"{flop_per_byte:.2g}"


def _theory(one: Ceiling) -> Entry:
    if one.theory is None:
        return Entry(NONE)
    return amount(flop_rate(one.theory.flop_per_s, Estimate(1.0)))


def _why_unplaced(findings: Findings, cell: Measured) -> str:
    """What `placements` leaves a cell out for."""
    if not cell.flops:
        return "no arithmetic"
    places = {(place(one.product), one.product.case.precision) for one in findings.ceilings}
    if not cell.bytes or (place(cell), cell.case.precision) not in places:
        return "no ceiling measured"
    if cell.case.data != "resident":
        return "data from the host"
    return "too little work (less than a hundredth of the cheapest call)"


_AT_LEAST = " At least: no product of half the operations came near, so a larger one may be faster still."


def _peak(one: Ceiling) -> str:
    return ("" if one.settled else "at least ") + flop_rate(one.peak, one.product.step).text


def _by(cell: Measured) -> str:
    return f"{cell.case.name}, {cell.how}"


def _over_cpu(one: Speedup | None) -> Entry:
    return Entry(NONE) if one is None else of_ratio(one.ratio, one.base, one.subject)


def _words(one: Transfer) -> str:
    return "wins only without its transfers" if one.decides else ""
