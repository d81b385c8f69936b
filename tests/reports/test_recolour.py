"""A picture in dark is what drawing it in dark would give."""

from __future__ import annotations

from gpubench.analysis.analyse import analyse
from gpubench_reports.gallery import gallery
from gpubench_reports.recolour import recoloured
from gpubench_reports.theme import DARK, LIGHT


def test_the_light_picture_recoloured_is_the_dark_one(invented, with_passes):
    for drawing in gallery(analyse([with_passes(invented.gpu_run())])):
        for draw in (drawing.svg, drawing.narrow_svg):
            light, dark = draw(LIGHT), draw(DARK)
            assert recoloured(light, LIGHT, DARK) == dark != light, drawing.name


def test_a_colour_that_a_label_names_stays():
    text = f"<text>{LIGHT.ink}</text>"
    svg = f"<svg><style>.s0{{fill: {LIGHT.ink}}}</style>{text}</svg>"
    assert recoloured(svg, LIGHT, DARK) == f"<svg><style>.s0{{fill: {DARK.ink}}}</style>{text}</svg>"
