"""The page as its source says it; browser/ has it as a reader meets it. All runs are made up, the GPU above all."""

from __future__ import annotations

import base64
import hashlib
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from gpubench.analysis.analyse import analyse
from gpubench_reports.html import render

ATTRIBUTES_THAT_LOAD = ("src", "srcset", "href", "action", "poster", "background")


class Page(HTMLParser):
    """Elements with their attributes, and the text between them."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data):
        self.text += data + " "

    def all(self, tag: str) -> list[dict[str, str]]:
        """Attributes of every element of a name."""
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def words(self) -> str:
        """The text with single spaces."""
        return " ".join(self.text.split())


def test_the_page_lies_where_it_is_asked_for(cpu_page):
    assert cpu_page.name == "report.html"


@pytest.mark.parametrize("which", ["cpu_page", "gpu_page"])
def test_nothing_is_loaded_from_anywhere(which, request):
    page = Page(request.getfixturevalue(which))
    loaded = [value for _, found in page.elements for name, value in found.items() if name in ATTRIBUTES_THAT_LOAD]
    assert loaded
    assert all(value.startswith(("data:image/svg+xml,%3Csvg ", "#")) for value in loaded)
    assert not {"link", "iframe", "object", "embed", "base"} & {name for name, _ in page.elements}
    assert page.all("script") == [{}]


def test_pictures_load_nothing_either(gpu_page):
    images = Page(gpu_page).all("img")
    assert images
    for image in images:
        assert not set(image["src"]) & set('"<>&#'), "it is quoted as a URL has to be"
        svg = unquote(image["src"].partition(",")[2])
        assert ET.fromstring(svg).tag == "{http://www.w3.org/2000/svg}svg"
        outside = set(re.findall(r"(?:href|src)=['\"]([^'\"#][^'\"]*)['\"]|url\(([^#)][^)]*)\)", svg))
        assert outside == set()
        assert "<script" not in svg


@pytest.mark.parametrize("element", ["style", "script"])
def test_the_policy_allows_the_page_s_own_style_and_script_and_nothing_else(element, cpu_page):
    text = cpu_page.read_text(encoding="utf-8")
    (own,) = re.findall(rf"<{element}>(.*?)</{element}>", text, re.DOTALL)
    policy = next(
        found["content"] for found in Page(cpu_page).all("meta") if found.get("http-equiv") == "Content-Security-Policy"
    )
    digest = base64.b64encode(hashlib.sha256(own.encode()).digest()).decode()
    assert f"{element}-src 'sha256-{digest}';" in policy
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    markup = re.sub(r"<(style|script)>.*?</\1>|\"data:[^\"]*\"", "", text, flags=re.DOTALL)
    assert " style=" not in markup
    assert re.search(r"<[^>]* on\w+=", markup) is None


def test_the_script_is_a_few_kilobytes(cpu_page):
    (script,) = re.findall(r"<script>(.*?)</script>", cpu_page.read_text(encoding="utf-8"), re.DOTALL)
    assert 1000 < len(script.encode()) < 8000


@pytest.mark.parametrize("which", ["cpu_page", "gpu_page"])
def test_every_picture_has_words_and_a_table_and_a_dark_twin(which, request):
    page = Page(request.getfixturevalue(which))
    light, dark = ([image for image in page.all("img") if image["class"] == name] for name in ("on-light", "on-dark"))
    assert light
    assert [image["alt"] for image in light] == [image["alt"] for image in dark]
    assert all(len(image["alt"]) > 20 for image in light)
    assert not {image["src"] for image in light} & {image["src"] for image in dark}
    assert len(page.all("table")) > len(light)


def test_the_page_is_in_reading_order(gpu_page):
    """The answers, their figures, from which size on, who is faster, how sure; then what went wrong, and on what."""
    sections = [found["id"] for found in Page(gpu_page).all("section")]
    known = [
        "headline", "speedup", "growth", "frameworks", "distribution", "memory", "energy", "cells", "problems", "noise",
        "environment", "reading", "method",
    ]  # fmt: skip
    assert [name for name in sections if name in known] == known
    links = [found["href"] for found in Page(gpu_page).all("a")]
    assert links[: len(sections)] == [f"#{name}" for name in sections]


def test_without_a_gpu_the_page_says_why_and_what_to_type(cpu_page):
    words = Page(cpu_page).words
    assert "No GPU was measured: torch 1.2.3+cpu is built without CUDA" in words
    assert "On a machine with an NVIDIA GPU, type: gpubench run" in words
    assert "Speed-up over the CPU" not in words


def test_with_a_gpu_the_answer_stands_first(gpu_page):
    words = Page(gpu_page).words
    assert words.index("GPU faster than CPU") < words.index("In figures") < words.index("Speed-up over the CPU")
    assert "From which size on?" in words


def test_memory_and_energy_are_shown_or_it_is_said_what_measures_them(cpu_page, gpu_page):
    assert Page(gpu_page).words.count("Not measured") == 0
    words = Page(cpu_page).words
    for preset in ("standard", "thorough"):
        assert f"Not measured: it takes a pass of its own. Type gpubench run --preset {preset}" in words


def test_every_cell_that_is_not_ok_is_shown_with_its_reason(cpu_page, cpu_findings):
    words = Page(cpu_page).words
    assert {cell.status for cell in cpu_findings.not_ok} == {"oom", "timeout", "failed", "unverified", "skipped"}
    for cell in cpu_findings.not_ok:
        assert " ".join(cell.reason.split()) in words


def test_figures_are_those_of_the_findings_with_their_intervals(cpu_page, cpu_findings):
    words = Page(cpu_page).words
    for verdict in cpu_findings.verdicts:
        for one in verdict.statements:
            assert f"{one.figure} {one.interval} {one.words}" in words


def test_the_command_and_the_versions_are_there(gpu_page):
    words = Page(gpu_page).words
    assert "gpubench run --preset standard" in words
    assert "torch@cuda:0" in words
    assert "Invented GPU 9000" in words


def test_hostile_text_is_text(hostile_page):
    text, page = hostile_page.read_text(encoding="utf-8"), Page(hostile_page)
    assert text.count("<script") == text.count("</script") == 1
    assert not [name for _, found in page.elements for name in found if name.startswith("on")]
    assert "{{ 7 * 7 }}{% raw %}" in page.words
    assert not set(text) & set("\u202e\u2066\x00\x07\x1b")
    assert all(image["src"].startswith("data:") for image in page.all("img"))


def test_a_run_of_nothing_still_has_a_page(invented, tmp_path):
    (path,) = render(analyse([invented.Invented().results(complete=False)]), tmp_path / "new")
    words = Page(path).words
    assert "No cell was measured." in words
    assert "gpubench run --resume run" in words


def test_two_runs_share_a_page(invented, tmp_path):
    (path,) = render(analyse([invented.cpu_run(), invented.gpu_run()]), tmp_path)
    words = Page(path).words
    assert "Run A:" in words
    assert "Run B:" in words


def test_a_verdict_whose_cells_are_flagged_is_marked_with_a_way_to_the_flags(invented, tmp_path):
    made = invented.Invented()
    made.cell((2.0, 2.0, 2.0), flags=("foreign-load",))
    made.cell((1.0, 1.0, 1.0), device="cuda:0")
    page = Page(render(analyse([made.results()]), tmp_path)[0])
    assert "⚑ Flagged : measured while other programs used the processors (on the CPU)" in page.words
    assert "#flags" in [found["href"] for found in page.all("a")]
    assert [found["id"] for found in page.all("h3") if "id" in found] == ["flags"]
    marks = [found["aria-label"] for found in page.all("span") if found.get("role") == "img"]
    assert marks == ["flagged: foreign-load"] * 6, "in figures, its speed-up, its three launches, among all cells"


def test_one_whose_cells_are_not_is_not(invented, tmp_path):
    made = invented.Invented()
    made.cell((2.0, 2.0, 2.0), flags=("powersave",))
    made.cell((1.0, 1.0, 1.0), device="cuda:0")
    assert "⚑" not in Page(render(analyse([made.results()]), tmp_path)[0]).words


@pytest.mark.parametrize(
    ("workloads", "more"), [(6, ""), (7, "1 more answer is in the tables"), (8, "2 more answers are in the tables")]
)
def test_a_card_says_what_its_workload_is_and_the_page_how_many_have_none(invented, tmp_path, workloads, more):
    made = invented.Invented(summaries={f"work {number}": f"the task {number}" for number in range(workloads)})
    for number in range(workloads):
        made.cell((1.0, 1.0, 1.0), workload=f"work {number}")
    words = Page(render(analyse([made.results()]), tmp_path)[0]).words
    assert [number for number in range(workloads) if f"the task {number}" in words] == list(range(6))
    assert more in words
    assert bool(more) == ("in the tables and charts below" in words)


def test_the_head_tells_how_much_of_a_cpu_the_speed_ups_are_over(invented, tmp_path):
    made = invented.Invented()
    made.machine |= {"physical cores allowed": "8", "logical processors": "16"}
    made.cell((2.0, 2.0, 2.0), threads=8)
    made.cell((1.0, 1.0, 1.0), threads=8, device="cuda:0")
    words = Page(render(analyse([made.results()]), tmp_path)[0]).words
    assert "Invented CPU (8 cores) and Invented GPU 9000 CPU: Invented CPU, 8 cores" in words
    said = words.index("CPU: Invented CPU, 8 cores, 16 logical processors, computing with 8 threads")
    assert said < words.index("GPU faster than CPU")


def test_the_roofline_of_a_telephone_is_told_as_what_it_is(gpu_page):
    text = gpu_page.read_text(encoding="utf-8")
    assert "Rate of arithmetic as a share of what is attainable" in text
    assert "Share of what the fastest product and the fastest copy" in Page(gpu_page).words


@pytest.mark.parametrize("which", ["cpu_page", "gpu_page"])
def test_the_page_is_small(which, request):
    assert request.getfixturevalue(which).stat().st_size < 700_000


def test_a_hundred_cells_with_their_memory_take_less_than_a_megabyte(invented, with_passes, tmp_path):
    """Two frameworks on two devices: every section and every picture is there."""
    made = invented.Invented(launches=5)
    for number in range(25):
        work = {"flops": 2e9 * (number + 1), "bytes": 1e6, "items": 8.0}
        for backend in invented.MODES:
            for device, speed in (("cpu", 1.0), ("cuda:0", 0.05)):
                steps = invented.unquiet(1e-3 * speed * (number + 1), 5, made.seed)
                made.cell(
                    steps, workload=("matmul", "conv2d")[number % 2], size=2 ** (number // 2), backend=backend,
                    device=device, params={"layer": f"resnet50-conv{number % 5}"}, work=work,
                )  # fmt: skip
    (path,) = render(analyse([with_passes(made.results())]), tmp_path)
    assert path.stat().st_size < 1_000_000


def test_a_big_run_is_folded_and_small_for_its_size(big_page):
    assert big_page.stat().st_size < 1_000_000 * 600 / 100
    assert Page(big_page).words.count(": 120 rows") == 5
