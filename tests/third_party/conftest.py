"""The package beside these tests, built and installed by pip; and JAX, where there is an interpreter that has it."""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

HERE = Path(__file__).parent
PACKAGE = "gpubench_third_party"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that pip installed the package into, so that tests which don't ask for it don't find it."""
    folder = tmp_path_factory.mktemp("site")
    alone = ("--no-index", "--no-deps", "--no-build-isolation", "--quiet")
    line = [sys.executable, "-m", "pip", "install", *alone, "--target", str(folder), str(HERE)]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="session")
def environment(site: Path) -> dict[str, str]:
    """In which gpubench finds the package."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("GPUBENCH_")}
    return plain | {"PYTHONPATH": os.pathsep.join(filter(None, (str(site), plain.get("PYTHONPATH"))))}


Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def command(environment: dict[str, str]) -> Command:
    """Calls `gpubench` in a folder."""

    def call(folder: Path, *words: object) -> subprocess.CompletedProcess[str]:
        line = [sys.executable, "-m", "gpubench", *map(str, words)]
        return subprocess.run(line, cwd=folder, env=environment, capture_output=True, text=True, check=False)

    return call


@pytest.fixture(scope="session")
def cells(command: Command) -> Callable[[Path], list[dict[str, Any]]]:
    """The cells of the latest run in a folder, A/A partners left out, as `gpubench export` gives them."""

    def of(folder: Path) -> list[dict[str, Any]]:
        exported = command(folder, "export", "latest", "--format", "json")
        assert exported.returncode == 0, exported.stderr
        return [cell for cell in json.loads(exported.stdout) if cell["variant"] != "aa"]

    return of


@pytest.fixture(scope="session")
def package(site: Path) -> Iterator[Callable[[str], ModuleType]]:
    """Imports a module of the package."""
    sys.path.append(str(site))
    yield lambda name: importlib.import_module(f"{PACKAGE}.{name}")
    sys.path.remove(str(site))


@pytest.fixture(scope="session")
def jax_python() -> str:
    """An interpreter that has JAX."""
    python = os.environ.get("GPUBENCH_TEST_JAX")
    if not python:
        pytest.skip("no interpreter with JAX: `nox -s tests` makes one, or name yours with GPUBENCH_TEST_JAX")
    return python


@pytest.fixture(scope="session")
def in_jax(jax_python: str, site: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., list[str]]:
    """Runs a program where JAX is, to which gpubench and the package are lent; returns the words that it printed."""
    lent = tmp_path_factory.mktemp("lent")
    harness = importlib.util.find_spec("gpubench")
    assert harness is not None
    assert harness.origin is not None
    (lent / "gpubench").symlink_to(Path(harness.origin).parent)
    (lent / PACKAGE).symlink_to(site / PACKAGE)

    def run(program: str, **variables: str) -> list[str]:
        environment = os.environ | {"PYTHONPATH": str(lent)} | variables
        done = subprocess.run(
            [jax_python, "-P", "-c", program], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.split()

    return run
