"""The harness without the workloads and the reports that ship: it works, and says what is missing."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

LEFT_OUT = ("gpubench_workloads", "gpubench_reports")
TOY = Path(__file__).parent / "bench" / "plugins" / "toy.py"

Bare = Callable[..., subprocess.CompletedProcess[str]]

# Runs the command with nothing on the path but the standard library and the folder given.
_RUN = """
import runpy, sys
sys.path.append(sys.argv[1])
sys.argv[1:2] = []
runpy.run_module("gpubench", run_name="__main__", alter_sys=True)
"""


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is installed, linked into a folder of its own, but for the two packages."""
    folder = tmp_path_factory.mktemp("bare")
    origin = importlib.util.find_spec("gpubench")
    assert origin is not None
    assert origin.origin is not None
    (folder / "gpubench").symlink_to(Path(origin.origin).parent)
    installed = importlib.util.find_spec("click")
    assert installed is not None
    assert installed.origin is not None
    for entry in Path(installed.origin).parents[1].iterdir():
        if entry.suffix != ".pth" and entry.name not in (*LEFT_OUT, "gpubench"):
            (folder / entry.name).symlink_to(entry)
    return folder


@pytest.fixture
def bare(environment: Path, tmp_path: Path) -> Bare:
    """Calls the command there, in an empty folder."""

    def call(*words: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-S", "-P", "-c", _RUN, str(environment), *map(str, words)]
        plain = {name: value for name, value in os.environ.items() if not name.startswith(("GPUBENCH_", "PYTHON"))}
        return subprocess.run(command, cwd=tmp_path, env=plain, capture_output=True, text=True, check=False)

    return call


def test_what_is_missing_is_listed_and_the_rest_is_found(bare: Bare) -> None:
    done = bare("list", "--plugin", TOY)
    assert done.returncode == 0, done.stderr
    assert "doubling " in done.stdout
    assert "broken: matmul (gpubench-suite " in done.stdout
    assert "ModuleNotFoundError: No module named 'gpubench_workloads'" in done.stdout


def test_a_workload_that_is_missing_is_named_with_the_reason(bare: Bare) -> None:
    done = bare("run", "matmul")
    assert done.returncode == 2
    assert "No module named 'gpubench_workloads'" in done.stderr
    assert "Traceback" not in done.stderr


def test_one_s_own_workload_is_checked_measured_and_exported(bare: Bare, tmp_path: Path) -> None:
    wanted = ("doubling", "--plugin", TOY, "-b", "toy", "-d", "cpu", "-s", "smoke")
    done = bare("run", *wanted, "--launches", "1", "--max-time", "0.02")
    assert done.returncode == 0, done.stderr
    assert "No whole report: there is no report renderer: ModuleNotFoundError: No module named 'gpubench_reports'" in (
        done.stderr
    )
    assert "Everything measured is kept" in done.stderr
    exported = bare("export", "latest", "--format", "csv")
    assert exported.returncode == 0
    assert ",ok," in exported.stdout
    assert bare("validate", "latest").returncode == 0
    assert bare("check", TOY, "-s", "smoke").returncode == 0


def test_a_report_that_is_asked_for_says_what_is_missing(bare: Bare) -> None:
    bare("run", "doubling", "--plugin", TOY, "-b", "toy", "-d", "cpu", "-s", "smoke", "--launches", "1", "--no-report")
    done = bare("report", "latest")
    assert done.returncode == 2
    assert "there is no report renderer" in done.stderr
    assert "No module named 'gpubench_reports'" in done.stderr


def test_the_two_packages_are_missing_there(environment: Path) -> None:
    code = f"import sys; sys.path.append({str(environment)!r}); import {', '.join(LEFT_OUT)}"
    done = subprocess.run([sys.executable, "-S", "-P", "-c", code], capture_output=True, text=True, check=False)
    assert "No module named" in done.stderr
