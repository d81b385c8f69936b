"""The page, as a reader and a browser meet it. All runs here are made up, the GPU above all."""

from __future__ import annotations

import base64
import hashlib
import re
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

from gpubench.analysis.analyse import analyse
from gpubench_reports.html import render

HOSTILE = "</style><script>alert(1)</script>\"'><img src=x onerror=alert(2)>\u202egnp.exe\x1b[31m{{ 7 * 7 }}$x_1$"
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


@pytest.fixture(scope="module")
def cpu_page(cpu_findings, tmp_path_factory) -> Path:
    (path,) = render(cpu_findings, tmp_path_factory.mktemp("cpu"))
    return path


@pytest.fixture(scope="module")
def gpu_page(gpu_findings, tmp_path_factory) -> Path:
    (path,) = render(gpu_findings, tmp_path_factory.mktemp("gpu"))
    return path


def test_the_page_lies_where_it_is_asked_for(cpu_page):
    assert cpu_page.name == "report.html"


@pytest.mark.parametrize("which", ["cpu_page", "gpu_page"])
def test_nothing_is_loaded_from_anywhere(which, request):
    page = Page(request.getfixturevalue(which))
    loaded = [value for _, found in page.elements for name, value in found.items() if name in ATTRIBUTES_THAT_LOAD]
    assert loaded
    assert all(value.startswith(("data:image/svg+xml;base64,", "#")) for value in loaded)
    assert not {"script", "link", "iframe", "object", "embed", "base"} & {name for name, _ in page.elements}


def test_pictures_load_nothing_either(gpu_page):
    images = [found["src"] for found in Page(gpu_page).all("img")] + [
        found["srcset"] for found in Page(gpu_page).all("source")
    ]
    for image in images:
        svg = base64.b64decode(image.partition(",")[2]).decode()
        assert svg.startswith("<svg")
        outside = set(re.findall(r'(?:href|src)="([^"#][^"]*)"|url\(([^#)][^)]*)\)', svg))
        assert outside == set()
        assert "<script" not in svg


def test_the_policy_allows_the_style_sheet_and_nothing_else(cpu_page):
    text = cpu_page.read_text(encoding="utf-8")
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    policy = next(
        found["content"] for found in Page(cpu_page).all("meta") if found.get("http-equiv") == "Content-Security-Policy"
    )
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "style=" not in re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL)


@pytest.mark.parametrize("which", ["cpu_page", "gpu_page"])
def test_every_picture_has_words_and_a_table_and_a_dark_twin(which, request):
    page = Page(request.getfixturevalue(which))
    images = page.all("img")
    assert images
    assert all(len(image["alt"]) > 20 for image in images)
    assert len(page.all("source")) == len(images)
    assert all("dark" in source["media"] for source in page.all("source"))
    assert len(page.all("table")) > len(images)


def test_without_a_gpu_the_page_says_why_and_what_to_type(cpu_page):
    words = Page(cpu_page).words
    assert "No GPU was measured: torch 1.2.3+cpu is built without CUDA" in words
    assert "On a machine with an NVIDIA GPU, type: gpubench run" in words
    assert "Speed-up over the CPU" not in words


def test_with_a_gpu_the_speedup_comes_first(gpu_page):
    words = Page(gpu_page).words
    assert words.index("GPU faster than CPU") < words.index("Speed-up over the CPU") < words.index("What was measured")
    assert "From which size on?" in words


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


def hostile(invented):
    """A run with the same evil text wherever a text can stand."""
    made = invented.Invented(HOSTILE, absent={HOSTILE: HOSTILE}, command=["gpubench", HOSTILE], preset=HOSTILE)
    made.machine = {HOSTILE: HOSTILE, "host (hashed)": HOSTILE}
    for size in (1, 2):
        for backend in (HOSTILE, "b" * 300):
            for device in ("cpu", "cuda:0"):
                made.cell(
                    invented.scattered(1.0 * size), workload=HOSTILE, axis=HOSTILE, size=size, backend=backend,
                    device=device, params={HOSTILE: HOSTILE + str(size % 2)}, mode=HOSTILE, precision=HOSTILE,
                    data=HOSTILE, item=HOSTILE, flags=(HOSTILE,), model=HOSTILE,
                )  # fmt: skip
    made.cell(workload="漢字 " * 50, status="failed", reason=HOSTILE)
    return made.results(notes=(HOSTILE,))


def test_hostile_text_is_text(invented, tmp_path):
    (path,) = render(analyse([hostile(invented)]), tmp_path)
    text, page = path.read_text(encoding="utf-8"), Page(path)
    assert "<script" not in text
    assert "onerror" not in {name for _, found in page.elements for name in found}
    assert "{{ 7 * 7 }}" in page.words
    assert "\u202e" not in text
    assert "\x1b" not in text
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


@pytest.mark.parametrize("which", ["cpu_page", "gpu_page"])
def test_the_page_is_small(which, request):
    assert request.getfixturevalue(which).stat().st_size < 600_000


def test_a_big_run_is_folded_and_small_for_its_size(invented, tmp_path):
    made = invented.Invented()
    for layer in range(100):
        for backend in ("torch", "tensorflow"):
            for size in (1, 2, 4):
                made.cell(
                    invented.scattered(1e-3 * size),
                    workload=f"w{layer % 5}",
                    size=size,
                    backend=backend,
                    params={"layer": f"l{layer}"},
                )
    (path,) = render(analyse([made.results()]), tmp_path)
    assert path.stat().st_size < 1_000_000 * 600 / 100
    assert Page(path).words.count("120 rows") == 5


@pytest.mark.parametrize("which", ["gpu_page", "hostile"])
def test_a_browser_has_nothing_to_complain_about(which, request, chromium, tmp_path, invented):
    path = request.getfixturevalue(which) if which != "hostile" else render(analyse([hostile(invented)]), tmp_path)[0]
    done = subprocess.run(
        [
            chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            f"--user-data-dir={tmp_path / 'profile'}", "--enable-logging=stderr", "--dump-dom", path.as_uri(),
        ],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    said = [line for line in done.stderr.splitlines() if "CONSOLE" in line or "Content Security Policy" in line]
    assert said == []
    assert "How to read this" in done.stdout


def test_a_browser_would_complain_about_a_broken_page(cpu_page, chromium, tmp_path):
    """So that the silence above means something."""
    broken = tmp_path / "broken.html"
    broken.write_text(
        cpu_page.read_text(encoding="utf-8").replace("<main>", '<main><p style="color: red">'), encoding="utf-8"
    )
    done = subprocess.run(
        [
            chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            f"--user-data-dir={tmp_path / 'profile'}", "--enable-logging=stderr", "--dump-dom", broken.as_uri(),
        ],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    assert "CONSOLE" in done.stderr
