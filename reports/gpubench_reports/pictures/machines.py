"""Machines side by side: what all of them measured, each machine against the first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from gpubench.analysis.case import Case, device_in_words, the_device
from gpubench.analysis.findings import Findings
from gpubench.analysis.measured import Measured, default_modes
from gpubench.analysis.ratio import Ratio
from gpubench.analysis.side_by_side import Level, Machine, SideBySide
from gpubench.analysis.speedup import BASE
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
from gpubench_reports.theme import LIGHT, Theme, marker


@dataclass(frozen=True)
class _Both:
    """A cell on the first machine and on another. ratio: above 1 where the other is faster."""

    base: Measured
    other: Measured
    ratio: Ratio


_Kind = tuple[Case, str, str]
"""A case, a class of devices, and a mode where it is not the usual one."""

_Group = tuple[_Kind, list[_Both]]


@dataclass(frozen=True)
class _Panel:
    """Another machine beside the first."""

    base: Machine
    other: Machine
    groups: Sequence[_Group]

    @property
    def cells(self) -> list[Measured]:
        """Of both machines."""
        return [cell for _, found in self.groups for both in found for cell in (both.base, both.other)]


def drawing(findings: Findings, source: str) -> Drawing | None:
    """The picture, a panel for each machine but the first; None where they have no cell in common."""
    beside = findings.side_by_side
    if beside is None or not any(row.common for row in beside.rows):
        return None
    panels = _panels(findings, beside)
    shown = [_Panel(one.base, one.other, chosen(one.groups, _about, MOST // len(panels))) for one in panels]
    cells = [cell for panel in shown for cell in panel.cells]
    drawn, count = (sum(len(panel.groups) for panel in some) for some in (shown, panels))

    def rows(theme: Theme) -> list[list[Row]]:
        return [_rows(findings, theme, beside, panel) for panel in shown]

    def draw(figure: Figure, theme: Theme) -> list[Line2D]:
        for axes, panel, own in zip(pairs.column(figure, lengths), shown, rows(theme), strict=True):
            forest(axes, theme, own)
            pairs.head(axes, panel.other.words, panel.base.words, 11)
        return _keys(findings, theme, cells)

    def draw_narrow(figure: Figure, theme: Theme) -> None:
        for axes, panel, own in zip(pairs.column(figure, heights), shown, rows(theme), strict=True):
            stacked(axes, theme, own)
            pairs.head(axes, panel.other.words, panel.base.words, 8.5)

    lengths, heights = ([measure(own) for own in rows(LIGHT)] for measure in (_length, stacked_height))
    compared = beside.machines[: len(shown) + 1]
    called = " or ".join(machine.title for machine in compared)
    kinds = {cell.kind for cell in cells}
    where = f" on {the_device(min(kinds))}" if len(kinds) == 1 else ""
    more = len(beside.machines) - len(compared)
    left_out = f" {more} more machine{'s' if more > 1 else ''} not drawn; the report's table has all." if more else ""
    return Drawing(
        name="machines", title=f"Which machine is faster{where}, {called}?",
        subtitle=f"{'; '.join(_made_of(findings, one, kinds) for one in compared)}. "
        "Ratio of step times, 95 % interval over launches; hollow, –: no difference told, by interval or noise floor"
        f"{flagged(cells)}.{limited(count, drawn, 'cases')}{left_out}",
        alt=f"Ratio of step times on machines {called}, one row a case, on a logarithmic axis.",
        source=source, height=max(1.6, ROW * sum(lengths)), draw=draw,
        narrow=Narrow(sum(heights) + 0.6 * len(shown), draw_narrow),
    )  # fmt: skip


def _length(rows: Sequence[Row]) -> float:
    """The height of a panel with its head and axis, in rows."""
    return len(rows) + 3


def _made_of(findings: Findings, machine: Machine, kinds: Collection[str]) -> str:
    """A machine by its runs, with the models of those devices that are compared."""
    own = [run for run in findings.runs if (run.part or run.label) in machine.runs]
    models = [model for run in own for name, model in run.devices if name != BASE and name.partition(":")[0] in kinds]
    told = dict.fromkeys([*([machine.cpu] if BASE in kinds else []), *models])
    return f"{machine.title}: {', '.join(filter(None, told)) or 'model not known'}"


def _panels(findings: Findings, beside: SideBySide) -> list[_Panel]:
    modes = default_modes(findings.cells)
    found = []
    for place, other in enumerate(beside.machines[1 : pairs.MOST + 1], 1):
        groups: dict[_Kind, list[_Both]] = defaultdict(list)
        for row in beside.rows:
            base, cell, ratio = row.cells[0], row.cells[place], row.ratios[place]
            if row.common and base is not None and cell is not None and ratio is not None:
                mode = "" if base.mode == modes[base.backend] else base.mode
                groups[base.case, base.kind, mode].append(_Both(base, cell, ratio))
        found.append(_Panel(beside.machines[0], other, list(groups.items())))
    return found


def _about(group: _Group) -> tuple[Hashable, Case, int]:
    """What tells a group's curve from others, its case, and how many comparisons it holds."""
    (case, kind, mode), found = group
    return (kind, mode), case, len(found)


def _rows(findings: Findings, theme: Theme, beside: SideBySide, panel: _Panel) -> list[Row]:
    """The mean of each class of devices, then the cases."""
    kinds = {cell.kind for cell in panel.cells}
    several = len({cell.backend for cell in panel.cells}) > 1
    named = names(case for (case, _, _), _ in panel.groups)

    def row(name: str, kind: str, marks: Iterable[Mark]) -> Row:
        return Row(f"{name}, {device_in_words(kind)}" if len(kinds) > 1 else name, tuple(marks))

    means = [
        row(_mean_of(one), one.kind, [_mark(findings, theme, panel, one.mean.ratio, one.cells)])
        for one in beside.levels
        if one.machine == panel.other and one.mean.ratio is not None
    ]
    cases = [
        row(
            named[case] + (f", {mode}" if mode else ""), kind,
            [_mark(findings, theme, panel, one.ratio, (one.base, one.other), told=several) for one in found],
        )
        for (case, kind, mode), found in panel.groups
    ]  # fmt: skip
    return [*means, *cases]


def _mean_of(level: Level) -> str:
    return f"Geometric mean of {level.mean.cells} {'cell' if level.mean.cells == 1 else 'cells'}"


def _mark(
    findings: Findings, theme: Theme, panel: _Panel, ratio: Ratio, cells: Sequence[Measured], *, told: bool = False
) -> Mark:
    """cells: that it rests on; those of several backends have the marker of none. told: whether the backend is."""
    faster, factor = (panel.base, ratio.inverse) if ratio.value < 1 else (panel.other, ratio)
    first = cells[0]
    shape = marker(first.backend, findings.backends) if len({cell.backend for cell in cells}) == 1 else "D"
    whose = (f"{first.backend}: " if told else "") + ("" if ratio.untold else f"{faster.title} ")
    return Mark(ratio, colour(theme, findings, first.device, first.backend), shape, said(whose, factor, cells))


def _keys(findings: Findings, theme: Theme, cells: Sequence[Measured]) -> list[Line2D]:
    backends = [name for name in findings.backends if any(cell.backend == name for cell in cells)]
    if by_backend(findings):
        return [key(theme.colour(name, findings.backends), marker(name, findings.backends), name) for name in backends]
    kinds = {cell.kind: cell.device for cell in reversed(cells)}
    devices = [name for name in findings.devices if name in kinds.values()]
    return [
        *(key(theme.quiet, marker(name, findings.backends), name) for name in backends),
        *(key(theme.colour(name, findings.devices), "", device_in_words(name), "-") for name in devices),
    ]
