"""The gallery's script: what it shows and what it refuses. The runs are made up."""

from __future__ import annotations

import re
import struct
import sys

import pytest
from playwright.sync_api import sync_playwright

import gpubench

pytestmark = pytest.mark.alone

SIMULATED = "simulated device: no GPU, the CPU computes"
GPU = "Invented GPU 9000"


@pytest.fixture
def runs(run):
    return run(cpu="Invented CPU"), run(cpu="Invented CPU", simulated_0=SIMULATED)


@pytest.mark.usefixtures("chromium")
def test_each_report_has_its_screenshots_and_the_page_shows_them_all(make, runs, run, tmp_path, monkeypatch):
    docs, on_gpu = tmp_path / "docs", run(cpu="Invented CPU", cuda_0=GPU)
    given = ["--cpu", str(runs[0]), "--simulated", str(runs[1]), "--docs", str(docs), "--gpu", str(on_gpu)]
    (docs / "gallery").mkdir(parents=True)
    (docs / "gallery" / "of-before.png").write_bytes(b"")
    monkeypatch.setattr(sys, "argv", ["make.py", *given])
    make.main()
    said = (docs / "gallery.md").read_text(encoding="utf-8")
    pictures = {path.relative_to(docs).as_posix(): path for path in docs.rglob("*.png")}
    assert re.findall(r"!\[.+\]\((.+)\)", said) == sorted(pictures, key=said.index)
    assert len(pictures) == 3 * len(make.SHOTS)
    widths = {name: struct.unpack(">I", path.read_bytes()[16:20])[0] for name, path in pictures.items()}
    assert widths["gallery/cpu-light.png"] == 1280
    assert widths["gallery/simulated-phone.png"] == 585
    for other in ("gallery/cpu-dark.png", "gallery/gpu-light.png"):
        assert pictures[other].read_bytes() != pictures["gallery/cpu-light.png"].read_bytes()
    assert sum(path.stat().st_size for path in pictures.values()) < make.MOST_BYTES


def test_a_run_on_a_gpu_is_shown_first_and_by_its_name(make, runs, run):
    assert "GPU 9000" not in make.text(make.exhibits(*runs), "gallery")
    said = make.text(make.exhibits(*runs, run(cpu="Invented CPU", cuda_0=GPU)), "gallery")
    headings = re.findall("^## (.+)$", said, re.MULTILINE)
    assert headings == [f"On a GPU: {GPU}", "On a CPU", "On a simulated device, not on a GPU"]
    first, _, _ = said.partition("## On a CPU")
    assert f"Invented CPU and {GPU}; 4 cells; 2026-01-02." in first
    assert all(GPU in words for words in re.findall(r"!\[(.+)\]", first))


def test_what_is_simulated_says_so_in_heading_words_and_every_picture_s_text(make, runs):
    _, _, said = make.text(make.exhibits(*runs), "gallery").partition("## On a simulated device, not on a GPU\n")
    assert said.startswith("\n**No GPU was measured here.**")
    assert f"Invented CPU and {SIMULATED}; 4 cells; 2026-01-02." in said
    assert re.findall(r"!\[(.+)\]", said)
    assert all("simulated device, not on a GPU" in words for words in re.findall(r"!\[(.+)\]", said))


def test_the_command_is_shown_without_the_folders_of_whoever_typed_it(make, runs):
    said = make.text(make.exhibits(*runs), "gallery")
    assert said.count("```sh\ngpubench run --plugin=a/plugin.py --out run\n```") == 2
    assert "somebody" not in said


def test_a_report_that_names_a_folder_of_whoever_measured_is_refused(make, runs, run):
    cpu, _ = runs
    relative = run({"plugins": ["/home/somebody/a/plugin.py"]}, "", cpu="Invented CPU", simulated_0=SIMULATED)
    assert len(make.exhibits(cpu, relative)) == 2
    absolute = run({"interpreters": {"torch": "/opt/x/python"}}, "", cpu="Invented CPU", simulated_0=SIMULATED)
    with pytest.raises(ValueError, match=r"names the folder /opt/x/python: measure again in the repository's root"):
        make.exhibits(cpu, absolute)


def test_a_run_that_is_not_what_it_is_to_be_is_refused(make, runs, run):
    cpu, simulated = runs
    with pytest.raises(ValueError, match="a run on a CPU alone, and has cpu, simulated:0"):
        make.exhibits(simulated, simulated)
    with pytest.raises(ValueError, match="a run on the simulated device, and has cpu"):
        make.exhibits(cpu, cpu)
    with pytest.raises(ValueError, match="a run on the simulated device, and has cpu, cuda:0"):
        make.exhibits(cpu, run(cpu="Invented CPU", cuda_0=GPU))
    with pytest.raises(ValueError, match="a run on a GPU, and has cpu, simulated:0"):
        make.exhibits(cpu, simulated, simulated)


def test_a_screenshot_begins_where_it_is_to(make, runs, chromium, tmp_path):
    (page,) = gpubench.report(runs[0], tmp_path / "out", formats=["html"])
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        top, charts = (make.shoot(browser, page, make.Shot("", "", 400, 300, at=at)) for at in ("", "#growth"))
        browser.close()
    assert top != charts


@pytest.mark.usefixtures("chromium")
def test_pictures_too_large_for_git_are_not_written(make, runs, tmp_path, monkeypatch):
    monkeypatch.setattr(make, "MOST_BYTES", 1000)
    with pytest.raises(ValueError, match="at most 1,000 are kept in git"):
        make.make(make.exhibits(*runs), tmp_path / "docs", tmp_path / "scratch")
    assert not (tmp_path / "docs").exists()
