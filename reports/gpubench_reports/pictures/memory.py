"""Peak memory of the cases of a run, by backend and device."""

from __future__ import annotations

from collections import defaultdict

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter

from gpubench.analysis.case import device_in_words
from gpubench.analysis.findings import Findings
from gpubench.analysis.measured import Measured
from gpubench.results.units import size
from gpubench_reports.canvas import Drawing, label
from gpubench_reports.pictures.forest import MOST, ROW, key, limited, names
from gpubench_reports.theme import Theme, marker


def bytes_of(cell: Measured) -> int | None:
    """Peak memory where the cell computes: the host's on the CPU, else the device's."""
    return cell.peak_host_bytes if cell.kind == "cpu" else cell.peak_device_bytes


def drawing(findings: Findings, source: str) -> Drawing | None:
    """The picture, a row a case; None where no memory was measured."""
    rows: dict[object, list[Measured]] = defaultdict(list)
    for cell in findings.cells:
        if bytes_of(cell):
            rows[cell.run, cell.case].append(cell)
    if not rows:
        return None
    shown = list(rows.values())[:MOST]
    named = names(found[0].case for found in shown)

    def draw(figure: Figure, theme: Theme) -> list[Line2D]:
        axes = figure.subplots()
        for place, found in enumerate(shown):
            for cell in found:
                axes.plot([bytes_of(cell) or 0], [place], linestyle="", markersize=7, alpha=0.8,
                          marker=marker(cell.backend, findings.backends),
                          color=theme.colour(cell.device, findings.devices))  # fmt: skip
        axes.set_xscale("log", base=2)
        axes.xaxis.set_major_formatter(
            FuncFormatter(lambda tick, _: size(round(tick)).replace(".00", "").replace(".0", ""))
        )
        runs = [f"Run {found[0].run}: " if found[0].run else "" for found in shown]
        axes.set_yticks(
            range(len(shown)), [label(run + named[found[0].case], 60) for run, found in zip(runs, shown, strict=True)]
        )
        axes.set_ylim(len(shown) - 0.5, -0.5)
        return _keys(findings, theme, {(cell.device, cell.backend) for found in shown for cell in found})

    return Drawing(
        name="memory", title="How much memory does a step take?",
        subtitle="Peak over what its process held before: of the host on the CPU, of the device on a GPU; "
        f"all modes.{limited(len(rows), len(shown), 'cases')}",
        alt="Peak memory, one row a case, on a logarithmic axis.",
        source=source, height=max(1.6, ROW * (len(shown) + 2)), draw=draw,
    )  # fmt: skip


def _keys(findings: Findings, theme: Theme, drawn: set[tuple[str, str]]) -> list[Line2D]:
    several = len(findings.devices) > 2
    return [
        key(theme.colour(device, findings.devices), marker(backend, findings.backends),
            f"{backend} on the {device_in_words(device, several=several)}")
        for device in findings.devices
        for backend in findings.backends
        if (device, backend) in drawn
    ]  # fmt: skip
