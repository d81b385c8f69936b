"""What the rows of a picture are called, short and no two alike; and how far intervals are drawn."""

from __future__ import annotations

from dataclasses import replace

import pytest
from matplotlib.figure import Figure

from gpubench.analysis.case import Case
from gpubench.analysis.ratio import Ratio
from gpubench_reports.pictures.forest import Mark, Row, forest, names, reach, stacked, stacked_height
from gpubench_reports.theme import LIGHT

TOLD = frozenset({"layer", "pass"})


def case(layer: str = "a", pass_: str = "forward", precision: str = "float32", data: str = "resident") -> Case:
    return Case("conv2d", "batch", 8, (("layer", layer), ("pass", pass_)), precision, data, TOLD)


def copy(into: str) -> Case:
    return Case("copy", "n", 33554432, (("into", into),), "float32", "resident", frozenset({"into"}))


def test_what_cases_differ_in_is_named_of_each_of_them() -> None:
    """Kept as well as new: a row without a word would leave open what it is."""
    assert list(names([copy("kept"), copy("new")]).values()) == [
        "copy, into kept, n 33,554,432", "copy, into new, n 33,554,432",
    ]  # fmt: skip
    assert list(names([case("a"), case("a", precision="bfloat16")]).values()) == [
        "conv2d, batch 8, float32", "conv2d, batch 8, bfloat16",
    ]  # fmt: skip
    assert list(names([case("a"), case("b", data="host")]).values()) == [
        "conv2d, layer a, batch 8, resident data", "conv2d, layer b, batch 8, host data",
    ]  # fmt: skip


def test_what_all_have_in_common_is_not() -> None:
    assert list(names([copy("kept")]).values()) == ["copy, n 33,554,432"]


def test_a_parameter_goes_without_its_name_where_names_would_be_long() -> None:
    long, short = case("resnet50-conv2-reduce", "forward+backward"), case("a")
    assert list(names([long, short, copy("kept"), copy("new")]).values()) == [
        "conv2d, resnet50-conv2-reduce, forward+backward, batch 8", "conv2d, a, forward, batch 8",
        "copy, into kept, n 33,554,432", "copy, into new, n 33,554,432",
    ]  # fmt: skip


def test_no_two_cases_are_called_the_same() -> None:
    found = [case(layer, pass_) for layer in "ab" for pass_ in ("forward", "forward+backward")]
    assert len(set(names(found).values())) == 4


def test_another_workload_has_values_of_its_own() -> None:
    other = Case("matmul", "n", 64, (), "float16", "resident")
    assert names([case("a"), case("a", "forward+backward"), case("b"), other])[other] == "matmul, n 64"


def ratio(value: float, lo: float, hi: float) -> Ratio:
    return Ratio(value, lo, hi, launches=3, paired=True)


def row(name: str, *marks: Ratio) -> Row:
    return Row(name, tuple(Mark(one, "#000", "o", "") for one in marks))


@pytest.mark.parametrize(
    ("ratios", "reach_of_them"),
    [
        ([(2.0, 1.9, 2.1)], (1 / 3, 6.0)),
        ([(8.0, 7.9, 8.1), (0.5, 0.4, 0.6)], (0.5 / 16, 128.0)),
        ([(2.0, 0.001, 4000.0)], (1 / 3, 6.0)),
    ],
)
def test_intervals_are_drawn_as_far_as_the_ratios_are_apart(ratios, reach_of_them) -> None:
    assert reach([ratio(*one) for one in ratios]) == pytest.approx(reach_of_them)


def test_an_interval_that_goes_on_has_an_arrow_with_its_number() -> None:
    axes = Figure().add_subplot()
    forest(axes, LIGHT, [row("wide", ratio(2.0, 0.001, 4000.0)), row("narrow", ratio(2.0, 1.9, 2.1))])
    assert [text.get_text() for text in axes.texts] == ["1/1,000×", "4,000×"]
    lo, hi = axes.get_xlim()
    assert 0.2 < lo < hi < 10


def test_a_row_without_marks_is_a_heading() -> None:
    axes = Figure().add_subplot()
    forest(axes, LIGHT, [row("case", ratio(2.0, 1.9, 2.1)), row("Others")])
    assert [name.get_weight() for name in axes.get_yticklabels()] == ["normal", "bold"]


@pytest.mark.parametrize(("floor", "hollow"), [(0.0, False), (0.9, False), (1.5, True)])
def test_a_ratio_that_is_no_more_than_noise_has_a_hollow_mark(floor: float, hollow: bool) -> None:
    """As has one whose interval holds 1."""
    axes = Figure().add_subplot()
    forest(axes, LIGHT, [row("case", replace(ratio(2.0, 1.9, 2.1), floor=floor))])
    (mark,) = [line for line in axes.lines if line.get_marker() == "o"]
    assert (mark.get_markerfacecolor() == LIGHT.paper) is hollow
    assert (mark.get_markeredgecolor() == LIGHT.paper) is not hollow


@pytest.mark.parametrize(("draw", "inches"), [(forest, 0.3), (stacked, 1.0)])
def test_marks_of_one_row_at_one_ratio_are_told_apart(draw, inches) -> None:
    """By a rim of the paper's colour, and by their places. inches: of a unit of the axis."""
    axes = Figure(figsize=(3.4, 3)).add_subplot()
    draw(axes, LIGHT, [row("case", ratio(2.0, 1.9, 2.1), ratio(2.0, 1.9, 2.1))])
    one, other = (line for line in axes.lines if line.get_marker() == "o")
    apart = 72 * inches * (other.get_ydata()[0] - one.get_ydata()[0])
    assert apart > one.get_markersize() - 2 * one.get_markeredgewidth()
    assert {line.get_markeredgecolor() for line in (one, other)} == {LIGHT.paper}


def test_for_a_telephone_names_and_numbers_stand_above_their_bars() -> None:
    axes = Figure(figsize=(3.4, 3)).add_subplot()
    marks = tuple(Mark(ratio(2.0, 1.9, 2.1), "#000", "o", words) for words in ("torch 2×", "tensorflow 2×"))
    rows = [Row("conv2d, a very long name of a case that does not fit, batch 8", marks), Row("Others", ())]
    stacked(axes, LIGHT, rows)
    *name, words, heading = [text for text in axes.texts if text.get_text()]
    assert words.get_text() == "torch 2× · tensorflow 2×"
    assert " ".join(line.get_text() for line in name) == rows[0].name
    assert len(name) > 1
    bars = sorted(line.get_ydata()[0] for line in axes.lines if line.get_marker() == "o")
    places = [*(line.get_position()[1] for line in name), words.get_position()[1], *bars, heading.get_position()[1]]
    assert places == sorted(places)
    assert axes.get_ylim() == (pytest.approx(stacked_height(rows)), 0)


def test_for_a_telephone_no_line_of_the_axis_runs_through_words() -> None:
    axes = Figure(figsize=(3.4, 3)).add_subplot()
    marks = (Mark(ratio(2.0, 1.9, 2.1), "#000", "o", "torch 2×"),)
    stacked(axes, LIGHT, [Row("one", marks), Row("Others", ()), Row("two", marks)])
    lines = [(points[0][1], points[1][1]) for some in axes.collections for points in some.get_segments()]
    assert len({top for top, _ in lines}) == 2, "beside the bars of each row"
    words = [text.get_position()[1] for text in axes.texts]
    assert not any(top <= place <= bottom for top, bottom in lines for place in words)
    assert not any(line.get_visible() for line in axes.get_xgridlines())
