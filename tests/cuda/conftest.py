"""Asks for audits of the product in processes of their own, and plants mistakes into copies of it.

What `simulation/` holds registers devices and sets what can be set once a process: it never runs in pytest's own.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

SIMULATION = Path(__file__).parent / "simulation"
QUIET = {"CUDA_VISIBLE_DEVICES": "", "KERAS_BACKEND": "tensorflow", "OMP_NUM_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}
"""Of the auditing processes: a GPU that is there is not to be touched."""


class Auditor:
    """One process of `simulation/audit.py`, started at the first question."""

    def __init__(self, errors: Path) -> None:
        self._errors, self._process = errors, None

    def ask(self, **question: str) -> dict[str, list[str]]:
        if self._process is None:
            with self._errors.open("w") as errors:
                self._process = subprocess.Popen(
                    [sys.executable, str(SIMULATION / "audit.py")], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                    stderr=errors, text=True, env={**os.environ, **QUIET},
                )  # fmt: skip
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, self._errors.read_text()[-4000:]
        return json.loads(line)

    def close(self) -> None:
        if self._process is not None:
            self._process.kill()  # to leave a framework in order takes it seconds
            self._process.communicate()


@pytest.fixture(scope="session")
def _auditors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Auditor]]:
    """One auditor a framework, since two in one process slow each other."""
    folder = tmp_path_factory.mktemp("auditors")
    made: dict[str, Auditor] = {}

    def of(framework: str) -> Auditor:
        return made.setdefault(framework, Auditor(folder / f"{framework}.log"))

    yield of
    for auditor in made.values():
        auditor.close()


@pytest.fixture(scope="module")
def audit(request: pytest.FixtureRequest, _auditors: Callable[[str], Auditor]) -> Callable[..., dict[str, list[str]]]:
    """Asks the auditor of the module's framework: a script of `simulation/`, a part of names, the root of a copy."""
    (framework,) = next(request.node.iter_markers("framework")).args

    def ask(script: str, only: str = "", root: str = "") -> dict[str, list[str]]:
        return _auditors(framework).ask(script=script, only=only, root=root)

    return ask


@pytest.fixture
def planted(tmp_path: Path) -> Callable[[str, str, str], str]:
    """The root of a copy of the product in which one spot of a file is replaced."""

    def plant(file: str, old: str, new: str) -> str:
        for name in ("gpubench", "gpubench_workloads"):
            origin = importlib.util.find_spec(name).origin
            shutil.copytree(Path(origin).parent, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
        source = (tmp_path / file).read_text(encoding="utf-8")
        assert source.count(old) == 1, f"{file} has {source.count(old)} of: {old}"
        (tmp_path / file).write_text(source.replace(old, new), encoding="utf-8")
        return str(tmp_path)

    return plant


@pytest.fixture(scope="session")
def simulated_plugin() -> Path:
    """The plug-in with the simulated device."""
    return SIMULATION / "plugin.py"


@pytest.fixture(scope="session")
def declared() -> Callable[[Any], list[str]]:
    """Every workload, precision and mode of a backend, as the audits name them."""
    from gpubench.plugins import find_workloads

    def names(backend: Any) -> list[str]:
        return sorted(
            json.dumps([name, precision, mode])
            for name, plugin in find_workloads().plugins.items()
            for precision in plugin.value.precisions
            for mode in backend.modes
        )

    return names
