"""Runs of a known size, made up: what the benchmarks read, analyse and draw."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

TESTS = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def made_up() -> Callable[[int], Any]:
    """Makes results of so many cells in five launches each, half on a made-up GPU, of eight workloads at most."""
    spec = importlib.util.spec_from_file_location("gpubench_invented", TESTS / "bench" / "analysis" / "invented.py")
    assert spec is not None
    assert spec.loader is not None
    invented = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(invented)

    def make(cells: int) -> Any:
        made = invented.Invented(launches=5)
        for number in range(cells // 4):
            case, size = number // 25, 64 * (number % 25 + 1)
            for backend in invented.MODES:
                for device, speed in (("cpu", 1e11), ("cuda:0", 4e13)):
                    steps = invented.unquiet(1e-5 + 2 * size**3 / speed, 5, made.seed)
                    params = {"layer": f"layer {case // 8}"}
                    where = {"backend": backend, "device": device}
                    made.cell(steps, workload=f"product {case % 8}", size=size, params=params, **where)
        return made.results()

    return make


@pytest.fixture(scope="session")
def hundred_cells(made_up: Callable[[int], Any]) -> Any:
    """Results of 100 cells."""
    return made_up(100)


@pytest.fixture
def toy() -> Path:
    """The plug-in with a backend on NumPy alone."""
    return TESTS / "bench" / "plugins" / "toy.py"
