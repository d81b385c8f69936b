"""Cells of drawn cases that have no mark in the roofline: that they have none is told, and why."""

from __future__ import annotations

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from gpubench.analysis.analyse import analyse
from gpubench.results.records import Env
from gpubench_reports.canvas import _drawn
from gpubench_reports.pictures import roofline
from gpubench_reports.theme import LIGHT

PRODUCT, COPY = {"flops": 2.0**31, "bytes": 12.0 * 2**20}, {"flops": 0.0, "bytes": 2.0**28}
LITTLE, SLOW = {"flops": 1e6, "bytes": 1e4}, {"flops": 1e9, "bytes": 1e7}


@pytest.fixture
def made(invented):
    """A CPU and a GPU with their ceilings, and a case that only the CPU was measured on."""
    run = invented.Invented()
    for device, seconds in (("cpu", 0.02), ("cuda:0", 1e-4)):
        run.cell((seconds,) * 3, size=1024, work=PRODUCT, device=device, dispatch=1e-9)
        run.cell((10 * seconds,) * 3, workload="copy", work=COPY, device=device, dispatch=1e-9)
    run.cell((0.05,) * 3, size=2048, work=PRODUCT, dispatch=1e-9)
    return run


def add(run, work, *steps: float, size: int = 64, **also) -> None:
    """A case on the CPU and on the GPU."""
    for device, step in zip(("cpu", "cuda:0"), steps, strict=True):
        run.cell((step,) * 3, workload="work", size=size, work=work, device=device, dispatch=1e-9, **also)


def drawn(run):
    drawing = roofline.drawing(analyse([run.results()]), "")
    assert drawing is not None
    return drawing, drawing.svg(LIGHT), drawing.narrow_svg(LIGHT)


def test_nothing_is_said_of_what_was_not_measured_nor_of_a_device_without_ceilings(made):
    made.cell((1e-4,) * 3, size=2048, work=PRODUCT, precision="float64", device="cuda:0", dispatch=1e-9)
    made.cell((1e-4,) * 3, size=2048, work=PRODUCT, device="cuda:1", dispatch=1e-9)
    drawing, wide, narrow = drawn(made)
    assert "–" not in drawing.subtitle + drawing.narrow.subtitle + wide + narrow


@pytest.mark.parametrize(
    ("work", "steps", "why"), [(LITTLE, (1e-4, 1e-4), "too little work"), (SLOW, (0.02, 1.0), "under 0.1 %")]
)
def test_of_a_cell_without_a_mark_its_case_has_a_dash_and_the_subtitle_the_reason(made, work, steps, why):
    add(made, work, *steps)
    drawing, wide, narrow = drawn(made)
    assert f"; –: mark not drawn, {why}." in drawing.subtitle
    assert f"; –: {why}." in drawing.narrow.subtitle
    assert ">work, n 64 (GPU –)<" in wide
    assert ">matmul, n 2048<" in wide
    assert "· torch GPU –<" in narrow
    assert narrow.count("–") == 1


def test_where_only_one_backend_lacks_a_mark_the_case_says_which(made):
    for size in (1024, 2048):
        made.cell((0.04,) * 3, size=size, work=PRODUCT, backend="tensorflow", dispatch=1e-9)
    add(made, SLOW, 0.02, 1.0, size=200)
    made.cell((0.001,) * 3, workload="work", size=200, work=SLOW, backend="tensorflow", device="cuda:0", dispatch=1e-9)
    made.cell((30.0,) * 3, workload="work", size=300, work=SLOW, dispatch=1e-9)
    made.cell((0.02,) * 3, workload="work", size=300, work=SLOW, backend="tensorflow", dispatch=1e-9)
    wide = drawn(made)[1]
    assert ">work, n 200 (torch GPU –)<" in wide
    assert ">work, n 300 (torch –)<" in wide
    assert "(–)" not in wide


def test_a_name_at_the_right_edge_has_room_for_what_lacks_a_mark(made):
    for backend in ("torch", "tensorflow"):
        made.cell((0.02,) * 3, size=1024, work=PRODUCT, backend=backend, dispatch=1e-9)
    for number in range(6):
        work = {"flops": 1e9, "bytes": 1e9 / (1500 + 3 * number)}
        for backend, device, step in (("torch", "cpu", 0.02), ("torch", "cuda:0", 1.0), ("tensorflow", "cpu", 300.0)):
            made.cell((step,) * 3, workload="a_convolution_of_long_name", params={"layer": f"number {number}"},
                      work=work, backend=backend, device=device, dispatch=1e-9, flags=("drift",))  # fmt: skip
    drawing = roofline.drawing(analyse([made.results()]), "")
    assert drawing is not None
    with _drawn(drawing, LIGHT) as (figure, _):
        FigureCanvasAgg(figure).draw()
        names = {text.get_text(): text.get_window_extent().x1 for text in figure.findobj(Text) if text.get_rotation()}
        assert max(names.values()) < figure.bbox.x1
    assert sum(name.endswith("n 256 ⚑ (2 marks –)") for name in names) == 6


def test_one_of_another_mode_than_usual_is_called_by_it(made):
    for mode in ("eager", "compile"):
        add(made, LITTLE, 1e-4, 1e-4, mode=mode)
        made.cell((1e-4,) * 3, size=1024, work=PRODUCT, device="cuda:0", mode=mode, dispatch=1e-9)
    assert "torch (compile) GPU –<" in drawn(made)[2]


def test_both_reasons_are_told_and_the_longest_subtitle_is_whole(made):
    add(made, LITTLE, 1e-4, 1e-4)
    add(made, SLOW, 0.02, 1.0, size=200)
    for size in range(100, 140):
        made.cell((0.03,) * 3, workload="work", size=size, work=SLOW, dispatch=1e-9, flags=("drift",))
    made.cell((0.01,) * 3, size=2048, work=PRODUCT, mode="compile", dispatch=1e-9)
    results = made.results()
    told = Env(scope="torch@cpu", facts={"theoretical peak float32": "0.2 TFLOP/s"})
    drawing = roofline.drawing(analyse([type(results)(**{**vars(results), "envs": (*results.envs, told)})]), "")
    assert drawing is not None
    said = ("hollow", "⚑", "names of one line", "too little work or under 0.1 %", "cells drawn")
    assert [one for one in said if one not in drawing.subtitle] == []
    assert "…" not in drawing.svg(LIGHT)


@pytest.mark.parametrize(("flagged", "said"), [
    (("cpu",), " (CPU ⚑)"), (("cuda:0",), " (GPU ⚑)"), (("cpu", "cuda:0"), " ⚑"), ((), ""),
])  # fmt: skip
def test_a_case_says_whose_cells_are_doubtful(made, flagged: tuple[str, ...], said: str):
    for device, seconds in (("cpu", 0.05), ("cuda:0", 1e-3)):
        flags = ("steal",) if device in flagged else ()
        made.cell((seconds,) * 3, workload="work", size=64, work=SLOW, device=device, dispatch=1e-9, flags=flags)
    assert f">work, n 64{said}<" in drawn(made)[1]
