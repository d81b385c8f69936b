"""The pictures as files. All runs here are made up, the GPU above all."""

from __future__ import annotations

import re
import struct
from pathlib import Path

import matplotlib as mpl
import pytest
from matplotlib.image import imread

from gpubench.analysis.analyse import analyse
from gpubench_reports.canvas import label
from gpubench_reports.gallery import gallery
from gpubench_reports.plain import stem
from gpubench_reports.png import render
from gpubench_reports.theme import DARK, LIGHT


def size_and_density(path: Path) -> tuple[int, int, int]:
    """Width and height in pixels, and dots a metre, from the file's own chunks."""
    data = path.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", data[16:24])
    place = data.index(b"pHYs") + 4
    across, down, unit = struct.unpack(">IIB", data[place : place + 9])
    assert (across, unit) == (down, 1)
    return width, height, across


def mean_colour(path: Path) -> float:
    """0 is black, 1 is white."""
    return float(imread(path)[..., :3].mean())


def test_a_cpu_run_has_every_picture_but_the_speedup(cpu_findings, tmp_path):
    written = render(cpu_findings, tmp_path)
    assert {path.relative_to(tmp_path).as_posix() for path in written} == {
        "plots/crossover-matmul.png", "plots/crossover-mnist_cnn_train.png", "plots/frameworks.png",
        "plots/roofline.png", "plots/distribution.png",
    }  # fmt: skip


def test_a_gpu_run_has_a_speedup_and_all_are_of_a_slides_width(gpu_findings, tmp_path):
    written = render(gpu_findings, tmp_path)
    assert "speedup.png" in {path.name for path in written}
    for path in written:
        width, height, dots = size_and_density(path)
        assert (width, dots) == (1500, pytest.approx(150 / 0.0254, abs=1))
        assert 400 < height < 2000


def test_dots_an_inch_and_the_theme_are_as_asked_and_the_name_says_which(cpu_findings, tmp_path):
    light = render(cpu_findings, tmp_path)
    written = render(cpu_findings, tmp_path, dpi=75, themes=("dark",))
    assert [tmp_path / "plots" / "dark" / path.name for path in light] == written
    for path, other in zip(written, light, strict=True):
        assert size_and_density(path)[::2] == (750, pytest.approx(75 / 0.0254, abs=1))
        assert mean_colour(path) < 0.5 < mean_colour(other)


def test_a_run_of_nothing_has_no_picture(invented, tmp_path):
    assert render(analyse([invented.Invented().results()]), tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_a_workloads_name_cannot_leave_the_folder(invented, tmp_path):
    made = invented.Invented()
    for workload in ("../../evil", "evil", "漢字", "a/b", "a b", "x" * 500):
        for size in (1, 2):
            made.cell((1.0 * size,) * 3, workload=workload, size=size)
    written = render(analyse([made.results()]), tmp_path)
    names = [path.name for path in written if path.name.startswith("crossover-")]
    assert len(set(names)) == 6
    assert all(path.resolve().parent == tmp_path / "plots" for path in written)


@pytest.mark.parametrize(
    ("name", "safe"), [("mnist_cnn_train", "mnist_cnn_train"), ("../x", "x"), ("", "workload"), ("a b/c", "a-b-c")]
)
def test_stems(name, safe):
    assert stem(name) == safe


def test_names_are_never_read_as_mathematics(invented, tmp_path):
    made = invented.Invented()
    for size in (1, 2):
        for backend in ("$\\frac{1", "under_score"):
            made.cell((1.0 * size,) * 3, workload="$x^{$", size=size, backend=backend)
    assert render(analyse([made.results()]), tmp_path)


def test_a_label_shows_what_it_cannot_draw():
    assert label("a\u202eb\x00漢", 20) == "a�b�□"
    assert label("x" * 30 + "y" * 30, 11) == "xxxxxx…yyyy"


def test_drawing_leaves_no_trace_in_matplotlib(cpu_findings):
    before = dict(mpl.rcParams)
    assert [drawing.svg(DARK) for drawing in gallery(cpu_findings)]
    assert dict(mpl.rcParams) == before


def test_a_picture_is_the_same_every_time_and_dark_is_another(cpu_findings):
    drawing = next(iter(gallery(cpu_findings)))
    assert drawing.svg(LIGHT) == drawing.svg(LIGHT)
    assert drawing.svg(LIGHT) != drawing.svg(DARK)


def test_an_svg_names_its_font_once_and_nothing_that_it_does_not_refer_to(gpu_findings):
    for drawing in gallery(gpu_findings):
        svg = drawing.svg(LIGHT)
        assert svg.count("font-family") == 1
        names, used = re.findall(r' id="([^"]+)"', svg), re.findall(r"(?:url\(|href=\")#([^)\"]+)", svg)
        assert set(names) == set(used)


def test_many_cases_still_make_one_readable_picture(invented, tmp_path):
    made = invented.Invented()
    for layer in range(60):
        for backend in ("torch", "tensorflow"):
            for device in ("cpu", "cuda:0"):
                made.cell((1.0,) * 3, params={"layer": f"layer {layer}"}, backend=backend, device=device)
    written = {path.name: path for path in render(analyse([made.results()]), tmp_path)}
    for name in ("speedup.png", "frameworks.png"):
        assert size_and_density(written[name])[1] < 2000


def test_hostile_names_are_drawn_as_text_that_does_nothing(hostile, tmp_path):
    findings = analyse([hostile])
    assert len(render(findings, tmp_path)) >= 4
    for drawing in gallery(findings):
        for theme in (LIGHT, DARK):
            svg = drawing.svg(theme)
            assert "<script" not in svg
            assert " on" not in re.sub(r">[^<]*<", "><", svg)
            assert not set(svg) & set("\u202e\u2066\x00\x07\x1b")
