"""Peak memory of the cases of a run, by backend and device."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from gpubench.analysis.case import Case, device_in_words, the_device
from gpubench.analysis.findings import Findings
from gpubench.analysis.measured import Measured, default_modes
from gpubench.results.units import size
from gpubench_reports.axis import log_bytes
from gpubench_reports.canvas import Drawing, Narrow, label
from gpubench_reports.colour import colour
from gpubench_reports.pictures.forest import MOST, ROW, key, limited, names
from gpubench_reports.pictures.stack import BAR, Caption, height, places, spread, write
from gpubench_reports.theme import Theme, marker

_ACROSS = 0.6
"""Of a row, its marks have so much of its height."""


def bytes_of(cell: Measured) -> int | None:
    """Peak memory where the cell computes: the host's on the CPU, else the device's."""
    return cell.peak_host_bytes if cell.kind == "cpu" else cell.peak_device_bytes


def drawing(findings: Findings, source: str) -> Drawing | None:
    """The picture, a row a case, and another for each mode that is not a backend's default; None without any memory."""
    usual = default_modes(findings.cells)
    rows: dict[tuple[str, Case, str], list[Measured]] = defaultdict(list)
    for cell in findings.cells:
        if bytes_of(cell):
            rows[cell.run, cell.case, "" if cell.mode == usual[cell.backend] else cell.mode].append(cell)
    if not rows:
        return None
    shown = dict(sorted(rows.items(), key=lambda row: row[0][2] != "")[:MOST])
    named = names(case for _, case, _ in shown)
    captions = [Caption(_name(row, named), _numbers(findings, found)) for row, found in shown.items()]

    def draw(figure: Figure, theme: Theme) -> list[Line2D]:
        axes = figure.subplots()
        _marks(axes, theme, findings, _placed(shown.values(), range(len(shown)), _ACROSS))
        axes.set_yticks(range(len(shown)), [label(_name(row, named), 60) for row in shown])
        axes.set_ylim(len(shown) - 0.5, -0.5)
        return _keys(findings, theme, {(cell.device, cell.backend) for found in shown.values() for cell in found})

    def draw_narrow(figure: Figure, theme: Theme) -> None:
        axes = figure.subplots()
        _marks(axes, theme, findings, _placed(shown.values(), places(captions), BAR))
        write(axes, theme, captions)

    return Drawing(
        name="memory", title="How much memory does a step take?",
        subtitle="Peak over what its process held before: on the CPU the host's, on any other device its own. Default "
        f"modes, but where a row names one.{limited(len(rows), len(shown), 'cases')}",
        alt="Peak memory, one row a case, on a logarithmic axis.",
        source=source, height=max(1.6, ROW * (len(shown) + 2)), draw=draw,
        narrow=Narrow(height(captions) + 0.3, draw_narrow),
    )  # fmt: skip


def _marks(axes: Axes, theme: Theme, findings: Findings, placed: Sequence[tuple[float, Measured]]) -> None:
    """A mark a cell at its height, with ticks as far as they fit."""
    for place, cell in placed:
        axes.plot([bytes_of(cell) or 0], [place], linestyle="", markersize=6.5, alpha=0.8,
                  marker=marker(cell.backend, findings.backends),
                  color=colour(theme, findings, cell.device, cell.backend))  # fmt: skip
    log_bytes(axes, [bytes_of(cell) or 0 for _, cell in placed])


def _placed(
    rows: Iterable[Sequence[Measured]], heights: Iterable[float], across: float
) -> list[tuple[float, Measured]]:
    """The cells of each row about its height. across: how much of it they have."""
    return [
        placed
        for found, place in zip(rows, heights, strict=True)
        for placed in zip(spread(place, len(found), across), found, strict=True)
    ]


def _numbers(findings: Findings, found: Sequence[Measured]) -> tuple[str, ...]:
    several = len(findings.devices) > 2
    return tuple(
        f"{cell.backend} {device_in_words(cell.device, several=several)} {size(bytes_of(cell) or 0)}" for cell in found
    )


def _keys(findings: Findings, theme: Theme, drawn: set[tuple[str, str]]) -> list[Line2D]:
    several = len(findings.devices) > 2
    return [
        key(colour(theme, findings, device, backend), marker(backend, findings.backends),
            f"{backend} on {the_device(device, several=several)}")
        for device in findings.devices
        for backend in findings.backends
        if (device, backend) in drawn
    ]  # fmt: skip


def _name(row: tuple[str, Case, str], named: Mapping[Case, str]) -> str:
    run, case, mode = row
    return "".join((f"Run {run}: " if run else "", named[case], f", {mode}" if mode else ""))
