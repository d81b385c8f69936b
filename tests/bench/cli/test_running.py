"""A run from the command line to its last words: what goes to which stream, and what a second call does."""

from __future__ import annotations

import json
import shlex
import shutil
from pathlib import Path

import pytest

from gpubench.results.results import load


@pytest.fixture
def failing(toy: list[str]) -> list[str]:
    """A run that measures nothing, so it takes no time."""
    return [*toy, "--launches", "1", "--param", "fault=raise", "--no-report"]


def test_standard_output_is_the_folder_and_standard_error_all_else(cli, failing: list[str]) -> None:
    said = cli("run", *failing)
    assert said.code == 3
    (folder,) = Path("gpubench-results").iterdir()
    assert said.out == f"{folder}\n"
    assert said.err.splitlines() == [
        "2 cells x 1 launches: about 10 seconds",
        "1/2 doubling n=4 fault=raise toy cpu float32 eager again: failed: RuntimeError: the toy broke <b>here</b>",
        "2/2 doubling n=4 fault=raise toy cpu float32 eager: failed: RuntimeError: the toy broke <b>here</b>",
        "2 cells failed",
        "  failed: doubling n=4 fault=raise toy cpu float32 eager: RuntimeError: the toy broke <b>here</b>",
        "  failed: doubling n=4 fault=raise toy cpu float32 eager again: RuntimeError: the toy broke <b>here</b>",
        "",
        "! Of 2 cells 2 failed, on the CPU; none of them is in a ratio.",
        "",
        "! No cell gave a number, so no speed-up is reported.",
    ]


def test_quiet_says_only_what_went_wrong(cli, failing: list[str]) -> None:
    said = cli("run", *failing, "-q")
    assert said.code == 3
    assert len(said.out.splitlines()) == 1
    assert [line.split(":")[0] for line in said.err.splitlines()] == ["  failed", "  failed"]


def test_verbose_says_when_a_worker_starts(cli, failing: list[str]) -> None:
    assert "\nstarting a toy worker on cpu, launch 1\n" in cli("run", *failing, "-v").err


def test_progress_can_be_left_out_alone(cli, failing: list[str]) -> None:
    said = cli("run", *failing, "--progress", "none").err
    assert "1/2" not in said
    assert "2 cells failed" in said


def test_json_is_one_object_and_nothing_else(cli, failing: list[str]) -> None:
    said = cli("run", *failing, "--json", "--out", "run")
    assert said.code == 3
    answer = json.loads(said.out)
    assert set(answer) == {"run_id", "path", "cells"}
    assert answer["run_id"] == load("run").run.run_id
    assert answer["path"] == "run"
    assert [(cell["status"], cell["variant"], cell["step_s"]) for cell in answer["cells"]] == [
        ("failed", "", None),
        ("failed", "aa", None),
    ]


def test_json_of_a_dry_run_has_no_run_but_the_same_cells(cli, failing: list[str]) -> None:
    planned = json.loads(cli("run", *failing, "--json", "--dry-run").out)
    measured = json.loads(cli("run", *failing, "--json").out)
    assert planned["run_id"] is planned["path"] is None
    for plan, row in zip(planned["cells"], measured["cells"], strict=True):
        del plan["reason"]
        assert plan.items() <= row.items()


def test_what_is_not_here_is_said_before_and_after(cli, failing: list[str]) -> None:
    said = cli("run", *failing, "-d", "cuda")
    assert said.err.startswith("Not here: cuda: no backend knows such a device\n2 cells x 1 launches")
    assert "! No GPU was measured: no backend knows such a device.\n" in said.err


def test_a_complete_run_leaves_nothing_to_do(cli, run: Path) -> None:
    before = (run / "results.jsonl").read_bytes()
    said = cli("run", "--resume", run)
    assert said.code == 0
    assert said.out == f"{run}\n"
    assert said.err == f"{run} is complete: nothing to do. Its report: gpubench report {run}\n"
    assert (run / "results.jsonl").read_bytes() == before
    assert not (run / "report.html").exists()
    assert cli("run", "--resume", run, "-q").err == ""
    assert len(json.loads(cli("run", "--resume", run, "--json").out)["cells"]) == 3


def test_a_torn_run_is_finished_and_whole_again(cli, run: Path, lines: list[bytes]) -> None:
    (run / "results.jsonl").write_bytes(b"".join(lines)[:-9])
    said = cli("run", "--resume", run, "--no-report")
    assert said.code == 3
    assert f"{run}/results.jsonl: a torn last line was dropped\n" in said.err
    assert load(run).complete
    assert len(load(run).launch_records) == 3


def test_a_report_that_cannot_be_written_costs_no_measurement(cli, incomplete: Path) -> None:
    (incomplete / "report.html").mkdir()
    said = cli("run", "--resume", incomplete)
    assert said.code == 74
    assert f"cannot write the report to {incomplete}: Is a directory" in said.err
    assert f"everything measured is kept; mend that, then type: gpubench report {incomplete}" in said.err
    assert load(incomplete).complete


def test_a_run_whose_workload_is_gone_is_not_resumed(cli, incomplete: Path, toy_file: Path, tmp_path: Path) -> None:
    said = cli("run", "--resume", "latest")
    assert said.code == 6
    shutil.move(incomplete, tmp_path / "gpubench-results" / "one")
    other = shutil.copy(toy_file, tmp_path / "own.py")
    made = cli("run", "doubling", "--plugin", other, "-d", "cpu", "-s", "1,2", "--param", "fault=raise", "--out", "two")
    assert made.code == 3
    whole = (tmp_path / "two" / "results.jsonl").read_bytes().splitlines(keepends=True)
    (tmp_path / "two" / "results.jsonl").write_bytes(b"".join(whole[:-1]))
    Path(other).unlink()
    said = cli("run", "--resume", "two")
    assert said.code == 2
    assert "own.py: there is no such file" in said.err


def test_work_that_cannot_be_told_fails_its_cells_and_not_the_program(cli, toy_file: Path, failing: list[str]) -> None:
    text = toy_file.read_text(encoding="utf-8")
    Path("wrong.py").write_text(text.replace("Work(flops=self.n,", "Work(flops=1 / 0,"))
    said = cli("run", "doubling", "--plugin", "wrong.py", *failing[3:-3], "--no-report")
    assert said.code == 3
    assert "failed: doubling n=4 fault=none toy cpu float32 eager: ZeroDivisionError: division by zero" in said.err


def test_the_last_words_are_the_findings_of_the_report(cli, toy: list[str]) -> None:
    said = cli("run", *toy, "--launches", "1", "--max-time", "0.02", "--out", "run")
    assert said.code == 0
    report, *summary = said.err.partition("Report: ")[2].splitlines()
    assert report == "run/report.html"
    shown = cli("show", "run").out.splitlines()
    assert summary
    assert shown[-len(summary) :] == summary
    assert any(line.startswith("doubling, n 4") for line in summary)
    typed = shlex.join(["gpubench", "run", *toy, "--launches", "1"]).replace(" -d cpu", "")
    told = summary[-1].replace(" --max-time 0.02", "")  # which isn't said again where samples were few
    assert told == f"    {typed} --device cpu,toy"


def test_without_an_accelerator_none_is_proposed(cli, toy: list[str], toy_file: Path) -> None:
    text = toy_file.read_text(encoding="utf-8").replace('accelerators=("toy",)', "accelerators=()")
    Path("plain.py").write_text(text, encoding="utf-8")
    how = ["--launches", "1", "--max-time", "0.02", "--no-report", "--out", "run"]
    said = cli("run", "doubling", "--plugin", "plain.py", *toy[3:], *how)
    assert said.err.splitlines()[-1] == "! toy computes on the CPU alone, so no speed-up is reported."


def test_what_cannot_fit_into_memory_is_told_beforehand_and_tried(cli, toy_file: Path) -> None:
    text = toy_file.read_text(encoding="utf-8")
    Path("large.py").write_text(text.replace("bytes=2.0 * self.n * width", "bytes=1e15 * self.n"))
    mine = ["doubling", "--plugin", "large.py", "-b", "toy", "-d", "cpu"]
    said = cli("run", *mine, "-s", "1,2,3,4", "--param", "fault=oom", "--launches", "1", "--no-report", "--out", "run")
    assert said.code == 3
    lines = said.err.splitlines()
    (told,) = [place for place, line in enumerate(lines) if line.startswith("doubling n=1 fault=oom toy cpu ")]
    assert " needs 909 TiB at the least, " in lines[told]
    assert lines[told].endswith(" are free: it is tried all the same")
    assert lines[told + 3] == "So do 2 more cells; --dry-run names them"  # one of them the A/A partner
    assert {cell["status"] for cell in json.loads(cli("export", "run", "--format", "json").out)} == {"oom"}
    planned = cli("run", *mine, "-s", "1", "--dry-run").out.splitlines()
    assert all(" float32 eager" in line and ": needs 909 TiB at the least, " in line for line in planned)


def test_who_interrupts_the_drawing_is_told_that_all_was_measured(
    cli, failing: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("gpubench.api.write_report", interrupted)
    said = cli("run", *(one for one in failing if one != "--no-report"), "--out", "a run", "-q")
    assert said.code == 130
    assert said.err.lstrip() == (  # a blank line parts it from the terminal's ^C
        "gpubench: interrupted; what was measured is in a run. Nothing is left to measure. Draw the report with:\n"
        "  gpubench report 'a run'\n"
    )
    assert load("a run").complete


def test_a_report_in_a_plug_in_file_is_written_at_the_end_of_the_run(cli, toy: list[str]) -> None:
    Path("mine.py").write_text(
        "from gpubench import Renderer\n"
        "def render(findings, out):\n"
        "    (out / 'mine.txt').write_text(str(len(findings.cells)))\n"
        "    return [out / 'mine.txt']\n"
        "mine = Renderer('mine', render)\n",
        encoding="utf-8",
    )
    said = cli("run", *toy, "--plugin", "mine.py", "--launches", "1", "--max-time", "0.02", "-q", "--out", "new")
    assert said.code == 0, said.err
    assert Path("new/mine.txt").read_text(encoding="utf-8") != "0"
