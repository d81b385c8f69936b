"""`gpubench compare`: what it exits with, what it refuses, and where its options come from."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

Cli = Callable[..., Any]
Kept = Callable[..., Path]


@pytest.fixture
def kept(invented: ModuleType, keep: Callable[..., Path]) -> Kept:
    """A run folder of matrix products of n = 1, 2 ..., each with three launches about its time."""

    def made(name: str, *times: float, host: str = "cafe", launches: int = 3, **fields: Any) -> Path:
        run = invented.Invented(name, host=host)
        for size, seconds in enumerate(times, 1):
            run.cell(invented.scattered(seconds, launches), size=size, **fields)
        return keep(name, run.results())

    return made


def verdicts(cli: Cli, *arguments: object) -> list[str]:
    return [cell["verdict"] for cell in json.loads(cli("compare", *arguments, "--format", "json").out)["cells"]]


def test_a_run_with_itself_is_the_same_and_exits_0(cli, kept):
    base = kept("a", 1.0, 2.0)
    done = cli("compare", base, base)
    assert (done.code, done.err) == (0, "")
    assert "0 of 2 cells SLOWER, 2 SAME." in done.out


def test_twenty_percent_more_time_is_slower_and_exits_1(cli, kept):
    done = cli("compare", kept("a", 1.0, 1.0), kept("b", 1.2, 1.0))
    assert done.code == 1
    assert "1 of 2 cells SLOWER, 1 SAME." in done.out


def test_faster_exits_0(cli, kept):
    done = cli("compare", kept("a", 1.2), kept("b", 1.0))
    assert (done.code, "1 FASTER" in done.out) == (0, True)


def test_a_missing_cell_exits_4_only_where_that_is_asked_for(cli, kept):
    base, new = kept("a", 1.0, 1.0), kept("b", 1.0)
    done = cli("compare", base, new)
    assert (done.code, "INVALID (missing in NEW): matmul, n 2" in done.out) == (0, True)
    assert cli("compare", base, new, "--missing", "fail").code == 4


def test_a_cell_that_failed_in_base_is_none_that_new_could_miss(cli, invented, keep, kept):
    made = invented.Invented("a")
    made.cell((1.0, 1.0, 1.0), size=1)
    made.cell(size=2, status="oom", reason="16 GiB")
    base, new = keep("a", made.results()), kept("b", 1.0, 1.0)
    assert cli("compare", base, new, "--missing", "fail").code == 0
    assert cli("compare", new, base, "--missing", "fail").code == 4


def test_an_inconclusive_cell_exits_4_only_where_that_is_asked_for(cli, kept):
    base, new = kept("a", 1.0, launches=1), kept("b", 2.0, launches=1)
    done = cli("compare", base, new)
    assert (done.code, "1 INCONCLUSIVE" in done.out) == (0, True)
    assert done.err == "To tell a cell that is INCONCLUSIVE: gpubench run --launches 3\n"
    assert cli("compare", base, new, "--inconclusive", "fail").code == 4


def test_slower_beats_missing_and_inconclusive(cli, kept):
    base, new = kept("a", 1.0, 1.0), kept("b", 1.2)
    assert cli("compare", base, new, "--missing", "fail", "--inconclusive", "fail").code == 1


@pytest.mark.parametrize("fields", [{"precision": "bfloat16"}, {"mode": "compile"}, {"version": 2}])
def test_nothing_to_compare_is_never_a_success(cli, kept, fields):
    done = cli("compare", kept("a", 1.0), kept("b", 1.0, **fields))
    assert done.code == 4
    assert f"INVALID ({'version of matmul' if 'version' in fields else next(iter(fields))}: " in done.out
    assert "Nothing was compared: no cell of BASE got a verdict, its only cell is INVALID." in done.out


def test_another_machine_is_said_and_can_be_allowed(cli, kept):
    base, new = kept("a", 1.0), kept("b", 1.2, host="beef")
    done = cli("compare", base, new)
    assert (done.code, "INVALID (host (hashed): cafe in BASE, beef in NEW)" in done.out) == (4, True)
    assert "0.833×" in done.out
    assert "--allow-cross-machine" in done.err
    assert cli("compare", base, new, "--allow-cross-machine").code == 1


def test_more_runs_are_each_compared_with_the_first(cli, kept):
    done = cli("compare", kept("a", 1.0), kept("b", 1.0), kept("c", 1.2))
    assert done.code == 1
    assert "1 of 2 cells SLOWER, 1 SAME." in done.out


def test_the_cells_of_one_run_are_compared_by_a_field(cli, invented, keep):
    made = invented.Invented("a")
    made.cell(invented.scattered(1.0))
    made.cell(invented.scattered(0.1), device="cuda:0")
    run = keep("a", made.results())
    assert verdicts(cli, run, "--by", "device") == ["FASTER"]
    done = cli("compare", run, "--by", "mode")
    assert done.code == 4
    assert "Nothing was compared: the run has no two cells that are equal but for the mode." in done.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["a"], "takes two runs or more"),
        ([], "Missing argument"),
        (["a", "a", "--by", "device"], "--by compares the cells of one run, 2 were given"),
        (["a", "--by", "precision"], "Invalid value for '--by'"),
        (["a", "a", "--margin", "5"], "did you mean 5%?"),
        (["a", "a", "--margin", "many"], "a margin of 'many'"),
        (["a", "a", "--margin", "matmull=5%"], "did you mean 'matmul'?"),
        (["a", "a", "--missing", "perhaps"], "Invalid value for '--missing'"),
        (["a", "a", "--github"], "$GITHUB_STEP_SUMMARY"),
    ],
)
def test_wrong_use_exits_2_and_says_why(cli, kept, monkeypatch, arguments, said):
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    kept("a", 1.0)
    done = cli("compare", *arguments)
    assert (done.code, done.out) == (2, "")
    assert said in done.err


def test_a_run_that_can_not_be_read_exits_6(cli, kept):
    base = kept("a", 1.0)
    done = cli("compare", base, "nosuch")
    assert (done.code, done.out) == (6, "")
    assert "nosuch is no run" in done.err


def test_an_incomplete_run_is_compared_and_said(cli, invented, keep, kept):
    made = invented.Invented("b")
    made.cell((1.0, 1.0, 1.0), size=1)
    new = keep("b", made.results(complete=False))
    done = cli("compare", kept("a", 1.0, 1.0), new)
    assert done.code == 0
    assert f"{new / 'results.jsonl'} is incomplete" in done.err
    assert "gpubench 0.1.0, torch 1.2.3, incomplete" in done.out


def test_results_files_of_one_folder_are_told_apart(cli, kept, tmp_path):
    for name, seconds in (("a", 1.0), ("b", 1.2)):
        (kept(name, seconds) / "results.jsonl").rename(tmp_path / f"{name}.jsonl")
    done = cli("compare", "a.jsonl", "b.jsonl")
    assert [line.split()[:2] for line in done.out.splitlines()[:2]] == [["BASE:", "a.jsonl"], ["NEW:", "b.jsonl"]]


def test_margins_are_plain_and_per_workload_by_repeats_and_by_commas(cli, kept):
    base, new = kept("a", 1.0), kept("b", 1.06)
    assert verdicts(cli, base, new, "--margin", "20%") == ["SAME"]
    assert verdicts(cli, base, new, "--margin", "20%", "--margin", "matmul=1%") == ["SLOWER"]
    assert verdicts(cli, base, new, "--margin", "1%,matmul=20%") == ["SAME"]


def test_a_flag_beats_the_environment_which_beats_the_file(cli, kept, monkeypatch, tmp_path):
    base, new = kept("a", 1.0), kept("b", 1.06)
    file = tmp_path / "pyproject.toml"
    file.write_text("[tool.gpubench]\nlaunches = 5\n[tool.gpubench.compare]\nmargin = 0.2\n", encoding="utf-8")
    assert verdicts(cli, base, new) == ["SAME"]
    monkeypatch.setenv("GPUBENCH_COMPARE_MARGIN", "1%")
    assert verdicts(cli, base, new) == ["SLOWER"]
    assert verdicts(cli, base, new, "--margin", "20%") == ["SAME"]


def test_the_files_margins_of_workloads_hold_beside_a_plain_one_that_is_typed(cli, kept, tmp_path):
    base, new = kept("a", 1.0), kept("b", 1.06)
    table = "[tool.gpubench.compare]\nmargins = { matmul = 0.01, conv2d = '8%' }\n"
    (tmp_path / "pyproject.toml").write_text(table, encoding="utf-8")
    assert verdicts(cli, base, new) == ["SLOWER"]
    assert verdicts(cli, base, new, "--margin", "20%") == ["SLOWER"]
    assert verdicts(cli, base, new, "--margin", "matmul=20%") == ["SAME"]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("margn = 0.05", "[tool.gpubench.compare] has an unknown key 'margn'; did you mean 'margin'?"),
        ("missing = 'maybe'", "missing = 'maybe'"),
        ("explain = 'yes'", "true or false is expected"),
        ("margins = 0.05", "a table is expected"),
        ("margins = { matmul = 5 }", "did you mean 5%?"),
        ("launches = 5", "its keys are the long options of `gpubench compare`"),
    ],
)
def test_a_mistake_in_the_file_exits_2_and_is_named(cli, kept, tmp_path, table, said):
    base = kept("a", 1.0)
    (tmp_path / "pyproject.toml").write_text(f"[tool.gpubench.compare]\n{table}\n", encoding="utf-8")
    done = cli("compare", base, base)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert cli("compare", "--help").code == 0


def test_the_table_of_compare_is_none_of_runs_and_none_of_its_mistakes(cli, toy, tmp_path):
    (tmp_path / "pyproject.toml").write_text("[tool.gpubench.compare]\nmargin = 0.05\n", encoding="utf-8")
    assert cli("run", *toy, "--dry-run").code == 0
    (tmp_path / "pyproject.toml").write_text("[tool.gpubench]\ncompare = 5\n", encoding="utf-8")
    assert "'compare' is no table" in cli("compare", "a", "b").err


def test_github_gets_markdown_appended_to_the_summary_of_the_job(cli, kept, monkeypatch, tmp_path):
    summary = tmp_path / "summary.md"
    summary.write_text("before\n", encoding="utf-8")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    done = cli("compare", kept("a", 1.0), kept("b", 1.2), "--github")
    assert done.code == 1
    text = summary.read_text(encoding="utf-8")
    assert text.startswith("before\n### gpubench compare\n")
    assert "| SLOWER |" in text
    assert "|" not in done.out


def test_a_summary_that_can_not_be_written_exits_74(cli, kept, monkeypatch, tmp_path):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "no" / "such" / "folder"))
    done = cli("compare", kept("a", 1.0), kept("b", 1.0), "--github")
    assert (done.code, "GITHUB_STEP_SUMMARY" in done.err) == (74, True)


def test_colours_are_for_terminals_and_for_those_who_ask(cli, kept, monkeypatch):
    base, new = kept("a", 1.0), kept("b", 1.2)
    assert "\x1b" not in cli("compare", base, new).out
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[1;31mSLOWER" in cli("compare", base, new).out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in cli("compare", base, new).out


def test_help_loads_nothing_heavy(tmp_path):
    watch = (
        "import sys; from gpubench.cli.main import exit_code; exit_code(['compare', '--help']);"
        "print({'pandas', 'scipy', 'numpy', 'rich'} & set(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", watch], capture_output=True, text=True, cwd=tmp_path, check=True)
    assert done.stderr == "set()\n"
    assert "--allow-cross-machine" in done.stdout
