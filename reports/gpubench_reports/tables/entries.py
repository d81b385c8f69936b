"""The entries that several tables share: cases, devices, quantities."""

from __future__ import annotations

from dataclasses import replace

from gpubench.analysis.case import device_in_words
from gpubench.analysis.doubt import grave
from gpubench.analysis.findings import Findings
from gpubench.analysis.measured import Measured
from gpubench.analysis.numeral import times
from gpubench.analysis.quantity import Shown, seconds
from gpubench.analysis.ratio import Ratio
from gpubench_reports.colour import by_backend
from gpubench_reports.table import Column, Entry

RUN = Column("Run", fold=True, named=True)
INTERVAL = "95 % interval"
STEP = Column("Step time", number=True, aside=INTERVAL)
CASE = (
    Column("Size"), Column("Parameters", fold=True), Column("Precision", fold=True), Column("Data", fold=True),
)  # fmt: skip
"""The columns of `of_case`."""


def of_case(cell: Measured) -> tuple[Entry, ...]:
    """Size, parameters, precision and data of a cell's case."""
    case = cell.case
    return (
        Entry(case.sized, mark="size"),
        Entry(case.params_in_words),
        Entry(case.precision),
        Entry(case.data),
    )


def of_device(findings: Findings, device: str) -> Entry:
    """A device with the colour that it has in the pictures, where devices have the colours."""
    if by_backend(findings):
        return Entry(device_title(findings, device))
    place = findings.devices.index(device) % 5 if device in findings.devices else 9
    return Entry(device_title(findings, device), mark=f"device device-{place}")


def device_title(findings: Findings, device: str) -> str:
    """What a device is called here; with its number where there are several of its class."""
    return device_in_words(device, several=len(findings.devices) > 2)


def amount(shown: Shown, mark: str = "") -> Entry:
    """A quantity without its interval."""
    return Entry(shown.text, mark=mark, value=shown.value)


def estimate(shown: Shown, mark: str = "") -> Entry:
    """A quantity with its interval beside it."""
    return Entry(shown.text, shown.interval, mark, shown.value)


def step(cell: Measured, mark: str = "") -> Entry:
    """A cell's step time with its interval."""
    return estimate(seconds(cell.step), mark)


def doubted_step(cell: Measured) -> Entry:
    """A cell's step time as the main figure of its row, with the flags that make it doubtful."""
    return replace(step(cell, "main"), doubt=doubt(cell))


def doubt(*cells: Measured) -> str:
    """The flags that make a figure doubtful which rests on these cells."""
    return grave(cells)


def of_ratio(ratio: Ratio, *cells: Measured) -> Entry:
    """A ratio with its interval as the main figure of its row, if it tells a difference. cells: what it rests on."""
    return Entry(*times(ratio), mark="" if ratio.untold else "main", value=ratio.value, doubt=doubt(*cells))


def count(number: int | None) -> Entry:
    """A whole number; nothing where it is not known."""
    return Entry("" if number is None else f"{number:,}", value=number)
