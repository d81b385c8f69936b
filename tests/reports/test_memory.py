"""The picture of memory: its marks, the figures beside them, and the cells for which memory did not suffice."""

from __future__ import annotations

import dataclasses

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from gpubench.analysis.analyse import analyse
from gpubench_reports.canvas import WIDTH, _settings
from gpubench_reports.pictures import memory
from gpubench_reports.theme import LIGHT


def drawing(findings, amounts):
    """Of cells that took so many bytes, in their order."""
    cells = [
        dataclasses.replace(cell, **{"peak_host_bytes" if cell.kind == "cpu" else "peak_device_bytes": amount})
        for cell, amount in zip(findings.cells, amounts, strict=True)
    ]
    found = memory.drawing(dataclasses.replace(findings, cells=tuple(cells)), "")
    assert found is not None
    return found


def axes_of(picture):
    figure = Figure()
    picture.draw(figure, LIGHT)
    (axes,) = figure.axes
    return axes


def two_by_two(invented, backends=("torch", "tensorflow"), sizes=(1, 2), workload="matmul"):
    made = invented.Invented()
    for size in sizes:
        for backend in backends:
            for device in ("cpu", "cuda:0"):
                made.cell((1.0,) * 3, size=size, backend=backend, device=device, workload=workload)
    return made


def test_each_row_has_its_figures_beside_it_under_the_marks_of_the_legend(invented):
    findings = analyse([two_by_two(invented).results()])
    picture = drawing(findings, [2**20 * (n + 1) for n in range(8)])
    axes = axes_of(picture)
    columns = {}
    for text in axes.texts:
        columns.setdefault(text.xyann[0], {})[text.xy[1]] = text.get_text()
    assert [columns[place] for place in sorted(columns)] == [
        {0: "1.00 MiB", 1: "5.00 MiB"}, {0: "2.00 MiB", 1: "6.00 MiB"},
        {0: "3.00 MiB", 1: "7.00 MiB"}, {0: "4.00 MiB", 1: "8.00 MiB"},
    ]  # fmt: skip
    heads = [(line.get_marker(), line.get_color()) for line in axes.lines if line.get_ydata()[0] < 0]
    assert heads == [(key.marker, key.colour) for key in picture.keyed_svg(LIGHT)[1]]
    assert len(heads) == 4


@pytest.mark.parametrize(("backends", "letters", "figures"), [("ab", 45, 8), ("abcd", 6, 16), ("abcd", 45, 0)])
def test_figures_leave_the_marks_their_room(invented, backends, letters, figures):
    findings = analyse([two_by_two(invented, backends=backends, workload="e" * letters).results()])
    figure = Figure(figsize=(WIDTH, 4), layout="constrained")
    with _settings(LIGHT):
        drawing(findings, [2**20] * 4 * len(backends)).draw(figure, LIGHT)
        FigureCanvasAgg(figure).draw()
    (axes,) = figure.axes
    assert len(axes.texts) == figures
    assert axes.get_window_extent().width / figure.dpi > 1.5


def test_marks_stand_on_the_line_of_their_row_unless_they_would_lie_on_each_other(invented):
    findings = analyse([two_by_two(invented, backends=("torch", "tensorflow"), sizes=(1,)).results()])
    axes = axes_of(drawing(findings, [2**20, 2**26, 2**20 + 2, 2**22]))
    heights = {line.get_xdata()[0]: line.get_ydata()[0] for line in axes.lines if line.get_ydata()[0] > -0.5}
    assert (heights[2**22], heights[2**26]) == (0, 0)
    assert heights[2**20] == -heights[2**20 + 2]
    assert abs(heights[2**20]) > 0.1


def test_what_had_not_enough_memory_is_told_with_whom_and_where(invented):
    made = two_by_two(invented)
    amounts = [2**20] * 8
    told = "names one. Out of memory: "
    assert told not in drawing(analyse([made.results()]), amounts).subtitle
    made.cell(size=65536, device="cuda:0", status="oom")
    assert f"{told}matmul, n 65,536 on the GPU (torch)." in drawing(analyse([made.results()]), amounts).subtitle
    made.cell(size=65536, device="cuda:0", backend="tensorflow", status="oom")
    said = f"{told}matmul, n 65,536 on the GPU (torch, tensorflow)."
    assert said in drawing(analyse([made.results()]), amounts).subtitle
    made = two_by_two(invented)
    made.cell(size=2, device="cuda:0", mode="compile", status="oom")
    said = f"{told}matmul, n 2 on the GPU (torch (compile))."
    assert said in drawing(analyse([made.results()]), amounts).subtitle


@pytest.mark.parametrize("backend", ["torch", "one that was never measured"])
def test_of_many_that_had_not_enough_memory_some_are_named_and_all_counted(invented, backend):
    made = two_by_two(invented)
    for power in range(10, 30):
        made.cell(size=2**power, device="cuda:0", backend=backend, status="oom")
    picture = drawing(analyse([made.results()]), [2**20] * 8)
    named = picture.subtitle.count(" on the GPU (")
    assert picture.subtitle.endswith(f" and {20 - named} more.")
    assert 1 <= named <= 2
    assert len(picture.subtitle) <= 280, "as many as the picture has room for"


def test_its_axis_is_called_logarithmic(invented):
    assert "logarithmic" in drawing(analyse([two_by_two(invented).results()]), [2**20] * 8).subtitle
