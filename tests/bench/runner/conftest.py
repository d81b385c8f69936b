"""A spawner that starts no process, cells of the toy plug-in, a run of them, and whether a process has ended."""

from __future__ import annotations

import select
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gpubench.plugins import Catalogue, catalogue
from gpubench.results.records import Cell, Run
from gpubench.runner.prepared import Prepared, prepare
from gpubench.selection import Selection
from gpubench.worker.job import Job, Start

TOY = Path(__file__).parents[1] / "plugins" / "toy.py"

Answer = Mapping[str, Any] | Exception


def ready(start: Start) -> Answer:
    """What a worker that started says."""
    return {
        "status": "ok", "versions": {"numpy": np.__version__}, "settings": {"threads": str(start.threads)},
        "devices": [("cpu", "", None), ("toy:0", "Toy 9000", 2**30)], "missing": "",
    }  # fmt: skip


def measured(job: Job) -> Answer:
    """What a worker that measured says."""
    step = {"calls": job.calls or 64, "seconds": [0.5, 0.5, 0.5]}
    return {"status": "ok", "reason": "", "checked": True, "quantities": {"step": step}}


@dataclass
class FakeWorker:
    """Answers as its spawner's script says; keeps what it was asked."""

    number: int
    start: Start
    spawner: FakeSpawner
    jobs: list[Job] = field(default_factory=list)
    timeouts: list[float] = field(default_factory=list)
    closed: bool = False

    def ask(self, message: Mapping[str, Any], timeout_s: float) -> dict[str, Any]:
        assert not self.closed
        self.timeouts.append(timeout_s)
        if message["kind"] == "start":
            answer = self.spawner.started(self.start)
        else:
            self.jobs.append(Job.of(message))
            answer = self.spawner.measured(self.jobs[-1])
        if isinstance(answer, Exception):
            raise answer
        return dict(answer)

    def stderr_tail(self) -> str:
        assert not self.closed
        return f"worker {self.number} said this"

    def close(self) -> None:
        self.closed = True


@dataclass
class FakeSpawner:
    """Makes workers that are no processes. spawned: what each spawn raises, by its number, in place of a worker."""

    started: Callable[[Start], Answer] = ready
    measured: Callable[[Job], Answer] = measured
    refused: Mapping[int, Exception] = field(default_factory=dict)
    workers: list[FakeWorker] = field(default_factory=list)

    def spawn(self, backend: Any, start: Start) -> FakeWorker:
        assert all(worker.closed for worker in self.workers), "two workers at once"
        if len(self.workers) in self.refused:
            raise self.refused[len(self.workers)]
        self.workers.append(FakeWorker(len(self.workers), start, self))
        return self.workers[-1]

    @property
    def jobs(self) -> list[Job]:
        """Everything that was asked, in order."""
        return [job for worker in self.workers for job in worker.jobs]


@pytest.fixture
def fake() -> type[FakeSpawner]:
    """Makes spawners that start no process."""
    return FakeSpawner


@pytest.fixture
def answered() -> Callable[[Job], Answer]:
    """The answer of a worker that measured."""
    return measured


@pytest.fixture
def told() -> Callable[[Start], Answer]:
    """The answer of a worker that started."""
    return ready


@pytest.fixture(scope="session")
def toy_file() -> Path:
    """The plug-in with a backend on NumPy alone."""
    return TOY


@pytest.fixture(scope="session")
def known() -> Catalogue:
    """Everything installed, and the toys."""
    return catalogue([TOY])


@pytest.fixture
def prepared() -> Callable[..., Prepared]:
    """A plan of the toy's cells on the CPU: keywords are fields of the selection."""

    def made(**fields: Any) -> Prepared:
        plain = {"workloads": ("doubling",), "backends": ("toy",), "devices": ("cpu",), "plugins": (str(TOY),)}
        return prepare(Selection(**{**plain, "threads": 1, **fields}))

    return made


@pytest.fixture
def cell() -> Callable[..., Cell]:
    """A cell of the toy; keywords are its fields."""

    def made(**fields: Any) -> Cell:
        plain = {
            "cell_id": "", "workload": "doubling", "version": 1, "axis": "n", "size": 64, "params": {"fault": "none"},
            "backend": "toy", "device": "cpu", "precision": "float32", "mode": "eager", "data": "resident",
            "variant": "", "threads": 1, "item": "number", "reason": "",
        }  # fmt: skip
        made = {**plain, **fields}
        return Cell(**{**made, "cell_id": made["cell_id"] or f"{made['size']}-{made['backend']}-{made['variant']}"})

    return made


@pytest.fixture
def run_record() -> Run:
    """What was asked."""
    return Run(
        run_id="r", created="2026-01-01T00:00:00+00:00", gpubench="0", command=[], preset="quick", seed=7, launches=2,
        max_time_s=0.25, timeout_s=9.0, selection=Selection().stored(), planned=0, absent={},
    )  # fmt: skip


@pytest.fixture
def gone_within() -> Callable[[int, float], bool]:
    """Whether the process of a descriptor ends within seconds: it becomes readable then."""
    return lambda pidfd, seconds: bool(select.select([pidfd], [], [], seconds)[0])
