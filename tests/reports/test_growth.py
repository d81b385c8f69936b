"""What is said above a panel of times against sizes: its crossovers, and where memory did not suffice."""

from __future__ import annotations

import re

import pytest
from matplotlib.figure import Figure

from gpubench.analysis.analyse import analyse
from gpubench_reports import tables
from gpubench_reports.canvas import NARROW
from gpubench_reports.pictures import growth
from gpubench_reports.theme import LIGHT


def svg(invented, device_times, noise=None):
    """Of a device against a CPU that takes size seconds. noise: what its last cell takes, measured once more."""
    made = invented.Invented()
    for size, seconds in device_times.items():
        made.cell(invented.scattered(float(size)), size=size)
        made.cell(invented.scattered(seconds)[::-1], size=size, device="cuda:0")
    if noise is not None:
        made.cell(invented.scattered(noise)[::-1], size=size, device="cuda:0", variant="aa")
    return growth.drawings(analyse([made.results()]), "")["matmul"].svg(LIGHT)


def test_a_crossover_is_told_with_its_interval(invented):
    drawn = svg(invented, {1: 4.0, 4: 4.0, 16: 4.0, 64: 4.0})
    assert ">GPU wins from 4.0 [3.8–4.2]<" in drawn


def test_one_that_is_not_told_is_not_drawn(invented):
    """12 against 16 seconds is no more than the half by which the device differs from itself."""
    drawn = svg(invented, {1: 4.0, 4: 8.0, 16: 12.0}, noise=18.0)
    assert ">GPU crossover not told<" in drawn
    assert "wins from " not in drawn
    assert ">GPU wins from 11 [" in svg(invented, {1: 4.0, 4: 8.0, 16: 12.0})


def test_where_no_curves_cross_it_is_said_who_wins(invented):
    assert ">GPU wins at every size<" in svg(invented, {10: 1.0, 20: 1.0})
    assert ">GPU crossover not reached<" in svg(invented, {10: 30.0, 20: 40.0})
    assert ">GPU wins from 20 at the latest<" in svg(invented, {10: 9.99, 20: 10.0})


def test_of_several_backends_it_is_said_which(invented):
    made = invented.Invented()
    for backend in ("torch", "tensorflow"):
        for size in (1, 4):
            made.cell(invented.scattered(float(size)), size=size, backend=backend)
            made.cell(invented.scattered(2.0)[::-1], size=size, backend=backend, device="cuda:0")
        made.cell(size=16, backend=backend, device="cuda:0", status="oom")
        drawn = growth.drawings(analyse([made.results()]), "")["matmul"].svg(LIGHT)
    assert re.findall(r">GPU wins from [^<]*, (\w+)<", drawn) == ["torch", "tensorflow"]
    assert ">× GPU out of memory from n 16 on<" in drawn, "of all"


def test_of_one_backend_of_several_that_ran_out_of_memory_it_is_said_which(invented):
    made = invented.Invented()
    for backend in ("torch", "tensorflow"):
        for size in (1, 4):
            made.cell(invented.scattered(float(size)), size=size, backend=backend, device="cuda:0")
    made.cell(size=16, backend="torch", device="cuda:0", status="oom")
    drawn = growth.drawings(analyse([made.results()]), "")["matmul"].svg(LIGHT)
    assert ">× GPU out of memory from n 16 on, torch<" in drawn


def test_panels_of_one_picture_have_one_scale(invented):
    made = [invented.Invented(name, host=name) for name in "ab"]
    for one, slower, sizes in zip(made, (1.0, 100.0), ((1, 4), (4, 64)), strict=True):
        for size in sizes:
            one.cell(invented.scattered(slower * size), size=size)
    drawing = growth.drawings(analyse([one.results() for one in made]), "")["matmul"]
    figure = Figure()
    drawing.draw(figure, LIGHT)
    first, second = figure.axes
    assert (first.get_xlim(), first.get_ylim()) == (second.get_xlim(), second.get_ylim())
    assert first.get_ylim()[1] > 6400


def alike(invented):
    """The axes of two backends whose curves are the same."""
    made = invented.Invented()
    for backend in ("torch", "tensorflow"):
        for size in (1, 4):
            made.cell(invented.scattered(float(size)), size=size, backend=backend)
    drawing = growth.drawings(analyse([made.results()]), "")["matmul"]
    figure = Figure()
    drawing.draw(figure, LIGHT)
    (axes,) = figure.axes
    return axes


def test_intervals_of_curves_at_the_same_size_stand_beside_each_other(invented):
    bars = [bar.get_transform().transform((1.0, 1.0))[0] for bar in alike(invented).collections]
    assert len(bars) == 2
    assert abs(bars[0] - bars[1]) > 3


def test_no_mark_stands_nearer_to_another_size_than_to_its_own(invented):
    """However many sizes there are."""
    made = invented.Invented()
    sizes = range(100, 140)
    for backend in ("torch", "tensorflow"):
        for size in sizes:
            made.cell(invented.scattered(float(size)), size=size, backend=backend)
    figure = Figure(figsize=(10, 5))
    growth.drawings(analyse([made.results()]), "")["matmul"].draw(figure, LIGHT)
    (axes,) = figure.axes
    gap = axes.transData.transform((139, 1))[0] - axes.transData.transform((138, 1))[0]
    for bar in axes.collections:
        aside = bar.get_transform().transform((120.0, 110.0))[0] - axes.transData.transform((120.0, 110.0))[0]
        assert 0 < abs(aside) < gap / 2


def test_a_win_that_is_told_from_a_size_on_is_told_at_that_size(invented):
    """The curves don't cross; at the smallest size no difference is told."""
    made = invented.Invented()
    for size, device in ((1, 0.99), (4, 2.0), (16, 2.0)):
        made.cell(invented.scattered(float(size)), size=size)
        made.cell(invented.scattered(device)[::-1], size=size, device="cuda:0")
    figure = Figure()
    growth.drawings(analyse([made.results()]), "")["matmul"].draw(figure, LIGHT)
    (note,) = [text for text in figure.axes[0].texts if text.get_text() == "GPU wins from 4 at the latest"]
    assert 0.2 < note.xy[0] < 0.8


def test_of_another_mode_it_is_said_which(invented):
    made = invented.Invented()
    for mode in ("eager", "compile"):
        for size in (1, 4) if mode == "compile" else (1, 4, 16):
            made.cell(invented.scattered(float(size)), size=size, mode=mode)
            made.cell(invented.scattered(2.0)[::-1], size=size, mode=mode, device="cuda:0")
    drawn = growth.drawings(analyse([made.results()]), "")["matmul"].svg(LIGHT)
    assert re.findall(r">(GPU wins from [^<]*)<", drawn) == [
        "GPU wins from 2.0 [1.9–2.1]",
        "GPU wins from 2.0 [1.9–2.1], torch (compile)",
    ]


def test_notes_stand_above_the_axes_where_no_curve_runs(invented):
    drawn = svg(invented, {1: 4.0, 4: 4.0, 16: 4.0, 64: 4.0})
    panel = re.search(r'<clipPath[^>]*><rect x="[\d.]+" y="([\d.]+)"', drawn)
    note = re.search(r'<text [^>]* y="([\d.]+)">GPU wins', drawn)
    assert panel is not None
    assert note is not None
    assert float(note[1]) < float(panel[1])


def out_of_memory(invented, sizes, reason="CUDA out of memory"):
    """A CPU at four sizes, and a device at the two smallest; at others memory did not suffice."""
    made = invented.Invented()
    for size in (1, 4, 16, 64):
        made.cell(invented.scattered(float(size)), size=size)
    for size in (1, 4):
        made.cell(invented.scattered(0.1)[::-1], size=size, device="cuda:0")
    for size, status in sizes.items():
        made.cell(size=size, device="cuda:0", status=status, reason=reason)
    return growth.drawings(analyse([made.results()]), "")["matmul"].svg(LIGHT)


def test_a_curve_that_ends_for_want_of_memory_says_so(invented):
    assert ">× GPU out of memory from n 16 on<" in out_of_memory(invented, {16: "oom", 64: "oom"})
    assert ">× GPU out of memory from n 256 on<" in out_of_memory(invented, {256: "oom"}), "that no other measured"


def cross(invented, size):
    """The mark of a size for which memory did not suffice, on axes of sizes to 64, and whether an arrow follows it."""
    made = invented.Invented()
    for n in (1, 4, 16, 64):
        made.cell(invented.scattered(float(n)), size=n)
    for n in (1, 4):
        made.cell(invented.scattered(0.1)[::-1], size=n, device="cuda:0")
    made.cell(size=size, device="cuda:0", status="oom")
    figure = Figure()
    growth.drawings(analyse([made.results()]), "")["matmul"].draw(figure, LIGHT)
    (axes,) = figure.axes
    (mark,) = [line for line in axes.lines if line.get_marker() == "X"]
    assert axes.get_xlim()[1] < 512
    place = (mark.get_transform() - axes.transData).transform((mark.get_xdata()[0], 1.0))[0]
    return place, axes.get_xlim()[1], "→" in [text.get_text() for text in axes.texts]


def test_a_size_far_beyond_those_that_were_measured_is_marked_at_the_edge(invented):
    """To its scale it would take the room of the curves; an arrow says that it is not."""
    place, _, arrow = cross(invented, 256)
    assert (round(place), arrow) == (256, False)
    place, edge, arrow = cross(invented, 65536)
    assert 64 < place < edge
    assert arrow


@pytest.mark.parametrize("form", ["draw", "narrow"])
def test_such_a_mark_stands_clear_of_the_last_size_that_was_measured(invented, form):
    made = invented.Invented()
    for n in (64, 256, 1024, 2048):
        made.cell(invented.scattered(float(n)), size=n, device="cuda:0")
    made.cell(size=65536, device="cuda:0", status="oom")
    drawing = growth.drawings(analyse([made.results()]), "")["matmul"]
    figure = Figure(figsize=(NARROW, 3) if form == "narrow" else (10, 4))
    (drawing.narrow if form == "narrow" else drawing).draw(figure, LIGHT)
    (axes,) = figure.axes
    (mark,) = [line for line in axes.lines if line.get_marker() == "X"]
    at = mark.get_transform().transform((mark.get_xdata()[0], 1.0))[0]
    last = axes.transData.transform((2048.0, 64.0))[0]
    assert (at - last) * 72 / figure.dpi > 8.5 / 2 + 7 / 2, "points of half of a curve's mark and half of this one"
    assert 2048 in axes.get_xticks()


def test_one_that_ends_for_another_reason_does_not(invented):
    assert "out of memory" not in out_of_memory(invented, {16: "timeout"})
    assert "out of memory" not in out_of_memory(invented, {2: "oom"}), "a larger one had enough"


def test_of_curves_that_cover_each_other_each_is_seen(invented):
    """The lower one is wider, and the upper one has an edge in the paper's colour."""
    lower, upper = [line for line in alike(invented).lines if line.get_marker() in ("o", "s")]
    assert lower.get_markersize() > upper.get_markersize() + 2
    assert lower.get_linewidth() > upper.get_linewidth()
    assert (lower.get_path_effects(), len(upper.get_path_effects())) == ([], 1)


def test_panels_stand_in_the_order_of_the_tables(invented):
    """Whichever has more points, or was measured first."""
    made = invented.Invented()
    for into, sizes in (("new", (1, 4, 16)), ("kept", (1, 4))):
        for size in sizes:
            made.cell(invented.scattered(float(size)), size=size, params={"into": into})
    findings = analyse([made.results()])
    drawn = growth.drawings(findings, "")["matmul"].svg(LIGHT)
    assert re.findall(r">into (\w+), float32<", drawn) == ["kept", "new"]
    (cells,) = [group for group in tables.cells(findings).groups if group.title == "matmul"]
    assert list(dict.fromkeys(entry.text for row in cells.rows for entry in row if "into" in entry.text)) == [
        "into kept", "into new",
    ]  # fmt: skip


def test_a_crossover_that_rests_on_a_doubtful_cell_is_flagged(invented):
    for flags, said in (((), "GPU wins from 2.0 [1.9–2.1]"), (("drift",), "GPU wins from 2.0 [1.9–2.1] ⚑")):
        made = invented.Invented()
        for size in (1, 4):
            made.cell(invented.scattered(float(size)), size=size, flags=flags)
            made.cell(invented.scattered(2.0)[::-1], size=size, device="cuda:0")
        drawing = growth.drawings(analyse([made.results()]), "")["matmul"]
        assert f">{said}<" in drawing.svg(LIGHT)
        assert ("; ⚑: 2 of 4 cells are doubtful" in drawing.subtitle) == bool(flags)


def test_a_size_that_no_logarithm_has_a_place_for_is_in_the_tables_alone(invented):
    made = invented.Invented()
    for device, step in (("cpu", 2.0), ("cuda:0", 1.0)):
        for size in (0, 64, 128):
            made.cell(invented.scattered(step), size=size, device=device)
        made.cell(size=-1, device=device, status="oom", reason="for a test")
    findings = analyse([made.results()])
    (drawing,) = growth.drawings(findings, "").values()
    assert [text for text in re.findall(r">([^<>]+)<", drawing.svg(LIGHT)) if text.isdigit()] == ["64", "128"]
    assert [one.sizes for one in findings.crossovers] == [(64.0, 128.0)]
    assert "n 0" in {row[0].text for group in tables.cells(findings).groups for row in group.rows}
