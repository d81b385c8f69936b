"""The form that each picture has for a telephone: nothing cut, nothing on another, the same findings."""

from __future__ import annotations

import itertools
import math
import re

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.text import Text

from gpubench.analysis.analyse import analyse
from gpubench_reports.axis import log_bytes, log_sizes
from gpubench_reports.canvas import NARROW, _settings, inches
from gpubench_reports.gallery import gallery
from gpubench_reports.pictures import memory, roofline, stack
from gpubench_reports.theme import LIGHT

PICTURES = ("speedup", "crossover-matmul", "frameworks", "roofline", "distribution", "memory")
PRODUCT, COPY = {"flops": 2.0**31, "bytes": 12.0 * 2**20}, {"flops": 0.0, "bytes": 2.0**28}
LONG = "a layer of a name that no telephone has room for in one line"


def drawn(drawing) -> Figure:
    with _settings(LIGHT):
        figure = Figure(figsize=(NARROW, drawing.narrow.height))
        drawing.narrow.draw(figure, LIGHT)
        figure.set_layout_engine(ConstrainedLayoutEngine(h_pad=0.05, w_pad=0.03))
        FigureCanvasAgg(figure).draw()
    return figure


def texts(figure: Figure) -> list[Text]:
    """Every text that is drawn: of ticks those within their axes."""
    beyond = set()
    for axis in (axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)):
        lo, hi = sorted(axis.get_view_interval())
        ticks = [tick for tick in axis.get_major_ticks() if not lo <= tick.get_loc() <= hi]
        beyond |= {id(label) for tick in ticks for label in (tick.label1, tick.label2)}
    found = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
    return [text for text in found if id(text) not in beyond]


@pytest.fixture(scope="module")
def pictures(invented, with_passes):
    """Of two frameworks on a CPU and a GPU, with long names, sizes of many digits and many launches."""
    made = invented.Invented(launches=7)
    for number, layer in enumerate(("short", LONG)):
        for size in (1024, 2048, 4096, 33554432):
            for backend in invented.MODES:
                for device, speed in (("cpu", 1.0), ("cuda:0", 0.05)):
                    steps = invented.unquiet(1e-9 * speed * size * (number + 1), 7, made.seed)
                    work = {"flops": 50.0 * size, "bytes": 8.0 * size, "items": 8.0}
                    made.cell(steps, size=size, backend=backend, device=device, params={"layer": layer}, work=work)
    for backend in invented.MODES:
        for device in ("cpu", "cuda:0"):
            steps = invented.unquiet(1e-3, 7, made.seed)
            made.cell(steps, workload="copy", size=2**25, backend=backend, device=device, work=COPY, dispatch=1e-9)
            made.cell(steps, size=2048, backend=backend, device=device, work=PRODUCT, dispatch=1e-9)
    return {one.name: one for one in gallery(analyse([with_passes(made.results())]))}


def test_each_picture_has_one(pictures):
    assert sorted(pictures) == sorted(PICTURES)


@pytest.mark.parametrize("name", PICTURES)
def test_nothing_is_cut(name, pictures):
    figure = drawn(pictures[name])
    width, height = figure.bbox.size
    found = texts(figure)
    assert len(found) > 5
    for text in found:
        box = text.get_window_extent()
        assert box.x0 >= -1, text.get_text()
        assert box.x1 <= width + 1, text.get_text()
        assert box.y0 >= -1, text.get_text()
        assert box.y1 <= height + 1, text.get_text()


@pytest.mark.parametrize("name", PICTURES)
def test_no_words_lie_on_others(name, pictures):
    found = [(text.get_window_extent(), text.get_text()) for text in texts(drawn(pictures[name]))]
    for (one, said), (other, also) in itertools.combinations(found, 2):
        across = min(one.x1, other.x1) - max(one.x0, other.x0)
        down = min(one.y1, other.y1) - max(one.y0, other.y0)
        assert across <= 1 or down <= 1, (said, also)


def ceilings(invented):
    """A CPU with a product of 2.1 TFLOP/s and a copy of 270 GB/s."""
    made = invented.Invented()
    made.cell((1e-3,) * 3, size=1024, work=PRODUCT, dispatch=1e-9)
    made.cell((1e-3,) * 3, workload="copy", work=COPY, dispatch=1e-9)
    return made


def test_the_roofline_tells_of_each_case_the_share_of_its_ceiling(invented):
    made = ceilings(invented)
    made.cell((4e-3,) * 3, workload="work", size=64, work=PRODUCT, dispatch=1e-9)
    drawing = roofline.drawing(analyse([made.results()]), "")
    assert drawing is not None
    (axes,) = drawn(drawing).axes
    assert sorted(line.get_xdata()[0] for line in axes.lines) == pytest.approx([0.25, 1.0])
    said = [text.get_text() for text in axes.texts]
    assert said == ["float32", "matmul, n 1024", "torch ≤ 100 %", "work, n 64", "torch ≤ 25 %"]
    assert "as a share" in drawing.narrow.alt


def test_a_share_of_many_times_its_ceiling_presses_no_others_to_the_left(invented):
    """Its number is told, and an arrow says where it lies."""
    made = ceilings(invented)
    made.cell((1e-5,) * 3, workload="work", size=64, work=PRODUCT, dispatch=1e-9)
    drawing = roofline.drawing(analyse([made.results()]), "")
    assert drawing is not None
    (axes,) = drawn(drawing).axes
    assert axes.get_xlim()[1] < 1.6
    assert max(line.get_xdata()[0] for line in axes.lines) == 1.5
    assert "→" in [text.get_text() for text in axes.texts]
    assert "torch over 1,000 %" in [text.get_text() for text in axes.texts]
    assert "→: beyond the edge" in drawing.narrow.subtitle


def test_a_doubtful_share_is_flagged_and_both_signs_explained(invented):
    made = ceilings(invented)
    made.cell((2e-3,) * 3, workload="work", size=64, work=PRODUCT, dispatch=1e-9, flags=("drift",))
    drawing = roofline.drawing(analyse([made.results()]), "")
    assert drawing is not None
    (axes,) = drawn(drawing).axes
    assert [text.get_text() for text in axes.texts][-1] == "torch ≤ 50 % ⚑"
    assert "≤: a larger product might show a higher ceiling; ⚑: rests on a doubtful cell" in drawing.narrow.subtitle
    assert "⚑" not in roofline.drawing(analyse([ceilings(invented).results()]), "").narrow.subtitle


def test_under_a_ceiling_that_a_larger_product_did_not_raise_shares_are_exact(invented):
    made = ceilings(invented)
    made.cell((2e-3,) * 3, size=2048, work={name: 2 * amount for name, amount in PRODUCT.items()}, dispatch=1e-9)
    drawing = roofline.drawing(analyse([made.results()]), "")
    assert drawing is not None
    (axes,) = drawn(drawing).axes
    assert [text.get_text() for text in axes.texts if "torch" in text.get_text()] == ["torch 100 %", "torch 100 %"]
    assert "≤" not in drawing.narrow.subtitle


def test_marks_of_one_row_of_the_roofline_lie_on_no_other(invented):
    made = ceilings(invented)
    made.cell((1e-3,) * 3, size=1024, backend="tensorflow", work=PRODUCT, dispatch=1e-9)
    drawing = roofline.drawing(analyse([made.results()]), "")
    assert drawing is not None
    (axes,) = drawn(drawing).axes
    assert len({line.get_ydata()[0] for line in axes.lines}) == len(axes.lines) == 2


def test_a_mode_that_is_not_the_usual_one_has_its_name_and_a_hollow_mark(invented):
    made = ceilings(invented)
    made.cell((2e-3,) * 3, size=1024, mode="compile", work=PRODUCT, dispatch=1e-9)
    drawing = roofline.drawing(analyse([made.results()]), "")
    assert drawing is not None
    (axes,) = drawn(drawing).axes
    faces = {line.get_xdata()[0]: line.get_markerfacecolor() for line in axes.lines}
    assert faces[1.0] != LIGHT.paper
    assert faces[0.5] == LIGHT.paper
    assert "torch ≤ 100 % · torch (compile) ≤ 50 %" in [text.get_text() for text in axes.texts]
    assert "hollow" in drawing.narrow.subtitle


def test_memory_is_told_in_numbers_above_the_marks(invented, with_passes):
    made = invented.Invented()
    for device in ("cpu", "cuda:0"):
        made.cell((1.0,) * 3, device=device)
    drawing = memory.drawing(analyse([with_passes(made.results())]), "")
    assert drawing is not None
    (axes,) = drawn(drawing).axes
    assert [text.get_text() for text in axes.texts] == ["matmul, n 256", "torch CPU 1.00 MiB · torch GPU 4.00 MiB"]
    assert [line.get_xdata()[0] for line in axes.lines] == [2**20, 2**22]
    heights = [line.get_ydata()[0] for line in axes.lines]
    assert heights[1] == heights[0] > max(text.get_position()[1] for text in axes.texts)


def test_a_name_that_has_no_room_in_one_line_takes_more():
    one = stack.Caption("mnist_cnn_train, batch 128, tensorflow keras, torch raw", ("–",))
    assert one.heads == ["mnist_cnn_train, batch 128, tensorflow keras,", "torch raw"], "with the comma between them"
    assert one.height > stack.Caption("mnist_cnn_train, batch 128", ("–",)).height


def test_numbers_that_have_no_room_in_one_line_take_more():
    one = stack.Caption("a case", ("torch CPU 1.00 MiB", "torch GPU 4.00 MiB", "tensorflow CPU 1.00 MiB"))
    assert one.lines == ["torch CPU 1.00 MiB · torch GPU 4.00 MiB", "tensorflow CPU 1.00 MiB"]
    assert one.height > stack.Caption("a case", ("torch CPU 1.00 MiB",)).height


@pytest.mark.parametrize("values", [[1], [100, 101], [2**20, 2**33], [3 * 2**20, 5 * 2**20]])
def test_bytes_stand_between_powers_of_two_each_told_once(values):
    axes = Figure().add_subplot()
    log_bytes(axes, values)
    lo, hi = axes.get_xlim()
    said = [text.get_text() for text in axes.get_xticklabels()]
    assert 2 <= len(said) == len(set(said)) <= 5
    assert all(lo < value < hi for value in values)
    assert all(lo < tick < hi for tick in axes.get_xticks())


def test_sizes_of_many_digits_leave_each_other_room():
    sizes = [2.0**power for power in range(10, 26)]
    counts = []
    for room in (2.7, 8.4):
        axes = Figure().add_subplot()
        log_sizes(axes, sizes, room)
        lo, hi = axes.get_xlim()
        ticks = list(axes.get_xticks())
        counts.append(len(ticks))
        for one, after in itertools.pairwise(ticks):
            apart = room * math.log(after / one) / math.log(hi / lo)
            assert apart > sum(inches(f"{tick:,.0f}", 10) for tick in (one, after)) / 2
    assert counts[0] >= 3
    assert counts[1] > counts[0]


@pytest.mark.parametrize(
    ("most", "said"), [(64, "a_device:0 wins from 4.0 [3.8–4.2]"), (4, "a_device:0 crossover not told")]
)
def test_of_a_note_and_of_a_title_what_they_say_is_never_left_out(invented, most, said):
    """Whoever it is said of has the longer name."""
    made = invented.Invented()
    for size in (1, 4, most):
        for backend in ("a-backend-of-a-name-that-has-no-room", "another-backend-of-a-name-that-has-no-room"):
            made.cell(invented.scattered(float(size)), size=size, backend=backend)
            made.cell(invented.scattered(4.0)[::-1], size=size, backend=backend, device="a_device:0")
    pictures = {one.name: one for one in gallery(analyse([made.results()]))}
    figure = drawn(pictures["crossover-matmul"])
    notes = [text for text in texts(figure) if text.get_text().startswith(said)]
    assert len(notes) == 2
    for note in notes:
        box = note.get_window_extent()
        assert 0 <= box.x0 < box.x1 <= figure.bbox.width + 1
    ends = [text.get_text() for text in texts(drawn(pictures["distribution"])) if text.get_text().endswith("]")]
    assert len(ends) == 4
    assert all(re.search(r": \d\S* s \[[\d.–]+\]$", end) for end in ends)


def test_a_note_that_has_no_room_in_one_line_takes_two_and_names_whom_it_is_of(invented):
    """Without the framework it would say that all of them ran out of memory."""
    made = invented.Invented()
    for backend in invented.MODES:
        for size in (64, 2048):
            made.cell(invented.scattered(float(size)), size=size, backend=backend)
            made.cell(invented.scattered(1.0)[::-1], size=size, backend=backend, device="cuda:0")
    made.cell(size=65536, backend="torch", device="cuda:0", status="oom")
    drawing = {one.name: one for one in gallery(analyse([made.results()]))}["crossover-matmul"]
    (axes,) = drawn(drawing).axes
    boxes = {text.get_text(): text.get_window_extent() for text in axes.texts if "→" not in text.get_text()}
    *_, last, whose, said = sorted(boxes, key=lambda words: boxes[words].y0)
    assert [said, whose] == ["× GPU out of memory from n 65,536 on,", "torch"]
    assert boxes[said].y0 >= boxes[whose].y1
    assert boxes[whose].y0 >= boxes[last].y1
    made.cell(size=65536, backend="tensorflow", device="cuda:0", status="oom")
    of_all = {one.name: one for one in gallery(analyse([made.results()]))}["crossover-matmul"]
    assert drawing.narrow.height > of_all.narrow.height, "and has room for both lines"


def test_shares_that_are_alike_have_their_marks_apart_and_others_one_place(invented) -> None:
    made = invented.Invented()
    for backend, seconds in (("torch", 0.01), ("tensorflow", 0.0101)):
        for device, factor in (("cpu", 1.0), ("cuda:0", 0.1)):
            slow = 4.0 if (backend, device) == ("tensorflow", "cuda:0") else 1.0
            on = {"backend": backend, "device": device, "dispatch": 1e-9}
            work, copy = {"flops": 2.0**31, "bytes": 12.0 * 2**20}, {"flops": 0.0, "bytes": 2.0**28}
            made.cell((slow * factor * seconds,) * 3, size=1024, work=work, **on)
            made.cell((factor * seconds,) * 3, workload="copy", work=copy, **on)
    drawing = roofline.drawing(analyse([made.results()]), "")
    assert drawing is not None
    figure = Figure(figsize=(3.4, drawing.narrow.height))
    drawing.narrow.draw(figure, LIGHT)
    marks = [line for line in figure.axes[0].lines if line.get_linestyle() == "None"]
    heights = sorted((round(line.get_xdata()[0], 2), line.get_ydata()[0]) for line in marks)
    assert [share for share, _ in heights] == [0.25, 0.99, 1.0, 1.0]
    alone, *alike = (height for _, height in heights)
    assert len(set(alike)) == 3
    assert alone == pytest.approx(sum(alike) / 3)
