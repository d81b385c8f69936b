"""The strip of samples in the order they were taken, and how they spread."""

from __future__ import annotations

import re
from dataclasses import replace

import matplotlib as mpl
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from gpubench.analysis.analyse import analyse
from gpubench.analysis.distribution import Distribution
from gpubench.analysis.findings import Findings
from gpubench_reports.pictures import distribution
from gpubench_reports.pictures.distribution import limits
from gpubench_reports.theme import DARK, LIGHT


@pytest.fixture
def one(gpu_findings: Findings) -> Distribution:
    return gpu_findings.distributions[0]


def with_samples(one: Distribution, *launches: tuple[float, ...], lo: float = 0.95, hi: float = 1.05) -> Distribution:
    """A distribution of other samples, whose result is 1 s."""
    step = replace(one.cell.step, value=1.0, lo=lo, hi=hi)
    return Distribution(replace(one.cell, step=step), tuple(enumerate(launches)))


def test_all_samples_are_within_the_axes_where_they_are_close(one: Distribution) -> None:
    lo, hi = limits(with_samples(one, (0.9, 1.0, 1.1), (0.92, 1.0, 1.2)))
    assert lo < 0.9
    assert hi > 1.2


def test_one_far_sample_presses_no_others_onto_a_line(one: Distribution) -> None:
    lo, hi = limits(with_samples(one, (0.99, 1.0, 1.0, 1.01, 1.02, 50.0)))
    assert hi < 1.2
    assert lo < 0.95


def test_nor_does_a_wide_interval(one: Distribution) -> None:
    lo, hi = limits(with_samples(one, (0.99, 1.0, 1.0, 1.01, 1.02), lo=0.01, hi=90.0))
    assert 0.8 < lo < 0.99
    assert 1.02 < hi < 1.2


def test_the_median_of_every_launch_is_within_the_axes(one: Distribution) -> None:
    """However far: three launches that disagree are what the picture is for."""
    _, hi = limits(with_samples(one, *[(1.0, 1.0, 1.0)] * 9, (7.0, 7.0, 7.0)))
    assert hi > 7


def test_samples_that_are_all_alike_have_axes(one: Distribution) -> None:
    lo, hi = limits(with_samples(one, (1.0,) * 5, lo=1.0, hi=1.0))
    assert lo < 1 < hi


def test_what_lies_beyond_is_told_with_how_far_it_goes(one: Distribution, gpu_findings: Findings) -> None:
    for launch, said in (
        ((0.99, 1.0, 1.0, 1.01, 1.02, 50.0), " ▲ 1 to 50.0 s<"),
        ((0.01, *(0.99, 1.0, 1.01) * 5, 50.0, 60.0), " ▲ 2 to 60.0 s ▼ 1 to 10.0 ms<"),
        ((0.01, *(0.99, 1.0, 1.01) * 5), "] ▼ 1 to 10.0 ms<"),
    ):
        drawing = distribution.drawing(replace(gpu_findings, distributions=(with_samples(one, launch),)), "")
        assert drawing is not None
        assert said in drawing.svg(LIGHT)
        assert said in drawing.narrow_svg(LIGHT)
        assert "▲▼: samples beyond the edge" in drawing.subtitle


def test_where_nothing_lies_beyond_nothing_is_said_of_it(one: Distribution, gpu_findings: Findings) -> None:
    drawing = distribution.drawing(replace(gpu_findings, distributions=(with_samples(one, (0.99, 1.0, 1.01)),)), "")
    assert drawing is not None
    assert "▲" not in drawing.svg(LIGHT) + drawing.subtitle


def test_marks_of_what_lies_beyond_are_whole_and_no_words_lie_on_samples(
    one: Distribution, gpu_findings: Findings
) -> None:
    far = with_samples(one, (0.01, *(0.99, 1.0, 1.01) * 5, 50.0, 60.0))
    figure = Figure(figsize=(10, 3))
    drawing = distribution.drawing(replace(gpu_findings, distributions=(far,)), "")
    assert drawing is not None
    drawing.draw(figure, LIGHT)
    axes = figure.axes[0]
    lo, hi = axes.get_ylim()
    heights = {line.get_marker(): line.get_ydata()[0] for line in axes.lines if line.get_marker() in "^v"}
    assert lo < heights["v"] < lo + 0.1 * (hi - lo)
    assert hi - 0.1 * (hi - lo) < heights["^"] < hi
    assert all(text.xy[1] == 1 and text.xyann[1] > 0 for text in axes.texts), "above the axes"


def test_launches_are_named_where_each_has_room_for_it(one: Distribution, gpu_findings: Findings) -> None:
    """Two short ones beside a long one have not."""
    for launches, named in ((((1.0, 1.1) * 10,) * 3, True), (((1.0, 1.1) * 50, (1.0, 1.1), (1.0, 1.1)), False)):
        drawing = distribution.drawing(replace(gpu_findings, distributions=(with_samples(one, *launches),)), "")
        assert drawing is not None
        svg = drawing.svg(LIGHT)
        assert (">launch 2<" in svg, ">2<" in svg) == (named, not named)


def test_every_launch_has_a_place_in_the_order_and_a_line_in_the_spread(invented) -> None:
    made = invented.Invented(launches=3)
    made.cell((1.0, 1.1, 1.2))
    findings = analyse([made.results()])
    drawing = distribution.drawing(findings, "")
    assert drawing is not None
    svg = drawing.svg(LIGHT)
    assert all(f">launch {number}<" in svg for number in (1, 2, 3))
    assert ">100 %<" in svg
    assert "order they were taken" in drawing.alt


@pytest.mark.parametrize("letter", ["i", "W"])
@pytest.mark.parametrize("cells", [1, 2])
def test_a_long_name_ends_before_the_next_panel_begins(invented, letter: str, cells: int) -> None:
    made = invented.Invented()
    for number in range(cells):
        made.cell((1.0, 1.1, 1.2), workload=letter * 300 + str(number), backend=letter * 90 + str(number))
    drawing = distribution.drawing(analyse([made.results()]), "")
    assert drawing is not None
    figure = Figure(figsize=(10, 3), layout="constrained")
    with mpl.rc_context(LIGHT.settings):
        drawing.draw(figure, LIGHT)
        FigureCanvasAgg(figure).draw()
        titles = [axes for axes in figure.axes if axes.get_title(loc="left")]
        assert len(titles) == cells
        ends = [figure.bbox.x1, *(axes.get_tightbbox().x0 for axes in titles[1:])]
        said = [text for text in titles[0].findobj(Text) if letter * 5 in text.get_text()]
        widest = max(text.get_window_extent().x1 for text in said)
    assert len(said) == cells, "of one alone it goes without saying whose it is"
    assert widest <= min(ends)


def test_the_unit_of_the_axis_is_one_that_its_highest_number_is_read_in(
    one: Distribution, gpu_findings: Findings
) -> None:
    far = with_samples(one, (0.2, 0.4, 0.9, 1.0, 1.1, 1.5, 1.9))
    few = Distribution(replace(far.cell, step=replace(far.cell.step, value=0.9)), far.launches)
    drawing = distribution.drawing(replace(gpu_findings, distributions=(few,)), "")
    assert drawing is not None
    ticks = re.findall(r">([\d.]+) (m?s)<", drawing.svg(LIGHT))
    assert {unit for _, unit in ticks} == {"s"}


def test_few_samples_are_seen_above_the_median_and_a_doubtful_cell_is_flagged(invented) -> None:
    for flags, said in (((), "]"), (("drift",), "] ⚑")):
        made = invented.Invented()
        made.cell((1.0, 1.1, 1.2), flags=flags)
        drawing = distribution.drawing(analyse([made.results()]), "")
        assert drawing is not None
        assert re.search(rf">1\.1\S* s \[[\d.–]+{said}<", drawing.svg(LIGHT))
        assert ("⚑: the cell is doubtful" in drawing.subtitle) == bool(flags)
    figure = Figure()
    drawing.draw(figure, LIGHT)
    lines = figure.axes[0].lines
    medians = [line for line in lines if line.get_color() == LIGHT.ink]
    dots = [line for line in lines if line.get_marker() == "o"]
    assert len(medians) == len(dots) == 3
    assert min(line.get_zorder() for line in dots) > max(line.get_zorder() for line in medians)
    assert all(line.get_alpha() > 0.8 for line in dots)


def test_launches_bear_names_in_all_panels_or_in_none(one: Distribution, gpu_findings: Findings) -> None:
    long = with_samples(one, (1.0, 1.1) * 50, (1.0, 1.1), (1.0, 1.1))
    even = with_samples(one, *((1.0, 1.1) * 10,) * 3)
    drawing = distribution.drawing(replace(gpu_findings, distributions=(long, even)), "")
    assert drawing is not None
    assert "launch 1" not in drawing.svg(LIGHT)


def test_what_has_no_panel_is_counted(gpu_findings: Findings) -> None:
    """The first table has them all."""
    drawing = distribution.drawing(gpu_findings, "")
    few = distribution.drawing(replace(gpu_findings, distributions=gpu_findings.distributions[:2]), "")
    assert drawing is not None
    assert few is not None
    most = len(gpu_findings.headlines)
    assert ("Drawn:" in drawing.subtitle) == (len(gpu_findings.distributions) < most)
    assert f"Drawn: 2 of the {most} cells in figures." in few.subtitle


def test_a_panel_is_named_as_in_the_tables_and_the_longest_subtitle_is_whole(invented) -> None:
    """A parameter is told that tells a panel's cell from another of the run, which has no panel."""
    made = invented.Invented()
    for layer, seconds in (("wide", 2.0), ("narrow", 1.0)):
        samples = (seconds, 1.1 * seconds, 1.2 * seconds)
        made.cell(samples, workload="conv2d", params={"layer": layer}, flags=("drift",))
    findings = analyse([made.results()])
    (one,) = findings.distributions
    cell = replace(one.cell, step=replace(one.cell.step, lo=1.0, hi=900.0))
    far = Distribution(cell, ((0, (0.02, *(2.0, 2.1, 2.2) * 5, 90.0)),))
    drawing = distribution.drawing(replace(findings, distributions=(far,), headlines=findings.headlines * 12), "")
    assert drawing is not None
    svg = drawing.svg(LIGHT)
    assert f">conv2d, layer {dict(one.cell.case.params)['layer']}, n 256<" in svg
    assert all(said in drawing.subtitle for said in ("▲▼", "↑↓", "⚑", "Drawn: 1 of the 12"))
    assert "…" not in svg


def test_the_subtitle_tells_the_launches_apart_by_what_is_true_of_both_themes(
    one: Distribution, gpu_findings: Findings
) -> None:
    """Strength, of which earlier ones have less: on dark paper they are the darker ones, on light the paler."""
    three = with_samples(one, *((1.0, 1.1),) * 3)
    drawing = distribution.drawing(replace(gpu_findings, distributions=(three,)), "")
    assert drawing is not None
    assert "earlier launches fainter" in drawing.subtitle
    for theme in (LIGHT, DARK):
        figure = Figure()
        drawing.draw(figure, theme)
        strengths = [line.get_alpha() for line in figure.axes[1].lines]
        assert strengths == sorted(set(strengths))


def test_an_interval_that_goes_on_beyond_the_edge_has_an_arrow_there_and_the_subtitle_says_so(
    one: Distribution, gpu_findings: Findings
) -> None:
    for lo, hi, edges in ((0.99, 1.01, []), (0.99, 9.0, [1]), (0.01, 1.01, [0]), (0.01, 9.0, [0, 1])):
        cell = with_samples(one, (0.99, 1.0, 1.0, 1.01, 1.02), lo=lo, hi=hi)
        drawing = distribution.drawing(replace(gpu_findings, distributions=(cell,)), "")
        assert drawing is not None
        assert ("↑↓: intervals beyond the edge" in drawing.subtitle) == bool(edges)
        for draw in (drawing.draw, drawing.narrow.draw):
            figure = Figure()
            draw(figure, LIGHT)
            axes = figure.axes[0]
            arrows = [text for text in axes.texts if getattr(text, "arrow_patch", None)]
            assert [text.xy[1] for text in arrows] == edges
            assert all(axes.get_xlim()[0] < text.xy[0] < -0.5 for text in arrows), "beside all samples"


def test_a_mark_at_the_foot_of_the_axis_is_whole(one: Distribution, gpu_findings: Findings) -> None:
    near = with_samples(one, (0.002, 0.003, 0.002, 0.003, 1.0, 1.0, 1.1, 1.2), lo=0.001)
    drawing = distribution.drawing(replace(gpu_findings, distributions=(near,)), "")
    assert drawing is not None
    assert limits(near)[0] == 0.0, "no time is less"
    figure = Figure(figsize=(10, 3))
    drawing.draw(figure, LIGHT)
    lo, hi = figure.axes[0].get_ylim()
    assert 0.02 < (0.002 - lo) / (hi - lo) < 0.06, "of the height"


def test_no_limit_lies_on_a_sample_or_on_an_end_of_the_interval(one: Distribution) -> None:
    """A line there would run half in the panel and half outside."""
    middle = (1.0,) * 90
    assert limits(with_samples(one, middle, lo=1.0, hi=1.0)) == (0.99, 1.01)
    for number in range(1, 40):
        above, below = 1.01 + 1e-4 * number, 0.99 - 1e-4 * number
        cells = [
            (above, with_samples(one, (*middle, above, 3.0), lo=1.0, hi=1.0)),
            (above, with_samples(one, (*middle, 3.0), lo=1.0, hi=above)),
            (below, with_samples(one, (*middle, below, 0.1), lo=1.0, hi=1.0)),
            (below, with_samples(one, (*middle, 0.1), lo=below, hi=1.0)),
        ]
        for near, cell in cells:
            lo, hi = limits(cell)
            assert min(abs(near - lo), abs(near - hi)) > 0.03 * (hi - lo)
