"""Speed-ups of accelerators over the CPU."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from gpubench.analysis.case import Case, device_in_words, the_device
from gpubench.analysis.findings import Findings
from gpubench.analysis.measured import default_modes
from gpubench.analysis.speedup import Speedup
from gpubench_reports.canvas import Drawing, Narrow
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
from gpubench_reports.theme import LIGHT, Theme, marker

_Group = tuple[str, Case, str, str]


def drawing(findings: Findings, source: str) -> Drawing | None:
    """The picture; None without speed-ups."""
    groups = _groups(findings)
    if not groups:
        return None
    first = {one.cell.case for one in findings.headlines}
    shown = chosen(list(groups.items()), _about, MOST, first)
    named = names(group[1] for group in groups)

    def rows(theme: Theme) -> list[Row]:
        return [_row(findings, theme, group, found, named) for group, found in shown]

    def draw(figure: Figure, theme: Theme) -> list[Line2D]:
        axes = figure.add_subplot()
        forest(axes, theme, rows(theme))
        axes.set_xlabel("CPU time ÷ device time  (right of 1×: the device is faster)", size=9)
        return _keys(findings, theme, shown)

    def draw_narrow(figure: Figure, theme: Theme) -> None:
        axes = figure.add_subplot()
        stacked(axes, theme, rows(theme))
        axes.set_xlabel("right of 1×: the device is faster", size=8.5)

    name = " and ".join(dict.fromkeys(the_device(group[2], several=len(findings.devices) > 2) for group, _ in shown))
    slower = any(one.ratio.value < 1 and not one.ratio.untold for _, found in shown for one in found)
    subtitle = (
        "CPU step time over device step time, 95 % interval over launches; "
        "hollow, –: no difference told, by interval or noise floor"
        f"{'; CPU 2×: the CPU is 2× faster' if slower else ''}"
        f"{flagged(cell for _, found in shown for one in found for cell in (one.subject, one.base))}."
    )
    return Drawing(
        name="speedup", title=f"How much faster is {name} than the CPU?",
        subtitle=subtitle + limited(len(groups), len(shown), "cases"),
        alt=f"Speed-up of {name} over the CPU, one row a case, on a logarithmic axis.",
        source=source, height=max(1.6, ROW * 1.25 * len(shown) + 1.0), draw=draw,
        narrow=Narrow(stacked_height(rows(LIGHT)) + 0.5, draw_narrow),
    )  # fmt: skip


def _keys(findings: Findings, theme: Theme, shown: Sequence[tuple[_Group, Sequence[Speedup]]]) -> list[Line2D]:
    backends = dict.fromkeys(one.subject.backend for _, found in shown for one in found)
    devices = dict.fromkeys(group[2] for group, _ in shown)
    return [
        *(key(theme.quiet, marker(name, findings.backends), name) for name in backends),
        *(key(theme.colour(name, findings.devices), "", _device(findings, name), "-") for name in devices),
    ]


def _about(item: tuple[_Group, Sequence[Speedup]]) -> tuple[Hashable, Case, int]:
    """What tells a group's curve from others, its case, and how many speed-ups it holds."""
    (run, case, device, mode), found = item
    return (run, device, mode), case, len(found)


def _groups(findings: Findings) -> dict[_Group, list[Speedup]]:
    """Speed-ups of one case, device and run together; in other than default modes, apart."""
    usual = default_modes(findings.cells)
    groups: dict[_Group, list[Speedup]] = defaultdict(list)
    for one in findings.speedups:
        cell = one.subject
        groups[cell.run, cell.case, cell.device, "" if cell.mode == usual[cell.backend] else cell.mode].append(one)
    return groups


def _row(findings: Findings, theme: Theme, group: _Group, found: list[Speedup], named: Mapping[Case, str]) -> Row:
    run, case, device, mode = group
    where = [f"Run {run}: " if run else "", named[case], f", {mode}" if mode else ""]
    several = len(findings.devices) > 2
    colour = theme.colour(device, findings.devices)
    marks = tuple(
        Mark(
            one.ratio,
            colour,
            marker(one.subject.backend, findings.backends),
            _words(findings, one),
        )
        for one in found
    )
    return Row("".join(where) + (f", {device}" if several else ""), marks)


def _words(findings: Findings, one: Speedup) -> str:
    """From the side of the faster: the device goes without saying, the CPU is named, and backends if several are."""
    cells, ratio = (one.subject, one.base), one.ratio
    backend = one.subject.backend if len({other.subject.backend for other in findings.speedups}) > 1 else ""
    if ratio.untold or ratio.value >= 1:
        return said(f"{backend} ".lstrip(), ratio, cells)
    return said(f"{backend}: CPU ".lstrip(": "), ratio.inverse, cells)


def _device(findings: Findings, device: str) -> str:
    return device_in_words(device, several=len(findings.devices) > 2)
