"""The roofline for a telephone: of each case the share of what its ceilings allow, which has room for its name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, PercentFormatter

from gpubench.analysis.case import Case
from gpubench.analysis.doubt import doubtful
from gpubench.analysis.findings import Findings
from gpubench.analysis.quantity import NONE, percent
from gpubench.analysis.roofline import Placement
from gpubench_reports.apart import together
from gpubench_reports.canvas import Narrow
from gpubench_reports.colour import colour
from gpubench_reports.pictures.choice import chosen
from gpubench_reports.pictures.columns import Panel, Unmarked, why_unmarked
from gpubench_reports.pictures.forest import MOST, flagged, limited
from gpubench_reports.pictures.stack import BAR, SIZE, Caption, height, places, spread, write
from gpubench_reports.theme import Theme, marker

_NEAR = 0.06
"""Shares that are nearer to each other than this would have their marks on each other."""
_EDGE = 1.5
"""The largest share that is drawn in its place: one of many times its ceiling would press all others to the left."""
_Rows = list[tuple[Caption, Sequence[Placement], Unmarked]]


def shares(findings: Findings, panels: Sequence[Panel]) -> Narrow:
    """The picture, below a heading for each panel its cases."""
    rows = [row for panel in panels for row in _rows(panel, MOST // len(panels))]
    captions = [caption for caption, _, _ in rows]
    hollow = {id(one) for panel in panels for one in panel.placements if panel.hollow(one.cell)}
    placed = [one for _, found, _ in rows for one in found]

    def draw(figure: Figure, theme: Theme) -> None:
        axes = figure.add_subplot()
        for place, (_, found, _) in zip(places(captions), rows, strict=True):
            for at, one in _placed(place, found):
                _mark(axes, theme, findings, at, one, hollow=id(one) in hollow)
        axes.set_xlim(-0.03, 1.06 * max(1.0, *(min(one.share, _EDGE) for one in placed)))
        axes.xaxis.set_major_locator(FixedLocator([0, 0.25, 0.5, 0.75, 1]))
        axes.xaxis.set_major_formatter(PercentFormatter(1, symbol=" %"))
        write(axes, theme, captions, at=1)

    beyond = "; →: beyond the edge" if any(one.share > _EDGE for one in placed) else ""
    least = "; ≤: a larger product might show a higher ceiling" if any(one.at_most for one in placed) else ""
    doubt = flagged(cell for one in placed for cell in (one.cell, one.ceiling.limit(one.intensity)))
    reasons = why_unmarked(one for _, _, unmarked in rows for one in unmarked)
    lacking = f"; {NONE}: {reasons}" if reasons else ""
    return Narrow(
        height(captions) + 0.3, draw,
        subtitle="Share of what the fastest product and the fastest copy measured here let a case reach"
        f"{least}{beyond}{'; hollow: not its usual mode' if hollow else ''}{doubt}{lacking}."
        + limited(len(findings.placements), len(placed), "cells"),
        alt="Rate of arithmetic as a share of what is attainable, one row a case.",
    )  # fmt: skip


def _rows(panel: Panel, most: int) -> _Rows:
    """The panel's title, then its cases by operations a byte."""
    kept = chosen(panel.columns, lambda column: (None, column[0], len(column[1])), most)
    return [
        (Caption(panel.title), (), ()),
        *((Caption(panel.names[case], tuple(_words(panel, case, found))), found, panel.unmarked.get(case, ()))
          for case, found in kept),
    ]  # fmt: skip


def _words(panel: Panel, case: Case, found: Sequence[Placement]) -> Iterator[str]:
    """The share of each mark of a case, then what has none."""
    for one in found:
        most = "≤" if one.at_most else ""
        flag = "⚑" if doubtful([one.cell, one.ceiling.limit(one.intensity)]) else ""
        yield " ".join(filter(None, (panel.who(one.cell), most, percent(one.share), flag)))
    for cell, _ in panel.unmarked.get(case, ()):
        yield f"{panel.who(cell)} {NONE}"


def _placed(place: float, found: Sequence[Placement]) -> Iterator[tuple[float, Placement]]:
    """The marks of a row at its place, those of about the same share around it."""
    ascending = sorted(found, key=lambda one: one.share)
    for group in together([min(one.share, _EDGE) for one in ascending], _NEAR):
        yield from zip(spread(place, len(group), BAR), (ascending[number] for number in group), strict=True)


def _mark(axes: Axes, theme: Theme, findings: Findings, place: float, one: Placement, *, hollow: bool) -> None:
    shade = colour(theme, findings, one.cell.device, one.cell.backend)
    axes.plot(
        [min(one.share, _EDGE)], [place], linestyle="", markersize=6 if hollow else 7.5,
        markeredgewidth=1.2 if hollow else 1.0, markeredgecolor=shade if hollow else theme.paper,
        marker=marker(one.cell.backend, findings.backends), markerfacecolor=theme.paper if hollow else shade,
    )  # fmt: skip
    if one.share > _EDGE:
        axes.text(_EDGE * 1.03, place, "→", color=shade, size=SIZE, va="center")
