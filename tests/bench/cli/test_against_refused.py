"""What `--against` can't be, each refused before anything is measured."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

import gpubench
from gpubench.cli import progress
from gpubench.results.results import load


@pytest.fixture
def both(tmp_path: Path, toy_file: Path) -> list[str]:
    """A run of the toy in the current folder, and the same file in another one."""
    (tmp_path / "other").mkdir()
    for folder in (tmp_path, tmp_path / "other"):
        (folder / "toy.py").write_text(toy_file.read_text(encoding="utf-8"), encoding="utf-8")
    return ["run", "doubling", "--plugin", "toy.py", "-b", "toy", "-d", "cpu", "-s", "smoke", "--launches", "1"]


def refused(cli, both, *against: object) -> str:
    done = cli(*both, *(word for one in against for word in ("--against", one)))
    assert (done.code, done.out) == (2, "")
    assert not Path("gpubench-results").exists()
    return done.err


def test_what_is_neither_a_folder_nor_a_program(cli, both):
    said = refused(cli, both, "nosuch")
    assert "--against nosuch: there is no such folder, and no such program" in said
    assert "git worktree add ../base origin/main" in said
    assert "an environment is taken as a whole" in refused(cli, both, f"toy={sys.executable}")


def test_two_of_a_kind(cli, both):
    assert "--against names 2 folders: other, ." in refused(cli, both, "other", ".")
    assert "--against names 2 interpreters" in refused(cli, both, sys.executable, "python3")


def test_an_environment_without_its_python(cli, both, tmp_path):
    (tmp_path / "my env").mkdir()
    (tmp_path / "my env" / "pyvenv.cfg").touch()
    assert "name its Python: --against 'my env/bin/python'" in refused(cli, both, "my env")


def test_a_run_that_was_measured(cli, both, measured):
    assert f"gpubench run --baseline {measured}" in refused(cli, both, measured)


def test_a_folder_below_the_top_of_a_checkout(cli, both, tmp_path, monkeypatch):
    (tmp_path / "an other" / ".git").mkdir(parents=True)
    (tmp_path / "an other" / "inner").mkdir()
    assert f"name its top: --against '{tmp_path}/an other'" in refused(cli, both, "an other/inner")
    monkeypatch.chdir(tmp_path / "an other" / "inner")
    assert f"go to '{tmp_path}/an other', and name the top" in refused(cli, both, "..")


def test_a_checkout_of_which_nothing_would_be_measured(cli, both, tmp_path, toy_file):
    both[3] = str(toy_file)
    said = refused(cli, both, "other")
    assert f"nothing in {tmp_path} is measured" in said
    assert "pip install -e ." in said


def test_an_interpreter_without_gpubench(cli, both, tmp_path):
    bare = tmp_path / "bare"
    bare.write_text(f'#!/bin/sh\nexec {sys.executable} -I -S "$@"\n', encoding="utf-8")
    bare.chmod(0o755)
    said = refused(cli, both, bare)
    assert "can't be measured: the worker exited with 1" in said
    assert "No module named 'gpubench'" in said
    assert f"{bare} -m pip install gpubench-suite==" in said


@pytest.mark.parametrize("program", ["ls", "echo", "true", "cat"])
def test_a_program_that_is_no_python(cli, both, program):
    """None is told to install a package with `ls -m pip`."""
    said = refused(cli, both, shutil.which(program))
    assert f"can't be measured: {shutil.which(program)} is no Python 3: " in said
    assert "name the Python of an environment, for example ../env/bin/python" in said
    assert "pip" not in said


def test_what_is_no_program_at_all(cli, both, tmp_path):
    text = tmp_path / "text"
    text.write_bytes(b"\x00no program")
    text.chmod(0o755)
    assert "can't be run: Exec format error" in refused(cli, both, text)


def test_a_mistake_in_how_to_compare(cli, both, monkeypatch):
    monkeypatch.setenv("GPUBENCH_COMPARE_MARGIN", "5")
    assert "did you mean 5%?" in refused(cli, both, "other")


def test_beside_a_stored_run(cli, both, measured):
    for flag in ("--resume", "--baseline"):
        done = cli("run", flag, measured, "--against", "other")
        assert (done.code, "--against can't change it" in done.err) == (2, True)


def test_a_base_whose_process_ends_is_told_and_nothing_is_proposed_that_would_not_help(cli, both):
    (Path("other") / "toy.py").write_text("import os; os._exit(9)", encoding="utf-8")
    said = refused(cli, both, "other")
    assert "BASE (other) can't be measured: the worker exited with 9" in said
    assert "-m gpubench doctor" in said
    assert "pip install" not in said


def test_a_file_in_place_of_a_folder(cli, both, tmp_path):
    (tmp_path / "gate").touch()
    done = cli(*both, "--against", "other", "--out", "gate", "--no-report")
    assert (done.code, "--out gate is a file\n  name a new or empty folder" in done.err) == (2, True)


def test_a_folder_that_holds_something(cli, both, tmp_path):
    (tmp_path / "gate" / "base").mkdir(parents=True)
    (tmp_path / "gate" / "base" / "mine.txt").touch()
    done = cli(*both, "--against", "other", "--out", "gate", "--no-report")
    assert (done.code, "gate/base is not empty" in done.err) == (2, True)
    assert (tmp_path / "gate" / "base" / "mine.txt").exists()


def test_a_folder_that_holds_something_else(cli, both, tmp_path):
    (tmp_path / "gate").mkdir()
    (tmp_path / "gate" / "thesis.tex").touch()
    done = cli(*both, "--against", "other", "--out", "gate", "--no-report")
    assert (done.code, done.out) == (2, "")
    assert "--out gate is not empty\n  name a new or empty folder" in done.err
    assert [file.name for file in (tmp_path / "gate").iterdir()] == ["thesis.tex"]


@pytest.mark.parametrize("more", [(), ("--dry-run",)])
def test_a_head_that_has_nothing_to_measure_is_told_of_head(cli, both, tmp_path, more):
    """Whether base has it, or is the same checkout."""
    plugin = tmp_path / "toy.py"
    text = plugin.read_text(encoding="utf-8")
    plugin.write_text(text.replace('builders={"toy": toy_step}', "builders={}"), encoding="utf-8")
    for place in (".", "other"):
        said = refused(cli, [*both, *more], place)
        assert "nothing that is selected can be measured here: doubling has no step for toy" in said
        assert "BASE" not in said


def test_a_base_that_has_nothing_to_measure_is_told_with_the_reason(cli, both, tmp_path):
    plugin = tmp_path / "other" / "toy.py"
    text = plugin.read_text(encoding="utf-8")
    plugin.write_text(text.replace('builders={"toy": toy_step}', "builders={}"), encoding="utf-8")
    said = refused(cli, both, "other")
    assert "BASE (other): nothing that is selected can be measured there: doubling has no step for toy\n" in said
    assert "leave out --against for once" in said


def test_what_is_interrupted_is_kept_and_can_not_be_resumed_alone(cli, both, monkeypatch):
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(progress.Lines, "finished", interrupted)
    done = cli(*both, "--against", "other", "--out", "gate", "--no-report", "--max-time", "0.02")
    assert done.code == 130
    assert "interrupted; what was measured is in gate/new. What BASE measured is beside it" in done.err
    assert "can't be resumed" in done.err
    kept = [load(f"gate/{side}") for side in ("base", "new")]
    assert sum(len(results.launch_records) for results in kept) == 1
    assert not any(results.complete for results in kept)
    anew = cli(*both, "--against", "other", "--out", "gate", "--no-report")
    assert (anew.code, "gate/new holds a run already, which took turns with another run" in anew.err) == (2, True)
    assert "choose another --out, or move that folder away" in anew.err
    again = cli("run", "--resume", "gate/new")
    assert (again.code, "took turns with another run" in again.err) == (2, True)
    for command in (("list", "runs"), ("show", "gate/new"), ("validate", "gate/new")):
        said = cli(*command)
        assert "--resume" not in said.out + said.err
    assert "--resume" not in anew.err


def test_another_version_of_gpubench_since_it_may_measure_otherwise(cli, both, monkeypatch):
    monkeypatch.setattr(gpubench, "__version__", "9.9")  # here; the process of BASE has its own
    said = refused(cli, both, "other")
    assert "BASE (other): it has gpubench" in said
    assert "here is 9.9" in said
    assert "-m pip install gpubench-suite==9.9" in said
