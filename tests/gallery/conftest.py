"""The script beside these tests, and the runs that it shows."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest

from gpubench.results.line import encode
from gpubench.results.results import Results

HERE = Path(__file__).parent


def _loaded(name: str, file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def make() -> ModuleType:
    """The script."""
    return _loaded("gpubench_gallery", HERE / "make.py")


@pytest.fixture(scope="session")
def invented() -> ModuleType:
    """Made-up runs."""
    return _loaded("gpubench_invented", HERE.parent / "bench" / "analysis" / "invented.py")


@pytest.fixture
def run(invented: ModuleType, tmp_path: Path) -> Callable[..., Path]:
    """Writes a made-up run of matrix products on these devices, by the names of their models."""

    def written(selection: dict[str, Any] | None = None, selftest: str = "passed 2026-01-01", **devices: str) -> Path:
        made = invented.Invented(command=["gpubench", "run", "--plugin=a/plugin.py", "--out", "/home/somebody/run"])
        made.selftest = selftest
        made.run = msgspec.structs.replace(made.run, selection=selection or {})
        for device, model in devices.items():
            for size in (64, 256):
                made.cell(invented.scattered(1e-3 * size), size=size, device=device.replace("_", ":"), model=model)
        results: Results = made.results()
        folder = tmp_path / "-".join([*devices, *made.run.selection])
        folder.mkdir()
        records = [results.run, *results.envs, *results.cell_records, *results.launch_records, results.end]
        (folder / "results.jsonl").write_bytes(b"".join(encode(record) for record in records))
        return folder

    return written
