"""What the rows of a picture are called, short and no two alike; and how far intervals are drawn."""

from __future__ import annotations

import pytest
from matplotlib.figure import Figure

from gpubench.analysis.case import Case
from gpubench.analysis.ratio import Ratio
from gpubench_reports.pictures.forest import Mark, Row, forest, names, reach
from gpubench_reports.theme import LIGHT

TOLD = frozenset({"layer", "pass"})


def case(layer: str = "a", pass_: str = "forward", precision: str = "float32", data: str = "resident") -> Case:
    return Case("conv2d", "batch", 8, (("layer", layer), ("pass", pass_)), precision, data, TOLD)


def test_a_row_tells_what_is_not_usual_and_what_has_many_values() -> None:
    usual = [case("a"), case("b"), case("c"), case("d")]
    odd = [case("a", pass_="forward+backward"), case("b", precision="bfloat16"), case("c", data="host")]
    assert list(names([*usual, *odd]).values()) == [
        "conv2d, a, batch 8", "conv2d, b, batch 8", "conv2d, c, batch 8", "conv2d, d, batch 8",
        "conv2d, a, forward+backward, batch 8", "conv2d, b, batch 8, bfloat16", "conv2d, c, batch 8, host data",
    ]  # fmt: skip


def test_no_two_cases_are_called_the_same() -> None:
    found = [case(layer, pass_) for layer in "ab" for pass_ in ("forward", "forward+backward")]
    assert len(set(names(found).values())) == 4


def test_another_workload_has_usual_values_of_its_own() -> None:
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
