"""A project of somebody else's with tests of its own steps, and pytest run in it, in this process."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

# After each pytest in it this process forgets what that one imported, and NumPy and pandas can't be imported twice.
import gpubench.pytest_plugin.launches
import gpubench.results.frames  # noqa: F401

TOY = Path(__file__).parents[1] / "plugins" / "toy.py"

Project = Callable[..., pytest.RunResult]


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Writes a test file and runs pytest on it, with the toy framework beside those that are installed."""
    shutil.copy(TOY, pytester.path)
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)

    def run(tests: str, *options: str, plugin: str = "toy.py", **environment: str) -> pytest.RunResult:
        pytester.makepyfile(test_own=tests)
        words = ["-p", "no:cacheprovider", "-p", "no:hypothesispytest", "-rs", f"--gpubench-plugin={plugin}", *options]
        with pytest.MonkeyPatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, value)
            return pytester.runpytest_inprocess(*words)

    return run
