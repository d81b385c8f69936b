"""In the process of a launch: one test, its step measured, and all that became of it written down for the parent."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass, field
from pathlib import Path
from typing import Any

import pytest

from gpubench.machine import processors
from gpubench.pytest_plugin.bench import Bench
from gpubench.pytest_plugin.place import Place
from gpubench.session import OperationWatch
from gpubench.worker.identity import identity
from gpubench.worker.job import Job, Limits
from gpubench.worker.measure import Measurement, Stages, amounts
from gpubench.worker.noise import watch_of


@dataclass(frozen=True)
class Order:
    """What a launch is told. answer: the file to write. place: where. calls: in a block, 0 to calibrate."""

    answer: str
    place: str
    calls: int
    max_time_s: float

    def text(self) -> str:
        """For a command line."""
        return json.dumps(asdict(self))

    @classmethod
    def of(cls, text: str) -> Order:
        """The order of a text."""
        return cls(**json.loads(text))


@dataclass(eq=False)  # pytest 9.0 hashes its plugins
class Launched:
    """The clock of the one test, and a plugin of pytest that keeps what is reported of it."""

    config: pytest.Config
    order: Order
    reports: list[Mapping[str, Any]] = field(default_factory=list)
    measured: dict[str, Any] = field(default_factory=dict)

    @property
    def place(self) -> Place:
        """Where the test runs."""
        return Place.of(self.order.place)

    def measure(self, bench: Bench, step: Callable[[], Any], state: Sequence[Any], first_call_s: float) -> None:
        session, runtime = bench.session, bench.runtime
        marked, threads = bench.marked, processors.thread_count()
        if session.asynchronous and isinstance(session, OperationWatch) and (strays := session.stray_operations(step)):
            pytest.fail(f"part of the step is not done on {bench.device}: {strays[0]}", False)
        gc.collect()
        gc.freeze()  # what pytest and the framework hold is not walked inside a block
        measurement = Measurement(bench.backend, bench.device, runtime, threads, watch=watch_of(bench.device))
        stages = Stages(measurement.clock)
        limits = Limits(self.order.max_time_s)
        job = Job("", {}, marked.precision, marked.mode, "resident", 0, self.order.calls, limits)
        timed = measurement.timed(session, state, step, job, stages)
        self.measured = timed | {
            "first_call_s": first_call_s, "work": amounts(bench.work), "seconds": stages.seconds,
            "ready": {
                "versions": {name: str(version) for name, version in runtime.versions().items()},
                "settings": {name: str(setting) for name, setting in runtime.settings().items()},
                "devices": [astuple(device) for device in runtime.devices()],
                "identity": identity(bench.device),
            },
        }  # fmt: skip
        if timed["status"] != "ok":
            pytest.fail(f"{timed['status']}: {timed['reason']}", False)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        data = self.config.hook.pytest_report_to_serializable(config=self.config, report=report)
        self.reports.append(data)

    def pytest_sessionfinish(self) -> None:
        told = {"reports": self.reports, "measured": self.measured}
        Path(self.order.answer).write_text(json.dumps(told), encoding="utf-8")
