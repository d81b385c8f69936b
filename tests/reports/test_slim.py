"""An SVG of matplotlib's is made small without a change to what it shows."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET

import matplotlib as mpl
from matplotlib.figure import Figure

from gpubench_reports.slim import slim
from gpubench_reports.theme import LIGHT

STYLE = 'a style="fill: url(http://127.0.0.1:9/x)" id="p0123456789" d="M 1.23456 2"'


def written(text: str = "a label") -> str:
    with mpl.rc_context(LIGHT.settings):
        figure = Figure()
        axes = figure.add_subplot()
        axes.plot([1, 2, 3], [1.123456, 2, 3], marker="o")
        axes.set_title(text)
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg")
    return buffer.getvalue()


def drawn(svg: str) -> list[tuple[str, str]]:
    """Every element that draws something, with its style, in order; clipping and markers' shapes too."""
    rules = dict(re.findall(r"\.(s\d+)\{([^}]*)\}", svg))
    return [
        (one.tag.rpartition("}")[2], one.get("style") or rules.get(one.get("class") or "", ""))
        for one in ET.fromstring(svg).iter()
        if one.tag.rpartition("}")[2] in ("path", "use", "text", "rect", "clipPath")
    ]


def test_what_is_drawn_is_the_same_with_the_same_styles() -> None:
    whole = written()
    before = [(tag, style.replace("font-family: 'DejaVu Sans'; ", "")) for tag, style in drawn(whole)]
    assert drawn(slim(whole)) == before
    assert len(before) > 20


def test_it_is_less_than_half_as_large() -> None:
    assert len(slim(written())) < len(written()) / 2


def test_a_style_is_written_once() -> None:
    svg = slim(written())
    assert " style=" not in svg
    rules = re.findall(r"\.s\d+\{([^}]*)\}", svg)
    assert len(set(rules)) == len(rules) > 5


def test_references_still_refer() -> None:
    svg = slim(written())
    names = re.findall(r' id="([^"]+)"', svg)
    used = re.findall(r'(?:url\(|href=")#([^)"]+)', svg)
    assert set(names) == set(used)
    assert len(set(names)) == len(names) > 1
    assert all(len(name) < 5 for name in names)


def test_coordinates_have_tenths_and_groups_have_properties() -> None:
    svg = slim(written())
    assert not re.search(r"\d\.\d{2}", "".join(re.findall(r'<path d="([^"]*)"', svg)))
    assert "<g>" not in svg
    assert svg.count("<g ") == svg.count("</g>")


def test_lines_along_an_axis_tell_one_coordinate() -> None:
    svg = '<svg><style></style><path d="M 1 2 L 3 2 L 3 4 L 5 6 Q 5 7 8 6 L 9 6 z" xlink:href="#x"/></svg>'
    (path,) = re.findall(r'd="([^"]*)"', slim(svg))
    assert path == "M1 2H3V4L5 6Q5 7 8 6L9 6z"


def test_a_label_that_looks_like_markup_stays_a_label() -> None:
    """Were its style taken for one, whoever names a workload could write rules for the picture."""
    svg = slim(written(STYLE))
    (title,) = [one.text for one in ET.fromstring(svg).iter() if (one.text or "").startswith("a style")]
    assert title == STYLE
    assert "url(http" not in svg[: svg.index("</style>")]
