"""Values of options as they are typed, and as the environment gives them."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest


def test_commas_equal_repeats(cli, toy: list[str]) -> None:
    once = cli("run", *toy, "--size", "small,large", "--param", "fault=none,wrong", "--dry-run")
    repeated = cli(
        "run", *toy, "--size", "small", "-s", "large", "--param", "fault=none", "--param", "fault=wrong", "--dry-run"
    )
    assert once.code == 0
    assert once.out == repeated.out
    assert len(once.out.splitlines()) == 7  # 3 sizes, 2 faults, an A/A partner


def test_what_is_named_twice_is_planned_once(cli, toy: list[str]) -> None:
    said = cli("run", "doubling,doubling", *toy, "-s", " smoke ,smoke", "--param", "fault=none, none", "--dry-run")
    assert len(said.out.splitlines()) == 2


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["--backend", ""], "--backend '': a value is expected"),
        (["-s", " , "], "--size ' , ': a value is expected"),
        (["--mode", ""], "--mode '': a value is expected"),
        ([""], "WORKLOAD '': a value is expected"),
        ([","], "WORKLOAD ',': a value is expected"),
    ],
)
def test_an_empty_name_selects_not_everything_but_is_refused(cli, typed: list[str], said: str) -> None:
    """As `--backend "$BACKEND"` gives it where the variable is not set."""
    outcome = cli("run", *typed, "--dry-run")
    assert outcome.code == 2
    assert said in outcome.err
    assert "out for the default" in outcome.err


@pytest.mark.parametrize("text", ["fault", "=wrong", "fault=", "fault=,", " = "])
def test_a_parameter_needs_a_name_and_a_value(cli, toy: list[str], text: str) -> None:
    said = cli("run", *toy, "--param", text)
    assert said.code == 2
    assert f"--param {text}: a name, '=' and a value are expected" in said.err
    assert "for example --param style=raw" in said.err


@pytest.mark.parametrize(
    ("flag", "value", "reason"),
    [
        ("--launches", "0", "0 is not in the range 1<=x<=10000"),
        ("--launches", "1e3", "'1e3' is not a valid integer"),
        ("--launches", "99999999999", "is not in the range"),
        ("--max-time", "-1", "-1.0 is not in the range 0<x"),
        ("--max-time", "0", "0.0 is not in the range 0<x"),
        ("--max-time", "nan", "nan is not a number of seconds"),
        ("--max-time", "inf", "inf is not in the range"),
        ("--timeout", "nan", "nan is not a number of seconds"),
        ("--timeout", "1e300", "1e+300 is not in the range"),
        ("--timeout", "soon", "'soon' is not a valid number of seconds"),
        ("--threads", "0", "0 is not in the range 1<=x"),
        ("--threads", "99999999999999999999", "is not in the range"),
        ("--seed", "-1", "-1 is not in the range 0<=x"),
        ("--seed", "99999999999999999999", "is not in the range"),
        ("--preset", "fast", "'fast' is not one of 'quick', 'standard', 'thorough'"),
        ("--progress", "loud", "'loud' is not one of 'auto', 'plain', 'none'"),
    ],
)
def test_a_number_or_a_name_out_of_range_is_refused(cli, toy: list[str], flag: str, value: str, reason: str) -> None:
    said = cli("run", *toy, flag, value)
    assert said.code == 2
    assert f"Invalid value for '{flag}'" in said.err
    assert reason in said.err


@pytest.mark.parametrize("program", ["/nonexistent/python", "/", "no-such-python"])
def test_an_interpreter_that_is_no_program_is_refused(cli, toy: list[str], program: str) -> None:
    said = cli("run", *toy, "--python", f"toy={program}")
    assert said.code == 2
    assert f"--python toy={program}: there is no program {program}" in said.err
    assert "name the Python of an environment" in said.err


def test_an_interpreter_of_no_backend_is_refused(cli, toy: list[str]) -> None:
    said = cli("run", *toy, "--python", f"tyo={sys.executable}")
    assert said.code == 2
    assert "'tyo', which is no backend; did you mean 'toy'?" in said.err


def test_an_interpreter_that_is_no_python_leaves_its_backend_absent(cli, toy: list[str]) -> None:
    said = cli("run", *toy, "--python", "toy=true")
    assert said.code == 5
    assert f"toy can't be started in {shutil.which('true')}, which is no Python 3: exited with 0" in said.err
    assert "name the Python of an environment, for example ../env/bin/python; or leave out --python toy=" in said.err
    assert "pip" not in said.err


def test_an_interpreter_without_the_framework_is_told_what_to_install(cli, toy: list[str], tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    bare.write_text(f'#!/bin/sh\nexec {sys.executable} -S "$@"\n', encoding="utf-8")
    bare.chmod(0o755)
    said = cli("run", *toy, "--python", f"toy={bare}")
    assert said.code == 5
    assert f"toy can't be started in {bare}: " in said.err
    assert f"it must have numpy and NumPy: `{bare} -m pip install numpy`" in said.err
    assert f"or leave out --python toy={bare}" in said.err


def test_the_last_interpreter_counts(cli, toy: list[str]) -> None:
    both = ["--python", "toy=true", "--python", f"toy={sys.executable}"]
    assert cli("run", *toy, *both, "--dry-run").code == 0


def test_the_environment_gives_files_whole_and_parameters_apart(
    cli, toy_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "my plug-ins").mkdir()
    (tmp_path / "my plug-ins" / "tóy.py").write_bytes(toy_file.read_bytes())
    monkeypatch.setenv("GPUBENCH_PLUGIN", "my plug-ins/tóy.py")
    monkeypatch.setenv("GPUBENCH_BACKEND", "toy")
    monkeypatch.setenv("GPUBENCH_PARAM", "n=3 'fault=wrong'")
    said = cli("run", "doubling", "-d", "cpu", "--dry-run")
    assert said.code == 0
    assert said.out.splitlines()[0] == "doubling n=3 fault=wrong toy cpu float32 eager"
    monkeypatch.setenv("GPUBENCH_PARAM", "n='3")
    said = cli("run", "doubling", "-d", "cpu")
    assert said.code == 2
    assert "n='3: No closing quotation" in said.err


@pytest.mark.parametrize("variable", ["GPUBENCH_QUIET", "GPUBENCH_JSON", "GPUBENCH_DRY_RUN"])
def test_the_environment_sets_flags(cli, toy: list[str], monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.setenv("GPUBENCH_DRY_RUN", "1")
    monkeypatch.setenv(variable, "1")
    said = cli("run", *toy)
    assert said.code == 0
    assert (said.err == "") == (variable == "GPUBENCH_QUIET")
    assert said.out.startswith("{") == (variable == "GPUBENCH_JSON")
