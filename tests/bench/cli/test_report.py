"""`gpubench report`: the files it wrote, where it was told to."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from gpubench.results.results import Results, load


def test_the_report_lies_in_the_run_s_own_folder(cli, run: Path) -> None:
    said = cli("report", run)
    assert said.code == 0
    assert said.out.splitlines()[0] == str(run / "report.html")
    assert all(Path(line).is_file() for line in said.out.splitlines())


@pytest.fixture
def second(keep: Callable[[str, Results], Path], run: Path) -> Path:
    """The same cells in another run."""
    results = load(run)
    return keep("second", replace(results, run=msgspec.structs.replace(results.run, run_id="another")))


def test_the_report_of_several_runs_has_a_folder_of_its_own(cli, run: Path, second: Path) -> None:
    said = cli("report", run, second)
    assert said.code == 0
    assert said.out.splitlines()[0] == "gpubench-report/report.html"
    assert not (run / "report.html").exists()


def test_so_has_that_of_a_file_of_pytest_benchmark(cli, benchmark_file: Path) -> None:
    said = cli("report", benchmark_file)
    assert said.code == 0
    assert said.out.splitlines()[0] == "gpubench-report/report.html"


def test_one_run_under_two_names_is_refused(cli, run: Path) -> None:
    shutil.copytree(run, "copy")
    for names, what in (((run, run), f"{run}/results.jsonl was given twice"), ((run, "copy"), "are one run")):
        said = cli("report", *names)
        assert said.code == 2
        assert what in said.err
        assert "name each run once" in said.err
        assert cli("show", *names).code == 2
    assert not Path("gpubench-report").exists()


def test_another_folder_is_made(cli, run: Path) -> None:
    said = cli("report", run, "--out", "a b/ü")
    assert said.out.splitlines()[0] == "a b/ü/report.html"
    assert Path("a b/ü/report.html").is_file()
    assert not (run / "report.html").exists()


def test_a_folder_that_cannot_be_written_is_said(cli, run: Path) -> None:
    Path("file").touch()
    for out in ("file", "file/below", "/proc/gpubench"):
        said = cli("report", run, "--out", out)
        assert said.code == 74
        assert f"cannot write the report to {out}: " in said.err
        assert "choose another folder with --out" in said.err


def test_one_bad_run_among_several_leaves_no_report(cli, run: Path) -> None:
    said = cli("report", run, "nosuch")
    assert said.code == 6
    assert "nosuch is no run" in said.err
    assert not Path("gpubench-report").exists()


def test_a_report_of_nothing_is_wrong_use(cli) -> None:
    assert cli("report").code == 2


def test_formats_are_repeated_or_given_with_commas(cli, run: Path) -> None:
    for typed in (("--format", "markdown,html"), ("--format", "markdown", "--format", "html")):
        said = cli("report", run, "--out", "there", *typed)
        assert said.code == 0
        assert said.out.splitlines() == ["there/report.md", "there/report.html"]


def test_pictures_have_the_theme_and_the_dots_that_were_asked_for(cli, run: Path) -> None:
    said = cli("report", run, "--out", "there", "--format", "png", "--theme", "light,dark", "--dpi", 50)
    written = said.out.splitlines()
    assert written
    assert len(written) == len({Path(line).name for line in written}) * 2
    assert {str(Path(line).parent) for line in written} == {"there/plots", "there/plots/dark"}
    assert all(int.from_bytes(Path(line).read_bytes()[16:20]) == 500 for line in written)


def test_what_is_no_format_is_told_with_what_there_is(cli, run: Path) -> None:
    said = cli("report", run, "--format", "svgg")
    assert said.code == 2
    assert "there is no report format 'svgg'; did you mean 'svg'?" in said.err
    assert "there are: html, markdown, png, svg" in said.err
    assert "gpubench export RUN --format csv" in cli("report", run, "--format", "csv").err
    assert not (run / "report.html").exists()


def test_help_names_the_formats_that_are_installed(cli) -> None:
    assert "html, markdown, png, svg." in " ".join(cli("report", "--help").out.split())


def test_a_report_of_somebody_else_that_fails_hides_no_other_file(cli, run: Path, monkeypatch) -> None:
    from gpubench import rendering
    from gpubench.plugins import Found, Plugin

    def fail(findings: object, folder: Path) -> list[Path]:
        raise ZeroDivisionError("no rows")

    def render(findings: object, folder: Path) -> list[Path]:
        (folder / "words.txt").touch()
        return [folder / "words.txt"]

    theirs, words = Plugin("theirs", fail, "", "pdf 1.5"), Plugin("words", render, "", "words 1.0")
    monkeypatch.setattr(rendering, "find_reports", lambda *_: Found({"theirs": theirs, "words": words}))
    said = cli("report", run)
    assert (said.code, said.out) == (2, f"{run}/words.txt\n")
    assert "the report 'theirs' of pdf 1.5 failed: ZeroDivisionError: no rows" in said.err


_MINE = """
from gpubench import Renderer

def render(findings, out):
    path = out / "mine.txt"
    path.write_text(f"{len(findings.cells)} cells")
    return [path]

mine = Renderer("mine", render)
"""


def test_a_report_in_a_file_is_written_by_its_name_and_beside_the_others(cli, run: Path) -> None:
    Path("mine.py").write_text(_MINE, encoding="utf-8")
    said = cli("report", run, "--plugin", "mine.py", "--format", "mine")
    assert (said.code, said.out) == (0, f"{run}/mine.txt\n")
    assert (run / "mine.txt").read_text(encoding="utf-8").endswith(" cells")
    assert "mine.txt" in cli("report", run, "--plugin", "mine.py", "--format", "markdown,mine").out
    said = cli("report", run, "--plugin", "mine.py", "--out", "all")
    assert {Path(line).name for line in said.out.splitlines()} >= {"mine.txt", "report.html"}


def test_without_its_file_it_is_no_format_and_a_broken_file_is_wrong_use(cli, run: Path) -> None:
    said = cli("report", run, "--format", "mine")
    assert said.code == 2
    assert "there is no report format 'mine'" in said.err
    Path("mine.py").write_text("1 / 0\n", encoding="utf-8")
    said = cli("report", run, "--plugin", "mine.py", "--format", "markdown")
    assert (said.code, said.out) == (2, "")
    assert "--plugin mine.py: it can't be used: ZeroDivisionError: division by zero" in said.err
    assert not (run / "report.md").exists()


def test_a_report_that_is_no_function_is_refused_when_its_file_is_loaded(cli, run: Path) -> None:
    Path("mine.py").write_text("from gpubench import Renderer\nmine = Renderer('mine', 'words')\n", encoding="utf-8")
    for words in (("report", run), ("list", "reports"), ("run", "noop")):
        said = cli(*words, "--plugin", "mine.py")
        assert said.code == 2
        assert "mine.py: it can't be used: TypeError: its render is 'words', and a function" in said.err
