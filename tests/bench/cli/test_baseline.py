"""`gpubench run --baseline RUN`: the same cells measured anew and compared, by real workers of the toy backend."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gpubench.results.results import Results, load

SHORT = ["--max-time", "0.05", "--no-report", "--progress", "none"]


def with_selection(results: Results, **selection: Any) -> Results:
    stored = {**results.run.selection, **selection}
    return dataclasses.replace(results, run=msgspec.structs.replace(results.run, selection=stored))


@pytest.fixture
def quicker(measured: Path, keep: Callable[[str, Results], Path]) -> Path:
    """The measured run of what didn't fail, its step a thousand times faster than it was, in three launches."""
    results = load(measured)
    (cell,) = (cell for cell in results.cell_records if cell.params["fault"] == "none" and not cell.variant)
    (launch,) = (one for one in results.launch_records if one.identity == cell.identity)
    step = launch.quantities["step"]
    fast = msgspec.structs.replace(step, seconds=[seconds / 1000 for seconds in step.seconds])
    launches = [
        msgspec.structs.replace(launch, launch=number, quantities={**launch.quantities, "step": fast})
        for number in range(3)
    ]
    made = dataclasses.replace(results, launch_records=tuple(launches))
    return keep("quicker", with_selection(made, params={"fault": ["none"]}, launches=3))


def test_it_measures_what_the_run_measured_and_exits_as_compare_does(cli, quicker):
    done = cli("run", "--baseline", quicker, *SHORT, "--out", "new", "--json")
    assert done.code == 1, done.err
    answer = json.loads(done.out)
    assert answer["comparison"]["counts"]["SLOWER"] == 1
    assert answer["comparison"]["exit_code"] == 1
    assert [run["path"] for run in answer["comparison"]["runs"]] == [str(quicker), "new"]
    again = load("new")
    assert (again.complete, again.run.launches, again.run.max_time_s) == (True, 3, 0.05)
    assert [(cell.params["fault"], cell.size) for cell in again.cell_records if not cell.variant] == [("none", 4)]


def test_the_comparison_follows_the_runs_folder_and_failed_cells_exit_3(cli, measured, monkeypatch):
    done = cli("run", "--baseline", measured, *SHORT, "--out", "new")
    assert done.code == 3, done.err
    first, *rest = done.out.splitlines()
    assert first == "new"
    assert rest[-1] == "0 of 2 cells SLOWER, 1 INVALID, 1 INCONCLUSIVE."
    assert "failed: doubling n=4 fault=raise" in done.err
    (more,) = (line for line in done.err.splitlines() if line.startswith("To tell a cell that is INCONCLUSIVE: "))
    assert f": gpubench run --baseline {measured} " in more
    assert more.endswith(" --launches 3")
    assert not {"--no-report", "--progress", "--out"} & set(more.split()), "what only told where to write and what"


def test_how_strict_the_comparison_is_stands_in_the_environment_and_4_comes_before_3(cli, measured, monkeypatch):
    monkeypatch.setenv("GPUBENCH_COMPARE_INCONCLUSIVE", "fail")
    done = cli("run", "--baseline", measured, *SHORT, "-q")
    assert done.code == 4
    assert "To tell" not in done.err


def test_how_to_measure_can_be_another(cli, run):
    wanted = ["--launches", "7", "--max-time", "1", "--timeout", "9", "--threads", "1", "--out", "new", "--dry-run"]
    done = cli("run", "--baseline", run, *wanted)
    assert done.code == 0
    assert "3 cells x 7 launches" in done.err
    assert [line.split()[:3] for line in done.out.splitlines()] == [
        ["doubling", "n=4", "fault=raise"],
        ["doubling", "n=4", "fault=none"],
        ["doubling", "n=4", "fault=none"],
    ]


def test_the_environment_says_how_to_measure_and_the_file_does_not(cli, run, monkeypatch, tmp_path):
    (tmp_path / "pyproject.toml").write_text("[tool.gpubench]\nlaunches = 5\nsize = 'large'\n", encoding="utf-8")
    assert "3 cells x 1 launches" in cli("run", "--baseline", run, "--dry-run").err
    monkeypatch.setenv("GPUBENCH_LAUNCHES", "4")
    assert "3 cells x 4 launches" in cli("run", "--baseline", run, "--dry-run").err


@pytest.mark.parametrize(
    "arguments",
    [
        ["doubling"],
        ["--size", "smoke"],
        ["--preset", "quick"],
        ["--seed", "0"],
        ["--backend", "toy"],
        ["--plugin", "toy.py"],
    ],
)
def test_a_selection_beside_it_is_wrong_use(cli, run, arguments):
    done = cli("run", "--baseline", run, *arguments)
    assert (done.code, done.out) == (2, "")
    assert "--baseline takes the run's stored selection" in done.err
    assert "can't change it" in done.err


def test_beside_resume_it_is_wrong_use(cli, run):
    done = cli("run", "--baseline", run, "--resume", run)
    assert (done.code, "--resume takes the run's stored plan; --baseline can't change it" in done.err) == (2, True)


@pytest.mark.parametrize(("baseline", "code"), [("nosuch", 6), ("", 2)])
def test_a_baseline_that_is_none_costs_nobody_a_run(cli, tmp_path, baseline, code):
    done = cli("run", "--baseline", baseline)
    assert (done.code, done.out) == (code, "")
    assert list(tmp_path.iterdir()) == []


def test_a_mistake_in_how_to_compare_costs_nobody_a_run(cli, run, tmp_path):
    (tmp_path / "pyproject.toml").write_text("[tool.gpubench.compare]\nmargin = 5\n", encoding="utf-8")
    done = cli("run", "--baseline", run)
    assert (done.code, "did you mean 5%?" in done.err) == (2, True)
    assert not (tmp_path / "gpubench-results").exists()


def test_a_selection_of_another_version_that_has_what_this_one_lacks_is_said(cli, measured, keep):
    foreign = keep("foreign", with_selection(load(measured), colours=["blue"]))
    done = cli("run", "--baseline", foreign)
    assert (done.code, "holds a selection of gpubench" in done.err, "colours" in done.err) == (6, True, True)
