"""A step measured by launches: fresh processes, their order, what lies in the run folder, and what fails."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gpubench.results.results import load

QUICK = ("--gpubench-out=run", "--gpubench-launches=2", "--gpubench-max-time=0.02", "--gpubench-device=cpu")

_STEPS = r"""
import json, os, pytest

def told(name, **more):
    with open("log", "a") as log:
        print(json.dumps({"test": name, "pid": os.getpid(), "parent": os.getppid(), **more}), file=log)

def test_plain():
    told("plain")

@pytest.mark.gpubench("toy")
@pytest.mark.parametrize("n", [4, 8])
def test_step(gpubench, n):
    x, seen = gpubench.session.place(__import__("numpy").zeros(n)), []
    told("step", n=n, threads=os.environ["TOY_THREADS"])

    def step():
        seen.append(x[0])
        x[:] += 1
        return x

    gpubench(step, state=[x], flops=n, items=2)
    assert seen.count(1.0) > 1, "what the step changes was never put back"
"""


def logged(folder: Path) -> list[dict]:
    return [json.loads(line) for line in (folder / "log").read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A project measured once: its folder, and what pytest said."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copy(Path(__file__).parents[1] / "plugins" / "toy.py", folder)
    (folder / "test_own.py").write_text(_STEPS, encoding="utf-8")
    options = [
        *QUICK,
        "-p",
        "no:cacheprovider",
        "-p",
        "no:hypothesispytest",
        "--gpubench-plugin=toy.py",
        "--gpubench-device=toy",
        "-v",
    ]
    command = [sys.executable, "-m", "pytest", *options]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    return folder, done.stdout


def test_every_launch_is_a_process_of_its_own_with_the_framework_s_environment_and_other_tests_run_once(
    measured,
) -> None:
    lines = logged(measured[0])
    (plain,) = [line for line in lines if line["test"] == "plain"]
    steps = [line for line in lines if line["test"] == "step"]
    assert len({line["pid"] for line in steps}) == len(steps) == 4
    assert {line["parent"] for line in steps} == {plain["pid"]}
    assert all(int(line["threads"]) >= 1 for line in steps)
    first, second = [line["n"] for line in steps[:2]], [line["n"] for line in steps[2:]]
    assert sorted(first) == [4, 8]
    assert second == first[::-1]


def test_the_run_folder_is_as_any_other(measured) -> None:
    run = load(measured[0] / "run")
    assert run.complete
    cells = run.cells()
    assert list(cells["workload"].unique()) == ["test_own.test_step"]
    assert list(zip(cells["device"], cells["size"], cells["status"], strict=True)) == [
        ("cpu", 4, "ok"), ("cpu", 8, "ok"), ("toy:0", 4, "skipped"), ("toy:0", 8, "skipped"),
    ]  # fmt: skip
    good = cells[cells["status"] == "ok"]
    assert (good["launches"] == 2).all()
    assert (good[["step_s", "latency_s", "dispatch_s", "first_call_s"]] > 0).all().all()
    assert list(good["flops"]) == [4, 8]
    assert (good["items"] == 2).all()
    assert good["backend_version"].notna().all()
    assert not good["checked"].any()
    assert set(cells["reason"]) == {"", "there is no device 'toy' here: no toy is plugged in"}


def test_the_first_launch_calibrates_the_block_for_those_that_follow(measured) -> None:
    launches = load(measured[0] / "run").launch_records
    first = {one.identity: one.quantities["step"].calls for one in launches if one.launch == 0}
    later = [one for one in launches if one.launch == 1]
    assert len(later) == 2
    for one in later:
        assert one.quantities["step"].calls == first[one.identity] or "block-refitted" in one.flags


def test_pytest_tells_each_launch_and_where_the_results_are(measured) -> None:
    said = measured[1]
    for launch in (1, 2):
        assert f"::test_step[toy-cpu-launch{launch}-4] PASSED" in said
    assert "4 launches are in run: gpubench report run" in said
    assert "5 passed, 2 skipped" in said


_WRONG = """
import os, pytest
toy = pytest.mark.gpubench("toy")

@toy
def test_wrong(gpubench):
    assert gpubench(lambda: 3.0) == 4.0, "the answer is wrong"

@toy
def test_killed(gpubench):
    gpubench(lambda: os._exit(9))

@toy
def test_idle(gpubench):
    pass

@toy
def test_choosy(gpubench):
    pytest.skip("not in this weather")
"""


def test_what_fails_is_told_kept_and_not_tried_again(project, pytester: pytest.Pytester) -> None:
    done = project(_WRONG, *QUICK)
    assert done.ret == 1
    assert "AssertionError: the answer is wrong" in done.stdout.str()
    assert "crashed: the process of the launch ended with 9" in done.stdout.str()
    assert "nothing was measured: the test never called gpubench(step)" in done.stdout.str()
    assert "not in this weather" in done.stdout.str()
    run = load(pytester.path / "run")
    assert run.complete
    cells = run.cells().set_index("workload")
    assert cells["status"].to_dict() == {
        "test_own.test_wrong": "failed", "test_own.test_killed": "crashed", "test_own.test_idle": "failed",
        "test_own.test_choosy": "skipped",
    }  # fmt: skip
    assert "the answer is wrong" in cells.loc["test_own.test_wrong", "reason"]
    assert len(run.launch_records) == 4
    assert cells["step_s"].isna().all()


def test_a_step_whose_work_goes_on_after_the_wait_is_unverified(project, pytester: pytest.Pytester) -> None:
    tests = """
import time, pytest

@pytest.mark.gpubench("toy")
def test_late(gpubench):
    waits = 0

    def step():
        nonlocal waits
        waits = 2

    def complete():
        nonlocal waits
        waits -= waits > 0
        if waits == 1:
            waits = -1
        elif waits == -1:
            waits = 0
            time.sleep(0.002)

    gpubench.session.complete = complete
    gpubench(step)
"""
    done = project(tests, *QUICK, "--gpubench-launches=1")
    assert "unverified: work went on after the clock stopped" in done.stdout.str()
    assert set(load(pytester.path / "run").cells()["status"]) == {"unverified"}


@pytest.mark.parametrize(
    ("tests", "options", "said"),
    [
        ("def test_plain(): pass", (), "no test that can run here uses the fixture `gpubench`"),
        (_WRONG, ("-n", "2"), "--gpubench-out measures one step at a time: leave pytest-xdist's -n out"),
        (_WRONG, ("--gpubench-out=.",), "--gpubench-out . is not empty; name a new or empty folder"),
    ],
)  # fmt: skip
def test_a_run_that_can_t_be_is_refused_before_anything_is_measured(project, tests, options, said) -> None:
    done = project(tests, *QUICK, *options)
    assert done.ret == 4
    assert said in done.stderr.str()
    assert "passed" not in done.stdout.str()


def test_an_interrupted_run_is_not_whole(project, pytester: pytest.Pytester) -> None:
    done = project(_WRONG, *QUICK, "-x", "-k", "idle or killed")
    assert done.ret != 0
    run = load(pytester.path / "run")
    assert not run.complete
    assert run.ended == ("was measured by pytest, which can't go on with it", "measure it anew, into another folder")
    assert len(run.launch_records) == 1


@pytest.mark.framework("torch")
def test_a_project_of_somebody_else_s_measures_its_own_steps(tmp_path: Path) -> None:
    shutil.copytree(Path(__file__).parent / "sample", tmp_path / "sample")
    folder = tmp_path / "sample"
    words = ["-p", "no:cacheprovider", "-p", "no:hypothesispytest", *QUICK, "--gpubench-launches=1"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *words], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    cells = load(folder / "run").cells()
    assert sorted(zip(cells["workload"], cells["size"], cells["precision"], cells["status"], strict=True)) == [
        ("speed_attention.test_attention", 64, "float32", "ok"),
        ("speed_attention.test_training", "", "float64", "ok"),
    ]
