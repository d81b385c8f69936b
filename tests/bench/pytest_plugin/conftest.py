"""A project of somebody else's with tests of its own steps, and pytest run in it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

TOY = Path(__file__).parents[1] / "plugins" / "toy.py"

Project = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Writes a test file and runs pytest on it, with the toy framework beside those that are installed."""
    shutil.copy(TOY, tmp_path)
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)

    def run(tests: str, *options: str, plugin: str = "toy.py", **environment: str) -> subprocess.CompletedProcess[str]:
        (tmp_path / "test_own.py").write_text(tests, encoding="utf-8")
        words = ["-p", "no:cacheprovider", "-p", "no:hypothesispytest", "-rs", f"--gpubench-plugin={plugin}", *options]
        return subprocess.run(
            [sys.executable, "-m", "pytest", *words], cwd=tmp_path, capture_output=True, text=True, check=False,
            env={**os.environ, **environment},
        )  # fmt: skip

    return run
