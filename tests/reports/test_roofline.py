"""The roofline as it is drawn: marks where the findings say, and no text on another, however many cells there are."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import Affine2D

from gpubench.analysis.analyse import analyse
from gpubench.analysis.findings import Findings
from gpubench.results.records import Env
from gpubench_reports.canvas import _drawn
from gpubench_reports.pictures import roofline
from gpubench_reports.theme import DARK, LIGHT

PRODUCT = {"flops": 2.0**31, "bytes": 12.0 * 2**20, "items": 1024.0}
COPY = {"flops": 0.0, "bytes": 2.0**28, "items": 2.0**25}


@contextmanager
def drawn(findings: Findings, theme=LIGHT) -> Iterator[Figure]:
    drawing = roofline.drawing(findings, "made up")
    assert drawing is not None
    with _drawn(drawing, theme) as (figure, _):
        FigureCanvasAgg(figure).draw()
        yield figure


def texts(figure: Figure) -> list[Text]:
    """Every text that is drawn."""
    return [text for text in figure.findobj(Text) if text.get_text().strip() and text.get_visible()]


def outline(text: Text) -> Path:
    """What a text covers, turned as it is about the middle of its left end."""
    angle = text.get_rotation()
    text.set_rotation(0)
    box = Text.get_window_extent(text)
    text.set_rotation(angle)
    corners = Path([(box.x0, box.y0), (box.x1, box.y0), (box.x1, box.y1), (box.x0, box.y1), (box.x0, box.y0)])
    return corners.transformed(Affine2D().rotate_deg_around(box.x0, (box.y0 + box.y1) / 2, angle))


def crowded(invented, devices: int = 1, theory: bool = False):
    """Far more cases than have room, of one intensity, with the longest names, on several devices."""
    made = invented.Invented(launches=3)
    places = ["cpu", *(f"cuda:{number}" for number in range(devices - 1))]
    for number, device in enumerate(places):
        at = {"device": device, "dispatch": 1e-9}
        made.cell((2.0**31 / (1e11 * (1 + number / 50)),) * 3, size=1024, work=PRODUCT, **at)
        made.cell((2.0**28 / 1e10,) * 3, workload="copy", work=COPY, **at)
        for layer in range(40):
            work = {"flops": 1e9, "bytes": 1e9 / (5 + layer % 3), "items": 1.0}
            made.cell((0.02 + 1e-4 * layer,) * 3, workload="convolution_with_a_long_name",
                      params={"layer": f"resnet-{layer}"}, work=work, **at)  # fmt: skip
    results = made.results()
    if theory:
        told = [Env(scope=f"torch@{device}", facts={"theoretical peak float32": "0.101 TFLOP/s"}) for device in places]
        results = type(results)(**{**vars(results), "envs": (*results.envs, *told)})
    return analyse([results])


def test_marks_stand_at_their_intensity_and_rate_under_lines_that_end_at_the_ceilings(gpu_findings):
    with drawn(gpu_findings) as figure:
        (axes,) = figure.axes
        lines = [(list(line.get_xdata()), list(line.get_ydata()), line.get_color()) for line in axes.lines]
    marks = {(x[0], y[0]) for x, y, _ in lines if len(x) == 1}
    shown = {(one.intensity, one.rate) for one in gpu_findings.placements if one.share >= 1e-3}
    assert marks == shown
    for one in gpu_findings.ceilings:
        colour = LIGHT.colour(one.product.device, gpu_findings.devices)
        (_, heights, _) = next(line for line in lines if line[0][1:2] == [one.ridge])
        assert heights[1:] == [pytest.approx(one.peak)] * 2
        assert next(line[2] for line in lines if line[0][1:2] == [one.ridge]) == colour


def test_the_figures_of_the_ceilings_are_told_beside_them_and_to_those_who_cannot_see_them(gpu_findings):
    with drawn(gpu_findings) as figure:
        said = {text.get_text() for text in texts(figure)}
    assert {"GPU ≥ 39.2 TFLOP/s", "1.49 TB/s copied", "CPU 212 GFLOP/s", "11.9 GB/s copied"} <= said
    alt = roofline.drawing(gpu_findings, "").alt
    assert "GPU in float32 39.2 TFLOP/s and 1.49 TB/s; CPU in float32 212 GFLOP/s and 11.9 GB/s" in alt


@pytest.mark.parametrize("theory", [False, True])
@pytest.mark.parametrize("devices", [1, 3, 9])
def test_no_text_lies_on_another_however_many_there_are(invented, devices, theory):
    with drawn(crowded(invented, devices, theory)) as figure:
        found = texts(figure)
        shapes = [outline(text) for text in found]
        names = [outline(text) for text in found if text.get_rotation()]
        axes, whole = figure.axes[0].get_window_extent(), figure.bbox
    assert len(names) == 26
    assert min(name.vertices[:, 1].min() for name in names) >= axes.y1
    assert not any(one.intersects_path(other, filled=True) for one, other in itertools.combinations(shapes, 2))
    assert all(whole.contains(x, y) for shape in shapes for x, y in shape.vertices)


def near(invented, *intensities: float) -> Findings:
    """Under one ceiling cases of these intensities, each slower than the one before it."""
    made = invented.Invented(launches=3)
    made.cell((2.0**28 / 1e10,) * 3, workload="copy", work=COPY, dispatch=1e-9)
    made.cell((0.02,) * 3, size=1024, work=PRODUCT, dispatch=1e-9)
    for number, intensity in enumerate(intensities):
        work = {"flops": 1e9, "bytes": 1e9 / intensity}
        params = {"layer": f"number {9 - number}"}
        made.cell((0.03 + 0.01 * number,) * 3, workload="train", params=params, work=work, dispatch=1e-9)
    return analyse([made.results()])


def leads(figure: Figure) -> list[tuple[float, float]]:
    """Where the lines from names stand on marks."""
    return [tuple(line.get_xydata()[0]) for line in figure.axes[0].lines if line.get_linewidth() == 0.6]


def test_cases_of_one_intensity_share_a_line_straight_above_with_their_names_by_height(invented):
    findings = near(invented, 100.0, 100.0, 100.0)
    assert "names of one line: highest mark first" in roofline.drawing(findings, "").subtitle
    with drawn(findings) as figure:
        assert sorted(round(rate / 1e9) for _, rate in leads(figure)) == [33, 107]
        (shared,) = [line for line in figure.axes[0].lines if line.get_ydata()[0] < 34e9 and len(line.get_xdata()) > 1]
        names = [text for text in texts(figure) if text.get_text().startswith("train")]
        names.sort(key=lambda text: text.get_window_extent().x0)
        feet = {text.xy[0] for text in names}
    assert set(shared.get_xdata()) == feet
    assert list(feet) == pytest.approx([100.0])
    assert [text.get_text() for text in names] == [f"train, layer number {number}, n 256" for number in (9, 8, 7)]


def test_where_every_name_has_a_line_of_its_own_nothing_is_said_of_it(invented):
    assert "names of one line" not in roofline.drawing(near(invented, 20.0, 100.0), "").subtitle


@pytest.mark.parametrize("apart", [1.0, 1.005, 1.01, 1.02, 1.03, 1.05, 1.1])
def test_no_line_runs_behind_another_mark_nor_beside_another_line(invented, apart):
    """However near the columns: those to the left are the lower ones, or those to the right."""
    places = [40.0 * apart**number for number in range(6)]
    for intensities in (places, places[::-1]):
        with drawn(near(invented, *intensities)) as figure:
            (axes,) = figure.axes
            feet = leads(figure)
            marks = [(line.get_xdata()[0], line.get_ydata()[0]) for line in axes.lines if len(line.get_xdata()) == 1]
            across = {x: axes.transData.transform((x, 1e9))[0] * 72 / figure.dpi for x, _ in (*marks, *feet)}
        for foot, rate in feet:
            above = [x for x, height in marks if height > rate]
            assert all(abs(across[x] - across[foot]) > 5.5 for x in above), "marks have half of nine points"
            assert all(abs(across[other] - across[foot]) > 5.5 for other, at in feet if (other, at) != (foot, rate))


def test_a_line_that_near_columns_share_spans_them_where_it_leaves_the_axes(invented):
    with drawn(near(invented, 41.0, 40.0, 40.5)) as figure:
        top = figure.axes[0].get_ylim()[1]
        (shared,) = [line.get_xydata() for line in figure.axes[0].lines if line.get_linewidth() == 0.6][:1]
    assert shared[0] == pytest.approx((41.0, 1e9 / 0.03))
    spanned = [x for x, y in shared if y == top]
    assert (min(spanned), max(spanned)) == pytest.approx((40.0, 41.0))


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_marks_that_lie_on_each_other_are_seen_each(invented, theme):
    """A filled one by its rim of the paper's colour, a hollow one by its face."""
    made = invented.Invented()
    for mode in ("eager", "compile"):
        made.cell((0.01,) * 3, size=1024, mode=mode, work=PRODUCT)
    made.cell((0.01,) * 3, workload="copy", work=COPY)
    with drawn(analyse([made.results()]), theme) as figure:
        marks = [line for line in figure.axes[0].lines if len(line.get_xdata()) == 1]
    for one in marks:
        colours = {one.get_markerfacecolor(), one.get_markeredgecolor()}
        assert theme.paper in colours
        assert len(colours) == 2
        assert one.get_markeredgewidth() >= 1
    assert len({one.get_markerfacecolor() for one in marks}) == 2


def test_the_name_of_a_doubtful_cell_is_flagged(invented):
    made = invented.Invented(launches=3)
    made.cell((2.0**28 / 1e10,) * 3, workload="copy", work=COPY, dispatch=1e-9)
    made.cell((0.02,) * 3, size=1024, work=PRODUCT, dispatch=1e-9)
    made.cell((0.03,) * 3, size=512, work={"flops": 1e9, "bytes": 1e7}, dispatch=1e-9, flags=("drift",))
    drawing = roofline.drawing(analyse([made.results()]), "")
    svg = drawing.svg(LIGHT)
    assert ">matmul, n 512 ⚑<" in svg
    assert ">matmul, n 1024<" in svg
    assert "⚑: rests on a doubtful cell" in drawing.subtitle


def test_runs_stand_in_their_order_each_with_its_ceilings_told(invented):
    made = [invented.Invented(name, host=name, launches=3) for name in "ab"]
    for one, sizes in zip(made, ((1024,), (1024, 2048)), strict=True):
        for size in sizes:
            one.cell((0.02,) * 3, size=size, work=PRODUCT, dispatch=1e-9)
        one.cell((2.0**28 / 1e10,) * 3, workload="copy", work=COPY, dispatch=1e-9)
    drawing = roofline.drawing(analyse([one.results() for one in made]), "")
    heights = dict(re.findall(r' y="([\d.]+)">(Run [AB]): float32<', drawing.svg(LIGHT)))
    upper, lower = sorted(heights, key=float)
    assert (heights[upper], heights[lower]) == ("Run A", "Run B")
    assert "Run A: CPU in float32 107.4 GFLOP/s" in drawing.alt
    assert "Run B: CPU in float32 107.4 GFLOP/s" in drawing.alt


def test_a_ceiling_that_rests_on_a_doubtful_cell_is_flagged(invented):
    for flags, said in (((), ">10.00 GB/s copied<"), (("drift",), ">10.00 GB/s copied ⚑<")):
        made = invented.Invented(launches=3)
        made.cell((0.02,) * 3, size=1024, work=PRODUCT, dispatch=1e-9)
        made.cell((2.0**28 / 1e10,) * 3, workload="copy", work=COPY, dispatch=1e-9, flags=flags)
        drawing = roofline.drawing(analyse([made.results()]), "")
        assert said in drawing.svg(LIGHT)
        assert ("⚑" in drawing.subtitle) == bool(flags)


def test_of_many_sizes_the_smallest_is_drawn_as_is_the_largest(invented):
    made = invented.Invented(launches=3)
    made.cell((2.0**28 / 1e10,) * 3, workload="copy", work=COPY, dispatch=1e-9)
    for size in range(1, 41):
        work = {"flops": 2.0**31, "bytes": 1e7 * size, "items": 1.0}
        made.cell((0.02,) * 3, size=size, work=work, dispatch=1e-9)
    svg = roofline.drawing(analyse([made.results()]), "").svg(LIGHT)
    assert ">matmul, n 1<" in svg
    assert ">matmul, n 40<" in svg


def test_what_is_not_drawn_is_told(invented):
    drawing = roofline.drawing(crowded(invented), "")
    assert "26 of 41 cells drawn, the smallest and largest sizes first; the report's table has all." in drawing.subtitle


def test_a_step_that_reaches_nothing_does_not_flatten_the_picture(cpu_findings):
    first, *others = cpu_findings.placements
    tiny = replace(first, rate=1e-4 * first.attainable)
    with drawn(replace(cpu_findings, placements=(tiny, *others))) as figure:
        lo, hi = figure.axes[0].get_ylim()
    assert tiny.rate < lo
    assert hi / lo < 1e5


def test_each_precision_has_a_panel_of_its_own_and_the_fullest_come_first(invented):
    made = invented.Invented()
    made.cell((0.02,) * 3, size=1025, work=PRODUCT, precision="float64")
    for precision in ("float32", "bfloat16", "float64", "float16"):
        made.cell((0.01,) * 3, size=1024, work=PRODUCT, precision=precision)
    made.cell((0.01,) * 3, workload="copy", work=COPY)
    with drawn(analyse([made.results()])) as figure:
        said = [text.get_text() for text in texts(figure)]
        assert len(figure.axes) == 3
    assert {"float64", "bfloat16", "float16"} <= set(said)


def test_a_mode_that_is_not_usual_is_hollow_and_the_subtitle_says_so(invented):
    made = invented.Invented()
    for size, mode in ((1024, "eager"), (1025, "eager"), (1024, "compile")):
        made.cell((0.01,) * 3, size=size, mode=mode, work=PRODUCT)
    made.cell((0.01,) * 3, workload="copy", work=COPY)
    findings = analyse([made.results()])
    assert "hollow: not its usual mode" in roofline.drawing(findings, "").subtitle
    with drawn(findings, DARK) as figure:
        faces = [line.get_markerfacecolor() for line in figure.axes[0].lines if len(line.get_xdata()) == 1]
    assert sorted(face == DARK.paper for face in faces) == [False, False, True]


def test_theory_is_drawn_dotted_and_called_so(invented):
    findings = crowded(invented, 1, theory=True)
    with drawn(findings) as figure:
        said = [text.get_text() for text in texts(figure)]
        flat = [line for line in figure.axes[0].lines if set(line.get_ydata()) == {0.101e12}]
    assert "by theory, not measured" in said
    assert [line.is_dashed() for line in flat] == [True]


def test_without_ceilings_there_is_no_picture(invented):
    made = invented.Invented()
    made.cell((0.01,) * 3, size=1024, work=PRODUCT)
    assert roofline.drawing(analyse([made.results()]), "") is None
