"""Backends side by side on the same device."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from gpubench.analysis.case import Case, device_in_words
from gpubench.analysis.findings import Findings
from gpubench.analysis.framework_ratio import FrameworkRatio
from gpubench.analysis.measured import Measured
from gpubench_reports.canvas import Drawing, Narrow
from gpubench_reports.colour import by_backend, colour
from gpubench_reports.pictures import pairs
from gpubench_reports.pictures.choice import chosen
from gpubench_reports.pictures.forest import (
    MOST,
    ROW,
    Mark,
    Row,
    flagged,
    forest,
    key,
    limited,
    names,
    said,
    stacked,
    stacked_height,
)
from gpubench_reports.theme import LIGHT, Theme

_Rows = dict[object, list[FrameworkRatio]]


def drawing(findings: Findings, source: str) -> Drawing | None:
    """The picture, a panel for each pair of backends; None with one backend."""
    panels = _panels(findings.frameworks)
    if not panels:
        return None
    first = {one.cell.case for one in findings.headlines}
    shown = {
        pair: dict(chosen(list(rows.items()), _about, MOST // len(panels), first)) for pair, rows in panels.items()
    }
    cells = [side for some in shown.values() for row in some.values() for one in row for side in (one.left, one.right)]
    headings = sum(any(map(_differs, rows.values())) for rows in shown.values())
    drawn, count = (sum(len(rows) for rows in some.values()) for some in (shown, panels))

    def draw(figure: Figure, theme: Theme) -> list[Line2D]:
        heights = [len(rows) + any(map(_differs, rows.values())) + 3 for rows in shown.values()]
        for axes, (pair, rows) in zip(pairs.column(figure, heights), shown.items(), strict=True):
            forest(axes, theme, _rows(findings, theme, list(rows.values())))
            pairs.head(axes, *pair, 11)
        return _keys(findings, theme, cells)

    def draw_narrow(figure: Figure, theme: Theme) -> None:
        for axes, (pair, rows) in zip(pairs.column(figure, heights), shown.items(), strict=True):
            stacked(axes, theme, _rows(findings, theme, list(rows.values())))
            pairs.head(axes, *pair, 8.5)

    heights = [stacked_height(_rows(findings, LIGHT, list(rows.values()))) for rows in shown.values()]
    called = " or ".join(dict.fromkeys(name for pair in shown for name in pair))
    return Drawing(
        name="frameworks", title=f"Which is faster, {called}?",
        subtitle="Ratio of step times for the same work, each in its default mode, 95 % interval over launches; "
        f"hollow, –: no difference told, by interval or noise floor{flagged(cells)}.{limited(count, drawn, 'cases')}",
        alt=f"Ratio of step times of {called}, one row a case, on a logarithmic axis.",
        source=source, height=max(1.6, ROW * (drawn + headings + 3 * len(shown))), draw=draw,
        narrow=Narrow(sum(heights) + 0.6 * len(shown), draw_narrow),
    )  # fmt: skip


def _keys(findings: Findings, theme: Theme, cells: Sequence[Measured]) -> list[Line2D]:
    if by_backend(findings):
        backends = dict.fromkeys(cell.backend for cell in cells)
        return [key(theme.colour(name, findings.backends), "o", f"{name} faster") for name in backends]
    devices = [name for name in findings.devices if any(cell.device == name for cell in cells)]
    return [key(theme.colour(name, findings.devices), "o", _device(findings, name)) for name in devices]


def _panels(found: Sequence[FrameworkRatio]) -> dict[tuple[str, str], _Rows]:
    """For each pair of backends, by name, its comparisons by case; those of one case on several devices share a row.

    By name, so that two pictures that hold the same run are not each other's mirror image.
    """
    panels: dict[tuple[str, str], _Rows] = defaultdict(lambda: defaultdict(list))
    for one in found:
        first, second = sorted((one.left.backend, one.right.backend))
        panels[first, second][one.left.run, one.left.case, one.differs].append(one)
    return dict(list(panels.items())[: pairs.MOST])


def _about(row: tuple[object, Sequence[FrameworkRatio]]) -> tuple[Hashable, Case, int]:
    """What tells a row's curve from others, its case, and how many comparisons it holds."""
    first = row[1][0]
    return (first.left.run, first.differs), first.left.case, len(row[1])


def _rows(findings: Findings, theme: Theme, rows: Sequence[Sequence[FrameworkRatio]]) -> list[Row]:
    """Those that do the work the same way, then under a heading those of which one side does it another way."""
    named = names(map(_case, findings.frameworks))
    alike = [_row(findings, theme, found, named) for found in rows if not _differs(found)]
    unlike = [_row(findings, theme, found, named) for found in rows if _differs(found)]
    return [*alike, *([Row("Done another way on one side", ()), *unlike] if unlike else [])]


def _differs(found: Sequence[FrameworkRatio]) -> bool:
    return found[0].differs is not None


def _row(findings: Findings, theme: Theme, found: Sequence[FrameworkRatio], named: Mapping[Case, str]) -> Row:
    first = found[0]
    run = f"Run {first.left.run}: " if first.left.run else ""
    ways = ""
    if first.differs is not None:
        _, left, right = first.differs
        ways = f", {first.left.backend} {left}, {first.right.backend} {right}"
    return Row(run + named[_case(first)] + ways, tuple(_mark(findings, theme, one) for one in found))


def _case(one: FrameworkRatio) -> Case:
    """The case of both sides: without the parameter in which they are not alike."""
    if one.differs is None:
        return one.left.case
    return replace(one.left.case, params=tuple(param for param in one.left.case.params if param[0] != one.differs[0]))


def _mark(findings: Findings, theme: Theme, one: FrameworkRatio) -> Mark:
    ratio = one.ratio if one.left.backend < one.right.backend else one.ratio.inverse
    faster, _, factor = one.faster
    differs = f" ({one.differs[0]} {dict(faster.case.params)[one.differs[0]]})" if one.differs else ""
    device = f"{_device(findings, one.left.device)}: " if len(findings.devices) > 1 else ""
    words = said(device + ("" if ratio.untold else f"{faster.backend}{differs} "), factor, (one.left, one.right))
    return Mark(ratio, colour(theme, findings, one.left.device, faster.backend), "o", words)


def _device(findings: Findings, device: str) -> str:
    return device_in_words(device, several=len(findings.devices) > 2)
