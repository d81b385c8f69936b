"""The modules beside these tests, and a pool of made-up launches."""

from __future__ import annotations

import importlib
import math
import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

HERE = Path(__file__).parent
SPREADS = {("torch", 16): 0.01, ("torch", 128): 0.03, ("tensorflow", 16): 0.02, ("tensorflow", 128): 0.015}
"""How much the launches of each made-up closure scatter."""
WITHIN = 0.01


@pytest.fixture(scope="session")
def beside() -> Iterator[Callable[[str], ModuleType]]:
    """Imports a module of this folder, as its scripts do."""
    sys.path.insert(0, str(HERE))
    yield importlib.import_module
    sys.path.remove(str(HERE))


def invented(pools: ModuleType, folder: Path, workers: int, plain: int, loaded: int) -> Path:
    """Pools whose truth is known: log-normal launches, quiet ones with planted work, and noisy ones under load.

    workers: that measured every condition; plain: that measured the plain closures alone.
    """
    draw = random.Random(0)

    def launches(sitting: str, count: int, extras: tuple[int, ...], times: float) -> list[Any]:
        found = []
        for number in range(count):
            for (backend, n), spread in SPREADS.items():
                for extra in extras:
                    middle = n * 1e-5 * (1 + extra / 100) * math.exp(draw.gauss(0, times * spread))
                    samples = tuple(middle * math.exp(draw.gauss(0, WITHIN)) for _ in range(30))
                    condition = pools.Condition(backend, n, extra)
                    found.append(pools.Launch(sitting, number, condition, middle, 2.5, 10, samples))
        return found

    quiet = [*launches("quiet-1", workers, (0, 3, 5, 10, 20), 1), *launches("quiet-2", plain, (0,), 1)]
    pools.append(folder / "quiet.csv", quiet)
    pools.append(folder / "load.csv", launches("load-1", loaded, (0,), 5))
    for sitting in ("quiet-1", "quiet-2", "load-1"):
        pools.note(folder, sitting, {"date": "2026-01-01", "processor": "Invented CPU"})
    return folder


@pytest.fixture(scope="session")
def made_up(beside: Callable[[str], ModuleType], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of made-up pools as large as the measured ones."""
    return invented(beside("pools"), tmp_path_factory.mktemp("pools"), 24, 24, 40)


@pytest.fixture(scope="session")
def tiny(beside: Callable[[str], ModuleType], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, of a dozen launches: enough for a page, with gaps in it."""
    return invented(beside("pools"), tmp_path_factory.mktemp("pools"), 6, 6, 10)


@pytest.fixture(scope="session")
def page(repository: Path) -> Path:
    """The page that was made of the measured launches; where it lies, they must lie too."""
    file = repository / "docs" / "validation.md"
    if not file.exists():
        pytest.skip("nothing was measured yet: `nox -s validation` writes docs/validation.md")
    return file


@pytest.fixture(scope="session")
def quiet(beside: Callable[[str], ModuleType], made_up: Path) -> Any:
    """The made-up quiet pool, by condition."""
    pools = beside("pools")
    return pools.by_condition(pools.read(made_up / "quiet.csv"))
