"""The pictures as SVG files."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from gpubench_reports import png
from gpubench_reports.svg import render
from gpubench_reports.theme import DARK, LIGHT

SVG = "{http://www.w3.org/2000/svg}"


def test_there_is_a_file_for_each_picture_in_which_text_is_text(cpu_findings, tmp_path):
    written = render(cpu_findings, tmp_path)
    assert [path.stem for path in written] == [path.stem for path in png.render(cpu_findings, tmp_path, dpi=50)]
    for path in written:
        assert path.suffix == ".svg"
        root = ET.fromstring(path.read_text(encoding="utf-8"))
        assert root.tag == f"{SVG}svg"
        assert any("run 20260102T030405-abcd" in (one.text or "") for one in root.iter(f"{SVG}text"))


def test_a_dark_file_lies_beside_the_light_one_and_is_dark(cpu_findings, tmp_path):
    written = render(cpu_findings, tmp_path, themes=("light", "dark"))
    light = [path for path in written if path.parent == tmp_path / "plots"]
    assert [tmp_path / "plots" / "dark" / path.name for path in light] == [
        path for path in written if path not in light
    ]
    for path in light:
        dark = (tmp_path / "plots" / "dark" / path.name).read_text(encoding="utf-8")
        assert DARK.paper in dark
        assert LIGHT.paper not in dark
        assert LIGHT.paper in path.read_text(encoding="utf-8")
