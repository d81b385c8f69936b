"""Which points of a curve over sizes are marked where there are many."""

from __future__ import annotations

import itertools
import math

from matplotlib.figure import Figure

from gpubench.analysis.analyse import analyse
from gpubench_reports.pictures import growth
from gpubench_reports.theme import LIGHT


def many(invented, sizes, backends=("torch", "tensorflow")):
    """The picture of backends whose curves are the same, at so many sizes."""
    made = invented.Invented()
    for backend in backends:
        for size in sizes:
            made.cell(invented.scattered(float(size)), size=size, backend=backend)
    return growth.drawings(analyse([made.results()]), "")["matmul"]


def test_at_sizes_too_many_for_marks_curves_take_turns_so_that_both_are_seen(invented):
    drawing = many(invented, range(64, 64 * 41, 64))
    figure = Figure(figsize=(10, 4))
    drawing.draw(figure, LIGHT)
    (axes,) = figure.axes
    marked = [line for line in axes.lines if line.get_marker() in ("o", "s")]
    places = []
    for one in marked:
        assert {0, 39} < set(one.get_markevery()), "the ends are seen"
        kept = [one.get_xdata()[at] for at in one.get_markevery() if 0 < at < 39]
        places += [(axes.transData.transform((size, 1.0))[0] * 72 / figure.dpi, one.get_markersize()) for size in kept]
        assert len(kept) >= 5
    places.sort()
    for (one, wide), (other, also) in itertools.pairwise(places):
        assert other - one > (wide + also) / 2 - 1
    assert [len(bar.get_segments()) for bar in axes.collections] == [40, 40], "of intervals none is left out"
    assert "; each line is marked at its ends and at some of its sizes" in drawing.subtitle


def test_a_curve_that_is_alone_is_marked_as_often_as_there_is_room(invented):
    drawing = many(invented, range(64, 64 * 41, 64), backends=("torch",))
    figure = Figure(figsize=(10, 4))
    drawing.draw(figure, LIGHT)
    (line,) = [line for line in figure.axes[0].lines if line.get_marker() == "o"]
    kept = [math.log(line.get_xdata()[at]) for at in line.get_markevery()]
    assert 15 < len(kept) < 40
    steps = [after - before for before, after in itertools.pairwise(kept)]
    assert min(steps) > 0.9 * min(steps[:-1]) > 0.02


def test_where_all_have_room_all_are_marked_on_a_desk_if_not_on_a_telephone(invented):
    drawing = many(invented, [2**power for power in range(24)])
    assert "marked" not in drawing.subtitle
    assert "; each line is marked at its ends and at some of its sizes" in drawing.narrow.subtitle
    assert "marked" not in many(invented, range(1000, 1012)).narrow.subtitle


def test_marks_stand_side_by_side_only_where_there_are_several(invented):
    for backends in (("torch",), ("torch", "tensorflow")):
        drawing = many(invented, (1, 4, 16), backends=backends)
        assert ("marks of one size stand side by side" in drawing.subtitle) == (len(backends) > 1)
