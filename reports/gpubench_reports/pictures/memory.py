"""Peak memory of the cases of a run, by backend and device."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.transforms import ScaledTranslation

from gpubench.analysis.case import Case, device_in_words, the_device
from gpubench.analysis.findings import Findings
from gpubench.analysis.measured import Measured, default_modes
from gpubench.results.units import size
from gpubench_reports.apart import together
from gpubench_reports.axis import log_bytes
from gpubench_reports.canvas import WIDTH, Drawing, Narrow, inches, label
from gpubench_reports.colour import colour
from gpubench_reports.pictures.forest import MOST, ROW, key, limited, names
from gpubench_reports.pictures.stack import BAR, Caption, height, places, spread, write
from gpubench_reports.theme import Theme, marker

_ACROSS = 0.6
"""Of a row, marks that would lie on each other have so much of its height."""
_NEAR = 0.04
"""Of the axis: marks of a row that are nearer than this would lie on each other."""
_NAME, _FIGURE, _POINTS = 10.0, 9.0, 72
"""Points of the name of a row, of a figure, and of an inch."""
_GAP, _LEAST, _HEAD = 0.16, 2.0, 0.85
"""Inches between columns of figures and, at least, of the axes beside them; rows from the first up to their heads."""
_TOLD = 64
"""Letters up to which cases are named for which memory did not suffice; others are counted."""


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
    gone = [cell for cell in findings.not_ok if cell.status == "oom"]
    named = names([*(case for _, case, _ in shown), *(cell.case for cell in gone)])
    drawn = {(cell.device, cell.backend) for found in shown.values() for cell in found}
    captions = [Caption(_name(row, named), _numbers(findings, found)) for row, found in shown.items()]

    def draw(figure: Figure, theme: Theme) -> list[Line2D]:
        axes = figure.subplots()
        _marks(axes, theme, findings, _placed(shown.values(), range(len(shown)), _ACROSS))
        axes.set_yticks(range(len(shown)), [label(_name(row, named), 60) for row in shown])
        axes.set_ylim(len(shown) - 0.5, -0.5)
        keys = _keys(findings, theme, drawn)
        _figures(axes, theme, list(shown.values()), dict(zip(_ordered(findings, drawn), keys, strict=True)))
        return keys

    def draw_narrow(figure: Figure, theme: Theme) -> None:
        axes = figure.subplots()
        _marks(axes, theme, findings, _placed(shown.values(), places(captions), BAR))
        write(axes, theme, captions)

    return Drawing(
        name="memory", title="How much memory does a step take?",
        subtitle="Peak over what its process held before, on a logarithmic axis: the host's on the CPU, else the "
        f"device's. Default modes, but where a row names one.{limited(len(rows), len(shown), 'cases')}"
        f"{_gone(findings, gone, named)}",
        alt="Peak memory, one row a case, on a logarithmic axis.",
        source=source, height=max(1.6, ROW * (len(shown) + 2)), draw=draw,
        narrow=Narrow(height(captions) + 0.3, draw_narrow),
    )  # fmt: skip


def _marks(axes: Axes, theme: Theme, findings: Findings, placed: Sequence[tuple[float, Measured]]) -> None:
    """A mark a cell at its height, with ticks as far as they fit."""
    for place, cell in placed:
        axes.plot([bytes_of(cell) or 0], [place], linestyle="", markersize=8,
                  marker=marker(cell.backend, findings.backends), markeredgecolor=theme.paper,
                  color=colour(theme, findings, cell.device, cell.backend))  # fmt: skip
    log_bytes(axes, [bytes_of(cell) or 0 for _, cell in placed])


def _placed(
    rows: Iterable[Sequence[Measured]], heights: Iterable[float], across: float
) -> list[tuple[float, Measured]]:
    """The cells of each row at its height, those of about as many bytes around it. across: what these have together."""
    rows = list(rows)
    logs = [math.log(bytes_of(cell) or 1) for found in rows for cell in found]
    near = _NEAR * (max(logs) - min(logs)) or 1.0
    placed: list[tuple[float, Measured]] = []
    for found, place in zip(rows, heights, strict=True):
        ascending = sorted(found, key=lambda cell: bytes_of(cell) or 0)
        for group in together([math.log(bytes_of(cell) or 1) for cell in ascending], near):
            cells = sorted((ascending[number] for number in group), key=found.index)
            placed += zip(spread(place, len(cells), across), cells, strict=True)
    return placed


def _figures(
    axes: Axes, theme: Theme, rows: Sequence[Sequence[Measured]], columns: Mapping[tuple[str, str], Line2D]
) -> None:
    """What each row took, to the right of it, a column for each device and backend under the mark of these.

    None where names and figures would leave no room for the marks.
    """
    figures: dict[tuple[str, str], dict[int, str]] = {pair: {} for pair in columns}
    for place, found in enumerate(rows):
        for cell in found:
            figures[cell.device, cell.backend][place] = size(bytes_of(cell) or 0)
    widths = {pair: max(inches(one, _FIGURE) for one in column.values()) for pair, column in figures.items()}
    names = max(inches(name.get_text(), _NAME) for name in axes.get_yticklabels())
    if WIDTH - names - sum(_GAP + wide for wide in widths.values()) < _LEAST:
        return
    right = 0.0
    for pair, mark in columns.items():
        right += _GAP + widths[pair]
        for place, figure in figures[pair].items():
            axes.annotate(
                figure, (1, place), xycoords=axes.get_yaxis_transform(), xytext=(right * _POINTS, 0),
                textcoords="offset points", size=_FIGURE, color=theme.quiet, ha="right", va="center_baseline",
                annotation_clip=False,
            )  # fmt: skip
        aside = ScaledTranslation(right - widths[pair] / 2, 0, axes.figure.dpi_scale_trans)
        axes.plot([1], [-_HEAD], marker=mark.get_marker(), markersize=7, color=mark.get_color(), clip_on=False,
                  linestyle="", transform=axes.get_yaxis_transform() + aside)  # fmt: skip


def _gone(findings: Findings, gone: Sequence[Measured], named: Mapping[Case, str]) -> str:
    """A sentence about cells for which memory did not suffice; empty where there are none."""
    usual, several = default_modes(findings.cells), len(findings.devices) > 2
    whose: dict[str, dict[str, None]] = defaultdict(dict)
    for cell in gone:
        backend = cell.backend if cell.mode == usual.get(cell.backend, cell.mode) else cell.how
        whose[f"{_name((cell.run, cell.case, ''), named)} on {the_device(cell.device, several)}"][backend] = None
    if not whose:
        return ""
    told, *others = (f"{case} ({', '.join(backends)})" for case, backends in whose.items())
    while others and len(f"{told}; {others[0]}") <= _TOLD:
        told += f"; {others.pop(0)}"
    return f" Out of memory: {told}{f' and {len(others)} more' if others else ''}."


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
        for device, backend in _ordered(findings, drawn)
    ]  # fmt: skip


def _ordered(findings: Findings, drawn: set[tuple[str, str]]) -> list[tuple[str, str]]:
    pairs = ((device, backend) for device in findings.devices for backend in findings.backends)
    return [pair for pair in pairs if pair in drawn]


def _name(row: tuple[str, Case, str], named: Mapping[Case, str]) -> str:
    run, case, mode = row
    return "".join((f"Run {run}: " if run else "", named[case], f", {mode}" if mode else ""))
