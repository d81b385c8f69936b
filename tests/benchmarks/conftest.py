"""Runs of a known size, made up: what the benchmarks read, analyse and draw."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

TESTS = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def hundred_cells() -> Any:
    """Results of 100 cells in five launches each, 50 on a made-up GPU."""
    spec = importlib.util.spec_from_file_location("gpubench_invented", TESTS / "bench" / "analysis" / "invented.py")
    assert spec is not None
    assert spec.loader is not None
    invented = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(invented)
    made = invented.Invented(launches=5)
    for number in range(25):
        for backend in invented.MODES:
            for device, speed in (("cpu", 1e11), ("cuda:0", 4e13)):
                size = 64 * (number + 1)
                seconds = 1e-5 + 2 * size**3 / speed
                steps = invented.unquiet(seconds, 5, made.seed)
                made.cell(steps, size=size, backend=backend, device=device)
    return made.results()


@pytest.fixture
def toy() -> Path:
    """The plug-in with a backend on NumPy alone."""
    return TESTS / "bench" / "plugins" / "toy.py"
