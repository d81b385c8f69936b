"""Labels of as many letters as there is room for."""

from __future__ import annotations

import re

import pytest
from matplotlib.font_manager import FontProperties, findfont, get_font

from gpubench_reports.canvas import Drawing, Narrow, fitted, label
from gpubench_reports.theme import LIGHT


def inches(text: str) -> float:
    font = get_font(findfont(FontProperties(family="DejaVu Sans")))
    font.set_size(9, 72)
    font.set_text(text)
    width: float = font.get_width_height()[0] / 64 / 72
    return width


@pytest.mark.parametrize("text", ["conv2d, layer resnet50-conv2-reduce, batch 8", "W" * 30, "i" * 300])
@pytest.mark.parametrize("room", [0.3, 1.0, 2.5])
def test_the_longest_label_that_fits_is_taken(text: str, room: float) -> None:
    said = fitted(text, room, 9)
    every = [label(text, length) for length in range(1, min(len(text), 200) + 1)]
    assert said == [one for one in every if inches(one) <= room][-1]


def test_what_fits_is_left_whole_and_of_what_never_does_a_letter_stays() -> None:
    assert fitted("matmul", 2.0, 9) == "matmul"
    assert fitted("", 2.0, 9) == ""
    assert fitted("matmul", 0.01, 9) == "…"


@pytest.mark.parametrize("sentences", [1, 4])
def test_a_long_subtitle_goes_on_in_a_second_line(sentences: int) -> None:
    """Whole: nothing is left out of its middle."""
    told = " ".join(["Ratio of step times for the same work, each in its mode."] * sentences)
    narrow = Narrow(1.0, lambda figure, theme: None)
    drawing = Drawing("name", "Title", told, "", "source", 1.0, lambda figure, theme: [], narrow)
    lines = re.findall(r">([^<>]*Ratio[^<>]*)<", drawing.svg(LIGHT))
    assert " ".join(lines) == told
    assert len(lines) == (1 if sentences == 1 else 2)


def test_the_foot_names_all_of_two_runs_in_two_lines() -> None:
    run = (
        "A processor of a maker that gives it a long name, an accelerator  ·  torch 2.13.0  ·  run 20261126T063443-340e"
    )
    narrow = Narrow(1.0, lambda figure, theme: None)
    drawing = Drawing("name", "Title", "", "", f"{run}  |  {run}", 1.0, lambda figure, theme: [], narrow)
    lines = re.findall(r">([^<>]*(?:processor|run 2)[^<>]*)<", drawing.svg(LIGHT))
    assert len(lines) == 2
    assert " ".join(lines).count("20261126T063443-340e") == 2
