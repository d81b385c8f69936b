"""Backends side by side on the same device."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from gpubench.analysis.case import Case, device_in_words
from gpubench.analysis.findings import Findings
from gpubench.analysis.framework_ratio import FrameworkRatio
from gpubench.analysis.numeral import times
from gpubench_reports.canvas import Drawing, label
from gpubench_reports.pictures.forest import MOST, ROW, Mark, Row, forest, key, limited, names
from gpubench_reports.theme import Theme

_PAIRS = 3
_Rows = dict[object, list[FrameworkRatio]]


def drawing(findings: Findings, source: str) -> Drawing | None:
    """The picture, a panel for each pair of backends; None with one backend."""
    panels = _panels(findings.frameworks)
    if not panels:
        return None
    shown = {pair: dict(list(rows.items())[: MOST // len(panels)]) for pair, rows in panels.items()}
    drawn, count = (sum(len(rows) for rows in some.values()) for some in (shown, panels))

    def draw(figure: Figure, theme: Theme) -> list[Line2D]:
        heights = [len(rows) + 3 for rows in shown.values()]
        column = figure.subplots(len(shown), 1, squeeze=False, gridspec_kw={"height_ratios": heights})[:, 0]
        for axes, (pair, rows) in zip(column, shown.items(), strict=True):
            named = names(found[0].left.case for found in rows.values())
            forest(axes, theme, [_row(findings, theme, found, named) for found in rows.values()])
            axes.set_title(label(f"←  {pair[1]} faster", 28), loc="left")
            axes.set_title(label(f"{pair[0]} faster  →", 28), loc="right")
        if len(findings.devices) < 2:
            return []
        return [key(theme.colour(name, findings.devices), "o", _device(findings, name)) for name in findings.devices]

    called = " or ".join(dict.fromkeys(name for pair in shown for name in pair))
    return Drawing(
        name="frameworks", title=f"Which is faster, {called}?",
        subtitle="Ratio of step times for the same work, each in its default mode, 95 % interval over launches; "
        f"hollow: no difference told.{limited(count, drawn, 'cases')}",
        alt=f"Ratio of step times of {called}, one row a case, on a logarithmic axis.",
        source=source, height=max(1.6, ROW * (drawn + 3 * len(shown))), draw=draw,
    )  # fmt: skip


def _panels(found: Sequence[FrameworkRatio]) -> dict[tuple[str, str], _Rows]:
    """For each pair of backends its comparisons by case; those of one case on several devices share a row."""
    panels: dict[tuple[str, str], _Rows] = defaultdict(lambda: defaultdict(list))
    for one in found:
        pair, back = (one.left.backend, one.right.backend), (one.right.backend, one.left.backend)
        panels[back if pair not in panels and back in panels else pair][
            one.left.run, one.left.case, one.differs
        ].append(one)
    return dict(list(panels.items())[:_PAIRS])


def _row(findings: Findings, theme: Theme, found: Sequence[FrameworkRatio], named: Mapping[Case, str]) -> Row:
    first = found[0]
    run = f"Run {first.left.run}: " if first.left.run else ""
    return Row(run + named[first.left.case], tuple(_mark(findings, theme, one) for one in found))


def _mark(findings: Findings, theme: Theme, one: FrameworkRatio) -> Mark:
    places = [findings.backends.index(side.backend) for side in (one.left, one.right)]
    ratio = one.ratio if places[0] < places[1] else one.ratio.inverse
    faster, _, factor = one.faster
    differs = f" ({one.differs[0]} {dict(faster.case.params)[one.differs[0]]})" if one.differs else ""
    device = f"{_device(findings, one.left.device)}: " if len(findings.devices) > 1 else ""
    words = f"{device}{faster.backend}{differs} {times(factor)[0]}"
    return Mark(ratio, theme.colour(one.left.device, findings.devices), "o", words)


def _device(findings: Findings, device: str) -> str:
    return device_in_words(device, several=len(findings.devices) > 2)
