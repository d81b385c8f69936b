"""A program that was named as an interpreter: a Python that workers can run in, or something else."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from gpubench.runner import interpreter
from gpubench.runner.interpreter import fault_of


@pytest.fixture
def script(tmp_path: Path):
    """A program that does what a shell's lines say."""

    def made(lines: str) -> str:
        file = tmp_path / "program"
        file.write_text(f"#!/bin/sh\n{lines}\n", encoding="utf-8")
        file.chmod(0o755)
        return str(file)

    return made


def test_this_one_is_a_python_and_so_is_a_script_that_becomes_it(script):
    assert fault_of(sys.executable) == ""
    assert fault_of(script(f'exec {sys.executable} "$@"')) == ""


@pytest.mark.parametrize("program", ["ls", "echo", "true", "yes", "cat"])
def test_another_program_is_none(program: str):
    assert fault_of(shutil.which(program)).startswith("is no Python 3: ")


def test_what_can_t_be_run_says_why():
    assert fault_of("/etc/passwd") == "is no Python 3: /etc/passwd can't be run: Permission denied"


def test_a_program_that_says_nothing_is_not_waited_for_for_ever(script, monkeypatch):
    monkeypatch.setattr(interpreter, "_LIMIT_S", 0.1)
    assert fault_of(script("exec sleep 60")) == "is no Python 3: it gives no answer"


@pytest.mark.parametrize(("version", "words"), [("[2, 7]", "2.7"), ("[3, 9]", "3.9"), ("[3, 10]", "3.10")])
def test_one_that_is_too_old_is_told_its_version(script, version: str, words: str):
    """As a text 3.9 sorts after 3.11."""
    program = script(f"""echo '{{"version": {version}, "parent": '$PPID'}}'; read _""")
    assert fault_of(program) == f"is Python {words}; 3.11 or newer is expected"


def test_a_script_that_stays_around_its_python_is_told_how_not_to(script):
    """The Python would not see that we are gone, and take its shell for the process that started it."""
    fault = fault_of(script(f'{sys.executable} "$@"\nexit $?'))
    assert fault.startswith("starts a Python and stays around it: ")
    assert fault.endswith('exec python "$@"')
