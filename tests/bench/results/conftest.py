"""Records made by hand, and results files of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gpubench.results.line import encode
from gpubench.results.records import Cell, End, Env, Event, Launch, Line, Run, Series
from gpubench.results.results import Results, load

RUN = {
    "run_id": "20261124T140312-5f3a", "created": "2026-11-24T14:03:12+00:00", "gpubench": "0.1.0",
    "command": ["gpubench", "run"], "preset": "quick", "seed": 0, "launches": 3, "max_time_s": 1.1,
    "timeout_s": 300.0, "selection": {"workloads": ["matmul"]}, "planned": 0, "absent": {"cuda": "no driver"},
}  # fmt: skip
CELL = {
    "cell_id": "0123456789abcdef", "workload": "matmul", "version": 1, "axis": "n", "size": 256,
    "params": {"shape": "square"}, "backend": "torch", "device": "cpu", "precision": "float32", "mode": "eager",
    "data": "resident", "variant": "", "threads": 2, "item": "row", "reason": "",
}  # fmt: skip
LAUNCH = {
    "device_model": "A CPU", "backend_version": "2.13.0", "checked": True, "errors": {"rows": 1e-7, "block": 3e-7},
    "tolerance": 1e-5, "work": {"flops": 2e6, "bytes": 3e3, "items": 256.0}, "first_call_s": 0.25, "build_s": 0.1,
    "startup_s": 1.5, "warmup_s": 0.5, "fixed_cost_s": 1e-5, "idle_wait_s": 1e-6, "residual_s": 0.0,
    "stopped": "interval",
}  # fmt: skip


class Maker:
    """Each kind of record, with sensible fields where none are given."""

    def run(self, **fields: Any) -> Run:
        return Run(**{**RUN, **fields})

    def env(self, **fields: Any) -> Env:
        return Env(**{"scope": "machine", "facts": {"processor": "A CPU"}, **fields})

    def cell(self, cell_id: str = "0123456789abcdef", **fields: Any) -> Cell:
        return Cell(**{**CELL, "cell_id": cell_id, **fields})

    def launch(self, number: int = 0, step: float | None = 1e-3, **fields: Any) -> Launch:
        """step: the median of three blocks of ten calls, in seconds a call; None: nothing was timed."""
        timed = {
            "step": Series(calls=10, seconds=[9 * step, 10 * step, 13 * step]),
            "latency": Series(calls=1, seconds=[2 * step]),
            "dispatch": Series(calls=1, seconds=[step / 2]),
        } if step is not None else {}  # fmt: skip
        given = {
            "cell_id": CELL["cell_id"], "device": "cpu", "status": "ok", "quantities": timed, "launch": number,
            **LAUNCH, **fields,
        }  # fmt: skip
        return Launch(**given)

    def event(self, **fields: Any) -> Event:
        return Event(**{"at": "2026-11-24T14:04:00+00:00", "what": "interrupted", **fields})

    def end(self, **fields: Any) -> End:
        return End(**{"at": "2026-11-24T14:05:00+00:00", "seconds": {"wall": 60.5}, "statuses": {"ok": 1}, **fields})

    def every_kind(self) -> list[Line]:
        """One record of each kind, as a whole run has them."""
        return [self.run(), self.env(), self.cell(), self.launch(), self.event(), self.end()]


@pytest.fixture(scope="session")
def make() -> Maker:
    """The maker of records."""
    return Maker()


@pytest.fixture
def store(tmp_path: Path) -> Callable[..., Path]:
    """Writes records to `run/results.jsonl` or to the file given, without the writer; returns the file."""

    def stored(*records: Line, to: str = "run/results.jsonl") -> Path:
        file = tmp_path / to
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"".join(encode(record) for record in records))
        return file

    return stored


@pytest.fixture
def loaded(store: Callable[..., Path], make: Maker) -> Callable[..., Results]:
    """Results of a run record and the records given, through a file."""

    def of(*records: Line) -> Results:
        return load(store(make.run(), *records))

    return of
