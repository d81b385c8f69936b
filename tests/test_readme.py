"""Every command and every program in the README runs, as it stands there.

The commands run in one folder, in the order in which they stand. Defaults from the environment make them small, as a
user's own may: a flag in the README beats them. Folders that the README takes for granted are made to lie there.
"""

from __future__ import annotations

import os
import re
import runpy
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest

from gpubench import Inputs, Observed

pytestmark = pytest.mark.long

TEXT = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
SMALL = {"SIZE": "smoke", "LAUNCHES": "1", "MAX_TIME": "0.02", "PROGRESS": "none"}
NEEDS_A_GPU = "--require cuda"
ENVIRONMENTS = ("torch-env", "tf-env")
LESS = {
    # what a command begins with: what of the environment makes it smaller still
    "gpubench run matmul --size": {"BACKEND": "torch"},
    "gpubench run matmul --precision": {"BACKEND": "tensorflow"},  # it has both modes
    "gpubench run conv2d": {"BACKEND": "torch"},
    "gpubench run mnist_cnn_train --data resident": {"BACKEND": "torch"},
    "gpubench run mnist_cnn_train --data-dir": {"PARAM": "style=raw"},
    "gpubench run softmax": {"BACKEND": "torch"},
    "gpubench selftest": {"BACKEND": "torch"},
    "torch-env/bin/gpubench run": {"PARAM": "shape=square"},  # products alone; test_first_command.py has everything
}
"""Commands that leave open how much is measured, and take less where others show the rest."""


def blocks(language: str) -> list[str]:
    """The texts of the fenced blocks in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, flags=re.DOTALL | re.MULTILINE)


def commands() -> Iterator[str]:
    """Each command that a reader can type, without its comment."""
    for block in blocks("sh"):
        yield from (line.partition("  #")[0].strip() for line in block.splitlines())


INSTALLS = [command for command in commands() if "pip install" in command]
CALLS = [command for command in commands() if "pip install" not in command]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, mnist: Path) -> Path:
    """A reader's folder, after everything before the commands was done."""
    place = tmp_path_factory.mktemp("reader")
    (place / "mnist").symlink_to(mnist)
    program = next(block for block in blocks("python") if "Workload(" in block)
    (place / "my_workloads.py").write_text(program, encoding="utf-8")
    for name in ENVIRONMENTS:
        (place / name).symlink_to(sys.prefix)
    return place


def small(*more: Mapping[str, str]) -> Mapping[str, str]:
    """The environment of a reader who wants it quick."""
    own = {f"GPUBENCH_{name}": value for part in (SMALL, *more) for name, value in part.items()}
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    return {**os.environ, **own, "PATH": path}


def run(command: str, folder: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    shell = shutil.which("bash") or "sh"
    return subprocess.run(
        [shell, "-c", command], cwd=folder, env=dict(environment), capture_output=True, text=True, check=False
    )


@pytest.mark.framework("torch", "tensorflow")
@pytest.mark.parametrize("command", CALLS)
def test_a_command_runs(command: str, folder: Path) -> None:
    less = [more for start, more in LESS.items() if command.startswith(start)]
    done = run(command, folder, small({"NO_REPORT": "1"}, *less))  # commands that draw one draw it all the same
    expected = 5 if NEEDS_A_GPU in command and "cuda" in done.stderr else 0
    assert done.returncode == expected, done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.framework("torch", "tensorflow")
def test_the_python_program_runs(folder: Path) -> None:
    (program,) = (block for block in blocks("python") if "gpubench.run(" in block)
    (folder / "program.py").write_text(program, encoding="utf-8")
    done = run(f"{sys.executable} -W error program.py", folder, os.environ)
    assert done.returncode == 0, done.stderr
    assert "step_s" in done.stdout


@pytest.mark.parametrize("size", ["smoke", "small", "medium"])
def test_the_workload_is_right_in_float32_at_its_sizes(size: str, tmp_path: Path) -> None:
    """The commands look at its smallest size alone, and the largest error grows with the rows."""
    file = tmp_path / "my_workloads.py"
    file.write_text(next(block for block in blocks("python") if "Workload(" in block), encoding="utf-8")
    params = runpy.run_path(str(file))["softmax"].sizes[size]
    x = params.inputs(np.random.default_rng(0)).data["x"].astype(np.float32)
    y = np.exp(x - x.max(axis=1, keepdims=True))
    y /= y.sum(axis=1, keepdims=True)
    unit = 2.0**-24
    observed = Observed(({"y": y.astype(np.float64)},), {}, unit)
    errors = params.check(Inputs(data={"x": x.astype(np.float64)}), observed)
    assert errors["y"] < params.tolerance(unit) / 4


@pytest.mark.framework("torch", "tensorflow")
def test_the_configuration_is_one(folder: Path, tmp_path: Path) -> None:
    (table,) = blocks("toml")
    (tmp_path / "pyproject.toml").write_text(table, encoding="utf-8")
    environment = {name: value for name, value in small().items() if name != "GPUBENCH_LAUNCHES"}
    done = run("gpubench run noop --dry-run", tmp_path, environment)
    assert done.returncode == 0, done.stderr
    assert "x 5 launches" in done.stderr


def test_the_readme_has_commands_and_they_are_all_told_apart() -> None:
    assert len(INSTALLS) == 4
    assert len(CALLS) > 10
    assert all(command.startswith(("gpubench ", *ENVIRONMENTS)) for command in CALLS)
    assert [start for start in LESS if not any(command.startswith(start) for command in CALLS)] == []


@pytest.mark.parametrize("command", INSTALLS)
def test_every_install_is_constrained(command: str) -> None:
    assert " install -c constraints.txt " in command


def test_the_picture_is_there(repository: Path) -> None:
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", TEXT)
    assert pictures
    assert all((repository / picture).is_file() for picture in pictures)


@pytest.mark.parametrize("link", sorted(set(re.findall(r"(?<!!)\[[^\]]+\]\((?!http)([^)#]+)\)", TEXT))))
def test_a_link_leads_to_a_file(link: str, repository: Path) -> None:
    assert (repository / link).is_file()
