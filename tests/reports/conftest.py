"""The builder of made-up runs."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from gpubench.analysis.analyse import analyse
from gpubench.analysis.findings import Findings


@pytest.fixture(scope="session")
def invented() -> ModuleType:
    """The module `invented` of the analysis tests: every number in it is made up, its GPU too."""
    spec = importlib.util.spec_from_file_location(
        "gpubench_invented", Path(__file__).parents[1] / "bench" / "analysis" / "invented.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def cpu_findings(invented: ModuleType) -> Findings:
    """A made-up run without a GPU, in which several cells went wrong."""
    return analyse([invented.cpu_run()])


@pytest.fixture(scope="session")
def gpu_findings(invented: ModuleType) -> Findings:
    """A made-up run with a GPU that does not exist."""
    return analyse([invented.gpu_run()])
