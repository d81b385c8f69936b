"""`gpubench report`: the files it wrote, where it was told to."""

from __future__ import annotations

import shutil
from pathlib import Path


def test_the_report_lies_in_the_run_s_own_folder(cli, run: Path) -> None:
    said = cli("report", run)
    assert said.code == 0
    assert said.out.splitlines()[0] == str(run / "report.html")
    assert all(Path(line).is_file() for line in said.out.splitlines())


def test_the_report_of_several_runs_has_a_folder_of_its_own(cli, run: Path) -> None:
    shutil.copytree(run, "second")
    said = cli("report", run, "second")
    assert said.code == 0
    assert said.out.splitlines()[0] == "gpubench-report/report.html"
    assert not (run / "report.html").exists()


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
