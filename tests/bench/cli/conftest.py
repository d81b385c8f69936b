"""The command called in this process, and a run to look at: measured once, copied for each test."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import json
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

from gpubench.analysis.comparison import Comparison, compare
from gpubench.analysis.margin import Margins
from gpubench.cli.main import exit_code
from gpubench.results.line import encode
from gpubench.results.results import Results


@dataclass(frozen=True)
class Outcome:
    """How a command ended."""

    code: int
    out: str
    err: str


Cli = Callable[..., Outcome]


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    """Calls a command in an empty folder, with nothing in the environment that it listens to."""
    monkeypatch.chdir(tmp_path)
    for name in os.environ:
        if name.startswith(("GPUBENCH_", "TOY_")) or name in ("NO_COLOR", "FORCE_COLOR"):
            monkeypatch.delenv(name)

    def call(*arguments: object) -> Outcome:
        capsys.readouterr()
        code = exit_code([str(argument) for argument in arguments])
        return Outcome(code, *capsys.readouterr())

    return call


@pytest.fixture(scope="session")
def toy_file(repository: Path) -> Path:
    """The plug-in with the toy backend."""
    return repository / "tests" / "bench" / "plugins" / "toy.py"


@pytest.fixture
def toy(toy_file: Path) -> list[str]:
    """The smallest selection, of what needs no worker to be planned."""
    return ["doubling", "--plugin", str(toy_file), "-b", "toy", "-d", "cpu", "-s", "smoke"]


@pytest.fixture(scope="session")
def measured(toy_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A complete run of three cells: one that failed, one measured twice."""
    folder = tmp_path_factory.mktemp("measured") / "run"
    wanted = ["doubling", "--plugin", toy_file, "-b", "toy", "-d", "cpu", "-s", "smoke", "--param", "fault=raise,none"]
    limits = ["--launches", "1", "--max-time", "0.05", "--no-report", "--out", folder]
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        assert exit_code([str(word) for word in ("run", *wanted, *limits)]) == 3
    return folder


@pytest.fixture
def run(measured: Path, tmp_path: Path) -> Path:
    """A complete run, to be spoilt at will."""
    return shutil.copytree(measured, tmp_path / "run")


@pytest.fixture
def lines(run: Path) -> list[bytes]:
    """The lines of its results file."""
    return (run / "results.jsonl").read_bytes().splitlines(keepends=True)


@pytest.fixture
def incomplete(run: Path, lines: list[bytes]) -> Path:
    """The same run, interrupted before its last launch."""
    (run / "results.jsonl").write_bytes(b"".join(lines[:-2]))
    return run


@pytest.fixture(scope="session")
def invented() -> ModuleType:
    """The module `invented` of the analysis tests: made-up runs with known answers."""
    spec = importlib.util.spec_from_file_location(
        "gpubench_invented", Path(__file__).parents[1] / "analysis" / "invented.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def keep(tmp_path: Path) -> Callable[[str, Results], Path]:
    """Writes made-up results into a run folder."""

    def kept(name: str, results: Results) -> Path:
        end = [results.end] if results.end else []
        records = [results.run, *results.envs, *results.cell_records, *results.launch_records, *end]
        (tmp_path / name).mkdir()
        (tmp_path / name / "results.jsonl").write_bytes(b"".join(encode(record) for record in records))
        return tmp_path / name

    return kept


@pytest.fixture
def compared(invented: ModuleType) -> Callable[..., Comparison]:
    """Compares made-up runs of matrix products of n = 1, 2 ...: a tuple of times for each run, three launches each."""

    def made(*runs: Sequence[float], margins: Margins | None = None, reason: str = "") -> Comparison:
        found = []
        for number, times in enumerate(runs):
            run = invented.Invented(f"run-{number}")
            for size, seconds in enumerate(times, 1):
                run.cell(invented.scattered(seconds), size=size)
            if reason:
                run.cell(size=99, status="failed", reason=reason)
            found.append(run.results())
        return compare(found, margins=margins)

    return made


@pytest.fixture
def benchmark_file(tmp_path: Path) -> Path:
    """What pytest-benchmark would write of a test of somebody's and of one of our cells."""
    ours = {
        "cell_id": "0123456789abcdef", "workload": "matmul", "size": 256, "params": "{}", "backend": "torch",
        "device": "cuda:0", "device_name": "Invented GPU", "precision": "float32", "mode": "eager", "data": "resident",
    }  # fmt: skip
    tests = [
        {"name": "test_sort[10]", "params": {"size": 10}, "stats": {"median": 2e-6, "data": [1e-6, 2e-6, 3e-6]}},
        {"name": "test_matmul", "extra_info": ours, "stats": {"median": 5e-4, "data": [4e-4, 5e-4, 9e-4]}},
    ]
    named = [{"fullname": f"tests/test_speed.py::{test['name']}", **test} for test in tests]
    file = {
        "machine_info": {"node": "annes-laptop", "cpu": {"brand_raw": "Invented CPU"}}, "benchmarks": named,
        "datetime": "2026-03-04T05:06:07+00:00", "version": "5.2.0",
    }  # fmt: skip
    path = tmp_path / "bench.json"
    path.write_text(json.dumps(file), encoding="utf-8")
    return path
