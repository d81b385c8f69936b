"""`gpubench run --against`: two checkouts, or two environments, measured in turns by real workers of a toy."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from gpubench.results.results import Results, load

PLUGIN = '''
"""A workload whose step is somebody's code, which is imported where a framework would be: in the builder."""

from dataclasses import dataclass

import numpy as np

from gpubench import Inputs, Step, Work, Workload


@dataclass(frozen=True)
class Sums:
    n: int

    def inputs(self, rng):
        return Inputs(data={"x": rng.standard_normal(self.n)})

    def work(self, width):
        return Work(flops=self.n, bytes=self.n * width, items=self.n)

    def check(self, inputs, observed):
        return {"y": abs(float(observed.calls[-1]["y"]) - inputs.data["x"].sum()) / np.sqrt(self.n)}

    def tolerance(self, unit):
        return 64 * unit


def step(params, inputs, session):
    import flow

    return Step(flow.call, (inputs.data["x"],), lambda y: {"y": session.fetch(y)}, facts={"tree": flow.TREE})


sums = Workload(
    name="sums", sizes={"smoke": Sums(512), "small": Sums(1024)}, axis="n", summary="a sum", item="number",
    builders={"toy": step},
)
'''
PACKAGE = """
TREE = "{tree}"

def call(x):
    for _ in range({times}):
        y = x.sum()
    return y
"""


@dataclass(frozen=True)
class Project:
    """Two checkouts side by side: work.py, and the package flow that its step is in. toy: a plug-in of neither."""

    base: Path
    head: Path
    toy: Path

    def command(self, *more: object, plugin: str = "work.py", against: object = "../base") -> list[str]:
        words = ["run", "--plugin", plugin, "--plugin", self.toy, "-b", "toy", "-d", "cpu", "-s", "smoke"]
        how = ["--max-time", "0.02", "--no-report", "--against", against]
        return [str(word) for word in (*words, *how, *more)]


def checkout(folder: Path, times: int) -> Path:
    (folder / "src" / "flow").mkdir(parents=True)
    text = PACKAGE.format(tree=folder.name, times=times)
    (folder / "src" / "flow" / "__init__.py").write_text(text, encoding="utf-8")
    (folder / "work.py").write_text(PLUGIN, encoding="utf-8")
    return folder


@pytest.fixture
def project(tmp_path: Path, toy_file: Path) -> Project:
    """Head does the work of base twenty times over."""
    backend, _, _ = toy_file.read_text(encoding="utf-8").partition("@dataclass(frozen=True)\nclass Doubling")
    toy = tmp_path / "toy.py"  # the backend alone
    toy.write_text(backend, encoding="utf-8")
    return Project(checkout(tmp_path / "base", 1), checkout(tmp_path / "head", 20), toy)


Typed = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def typed(project: Project) -> Typed:
    """Types a command in head, whose package is found by its path; `env` adds to the environment.

    path: where Python looks for packages first, instead.
    """

    def call(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GPUBENCH_")}
        path = env.pop("path", str(project.head / "src"))
        here = {"PYTHONPATH": os.pathsep.join(filter(None, (path, kept.get("PYTHONPATH")))), **env}
        command = [sys.executable, "-P", "-m", "gpubench", *words]
        return subprocess.run(
            command, cwd=project.head, env={**kept, **here}, capture_output=True, text=True, check=False
        )

    return call


def trees(results: Results) -> set[str]:
    """Which checkout's package a run measured."""
    return {launch.facts["tree"] for launch in results.launch_records}


def test_two_checkouts_are_measured_in_turns_each_with_its_own_code_and_slower_ends_with_1(project, typed):
    done = typed(*project.command("--launches", "3", "--json"))
    assert done.returncode == 1, done.stderr
    answer = json.loads(done.stdout)
    base, new = (load(project.head / run["path"]) for run in answer["comparison"]["runs"])
    assert (trees(base), trees(new)) == ({"base"}, {"head"})
    assert (base.complete, new.complete) == (True, True)
    assert (base.run.turns_with, new.run.turns_with) == (new.run.run_id, base.run.run_id)
    assert answer["run_id"] == new.run.run_id
    assert [name.rpartition("-")[2] for name in (base.run.run_id, new.run.run_id)] == ["base", "new"]
    (cell,) = answer["comparison"]["cells"]
    assert (cell["workload"], cell["verdict"], cell["paired"]) == ("sums", "SLOWER", True)
    latest = typed("export", "latest", "--format", "json")
    assert {row["run_id"] for row in json.loads(latest.stdout)} == {new.run.run_id}
    in_turns(done.stderr)


def in_turns(told: str) -> None:
    """Of every turn of both: one follows the other, and now this one goes first, now that one."""
    taken = [line.split()[1] for line in told.splitlines() if " sums n=512 " in line]
    pairs = [tuple(taken[at : at + 2]) for at in range(0, len(taken), 2)]
    assert {frozenset(pair) for pair in pairs} == {frozenset(("BASE", "NEW"))}
    assert len(set(pairs)) == 2


def test_code_that_python_finds_in_the_wrong_checkout_is_never_measured(project, typed, tmp_path):
    """As some editable installs do, which hook into the import system and have no path."""
    hook = tmp_path / "hook"
    hook.mkdir()
    finder = (
        "import importlib.util, sys\n"
        "class Finder:\n"
        "    def find_spec(name, path=None, target=None):\n"
        f"        file = {str(project.head / 'src' / 'flow' / '__init__.py')!r}\n"
        "        return importlib.util.spec_from_file_location(name, file) if name == 'flow' else None\n"
        "sys.meta_path.append(Finder)\n"
    )
    (hook / "sitecustomize.py").write_text(finder, encoding="utf-8")
    done = typed(*project.command("--launches", "1", "-q"), path=str(hook))
    assert done.returncode == 4, done.stderr
    assert f"flow was loaded from {project.head}/src/flow/__init__.py, which is the other side's code" in done.stderr


def test_an_environment_has_plug_ins_of_its_own(project, typed, tmp_path):
    """Of one package in two versions: the interpreter that is named has the other."""
    for version, name in (("1", "old"), ("2", "recent")):
        site = tmp_path / name
        info = site / f"flow_bench-{version}.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Name: flow-bench\nVersion: {version}\n", encoding="utf-8")
        (info / "entry_points.txt").write_text("[gpubench.workloads]\nsums = flow_bench:sums\n", encoding="utf-8")
        (site / "flow_bench.py").write_text(PLUGIN, encoding="utf-8")
        (site / "flow.py").write_text(PACKAGE.format(tree=name, times=1), encoding="utf-8")
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nPYTHONPATH={tmp_path}/old exec {sys.executable} "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    command = project.command("--launches", "1", "-q", "--out", "gate", plugin=str(project.toy), against=python)
    done = typed("run", "sums", *command[1:], path=str(tmp_path / "recent"))
    assert done.returncode == 0, done.stderr
    sides = [trees(load(project.head / "gate" / side)) for side in ("base", "new")]
    assert sides == [{"old"}, {"recent"}]


def test_a_dry_run_measures_nothing_and_names_what_base_lacks(project, typed):
    (project.base / "work.py").write_text(PLUGIN.replace('"sums"', '"others"'), encoding="utf-8")
    command = project.command("--dry-run", "--launches", "7")
    done = typed("run", "sums", *command[1:])
    assert (done.returncode, done.stdout) == (2, "")
    assert "BASE (../base): it has none of the workloads: sums" in done.stderr
    done = typed("run", "sums", "noop", *command[1:])
    assert "nothing that is selected can be measured there" in done.stderr
    done = typed(*command)
    assert done.returncode == 0, done.stderr
    assert "In turns with BASE, ../base: 2 cells x 7 launches" in done.stderr
    assert not (project.head / "gpubench-results").exists()


def test_a_plug_in_that_base_does_not_have_yet_is_left_out_there(project, typed):
    (project.base / "work.py").rename(project.base / "older.py")
    shutil.copy(project.head / "work.py", project.head / "older.py")
    (project.head / "work.py").write_text(PLUGIN.replace('"sums"', '"new_sums"'), encoding="utf-8")
    done = typed(*project.command("--plugin", "older.py", "--dry-run"))
    assert done.returncode == 0, done.stderr
    assert f"Left out: BASE doesn't have {project.base}/work.py" in done.stderr


def test_a_broken_plug_in_of_base_is_said(project, typed):
    (project.base / "work.py").write_text("sums = 1 / 0\n", encoding="utf-8")
    command = project.command("--dry-run")
    for words in (command, ["run", "sums", *command[1:]]):
        done = typed(*words)
        assert done.returncode == 2
        assert "BASE (../base): " in done.stderr
        assert "ZeroDivisionError" in done.stderr
    assert "it has none of the workloads: sums; plug-in" in done.stderr
    assert "or mended by it, leave out --against for once" in done.stderr


@pytest.mark.parametrize(("missing", "code"), [("warn", 3), ("fail", 4)])
def test_a_cell_that_failed_in_head_ends_with_3_and_with_4_where_none_may_be_missing(project, typed, missing, code):
    broken = PACKAGE.format(tree="head", times=1).replace("(x):", "(x):\n    assert x.size < 1000, 'too large'")
    (project.head / "src" / "flow" / "__init__.py").write_text(broken, encoding="utf-8")
    done = typed(*project.command("-s", "small", "--launches", "1"), GPUBENCH_COMPARE_MISSING=missing)
    assert done.returncode == code, done.stderr
    assert "failed: sums n=1024" in done.stderr
    assert "AssertionError: too large" in done.stderr


def test_a_base_that_ends_in_the_middle_is_said(project, typed):
    killed = PACKAGE.format(tree="base", times=1) + "\nimport os, signal\nos.kill(os.getppid(), signal.SIGKILL)\n"
    (project.base / "src" / "flow" / "__init__.py").write_text(killed, encoding="utf-8")
    done = typed(*project.command("--launches", "1", "-q", "--out", "gate"))
    assert (done.returncode, done.stdout) == (2, "")
    assert "BASE (../base) can't be measured: the worker was ended by SIGKILL" in done.stderr
    assert "what was measured is in gate/base; measure both anew" in done.stderr
