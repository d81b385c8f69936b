"""One worker's turn: started, asked cell by cell, restarted with the cells that are left when it breaks."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from gpubench.machine.oom import oom_kills
from gpubench.plugins import Plugin
from gpubench.results.records import Cell, Env, Launch, Run
from gpubench.runner.order import Group, Turn
from gpubench.runner.spawner import Spawner, Worker, WorkerDied, WorkerTimedOut
from gpubench.runner.survey import TIMEOUT_S
from gpubench.runner.verified import model_of, verified
from gpubench.worker.job import TIME, Job, Limits, Start


def _nobody_told(cell: Cell, measures: str) -> None:
    del cell, measures


@dataclass
class Turns:
    """Carries out turns. calls: calls in a block of each cell, as its first launch calibrated them.

    starting, measuring: told before a worker is started, and before it is asked for a cell. apart: as in Start.
    """

    run: Run
    backends: Mapping[str, Plugin]
    workloads: Mapping[str, Plugin]
    data_dir: str
    spawner: Spawner
    starting: Callable[[str, str, int], None]
    calls: dict[tuple[str, str], int] = field(default_factory=dict)
    measuring: Callable[[Cell, str], None] = _nobody_told
    apart: Sequence[str] = ()

    def carry_out(self, turn: Turn, cells: Sequence[Cell]) -> Generator[Env | tuple[Cell, Launch]]:
        """Facts about each worker that was started, and every cell's launch, as each is known.

        Closed early, it ends the worker.
        """
        pending = list(cells)
        while pending:
            if turn.measures == TIME:
                self.starting(turn.group.backend, turn.group.device, turn.launch)
            yield from self._with_one_worker(turn, pending)

    def _with_one_worker(self, turn: Turn, pending: list[Cell]) -> Iterator[Env | tuple[Cell, Launch]]:
        """Measure from the front of `pending` until it is empty or the worker breaks."""
        start = Start(self.backends[turn.group.backend].target, turn.group.device, pending[0].threads, self.apart)
        before = time.monotonic()
        try:
            worker = self.spawner.spawn(self.backends[turn.group.backend].value, start)
        except WorkerDied as death:
            yield from _none_measured(turn, pending, _not_started("crashed", death.reason))
            return
        try:
            ready = _started(worker, start)
            startup_s = time.monotonic() - before
            if ready["status"] != "ok":
                yield from _none_measured(turn, pending, ready | {"stderr": worker.stderr_tail()})
                return
            name, device = turn.group.backend, turn.group.device
            told = {**ready["versions"], **ready["settings"], **verified(name, device, ready)}
            yield Env(scope=f"{name}@{device}", facts=told)
            common = _facts(self.backends[turn.group.backend].value.distribution, turn.group, ready) | {
                "startup_s": startup_s
            }
            while pending:
                cell = pending.pop(0)
                self.measuring(cell, turn.measures)
                answer, usable = self._measured(worker, cell, turn.measures)
                if answer["status"] != "ok":
                    answer["stderr"] = worker.stderr_tail()
                launch = _launch(turn, cell, answer, common)
                if "step" in launch.quantities:
                    self.calls.setdefault(cell.identity, launch.quantities["step"].calls)
                yield cell, launch
                if not usable:
                    return
        finally:
            worker.close()

    def _measured(self, worker: Worker, cell: Cell, measures: str) -> tuple[dict[str, Any], bool]:
        """The answer for a cell, and whether the worker can go on."""
        kills = oom_kills()
        try:
            answer = worker.ask(self._job(cell, measures).message(), self.run.timeout_s)
        except WorkerTimedOut:
            reason = f"no answer within {self.run.timeout_s:g} s (--timeout): the worker was killed"
            return {"status": "timeout", "reason": reason}, False
        except WorkerDied as death:
            return _death(death, oom_kills() > kills), False
        return answer, not answer.pop("restart", False)

    def _job(self, cell: Cell, measures: str) -> Job:
        return Job(
            workload=self.workloads[cell.workload].target,
            params={**cell.params, cell.axis: cell.size},
            precision=cell.precision,
            mode=cell.mode,
            data=cell.data,
            seed=self.run.seed,
            calls=self.calls.get(cell.identity, 0),
            limits=Limits(self.run.max_time_s),
            data_dir=self.data_dir,
            measures=measures,
        )


def _none_measured(turn: Turn, pending: list[Cell], answer: Mapping[str, Any]) -> Iterator[tuple[Cell, Launch]]:
    while pending:
        cell = pending.pop(0)
        yield cell, _launch(turn, cell, answer, {})


def _started(worker: Worker, start: Start) -> dict[str, Any]:
    try:
        answer = worker.ask(start.message(), TIMEOUT_S)
    except WorkerTimedOut:
        return _not_started("timeout", f"no answer within {TIMEOUT_S:g} s")
    except WorkerDied as death:
        return _not_started("crashed", death.reason)
    return answer if answer["status"] == "ok" else _not_started(answer["status"], answer["reason"])


def _not_started(status: str, why: str) -> dict[str, Any]:
    return {"status": status, "reason": f"the worker did not start: {why}"}


def _death(death: WorkerDied, killed_for_memory: bool) -> dict[str, Any]:
    """A signal alone is not called out-of-memory; the kernel's own counter is evidence."""
    if killed_for_memory and death.signal_name == "SIGKILL":
        return {"status": "oom", "reason": f"{death.reason}: the kernel killed a process for memory"}
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    note = (
        "" if limit == resource.RLIM_INFINITY else f" (an address-space limit of {limit / 2**30:.1f} GiB is in force)"
    )
    return {"status": "crashed", "reason": death.reason + note}


def _facts(distribution: str, group: Group, ready: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "device_model": model_of(group.device, ready), "backend_version": ready["versions"].get(distribution, ""),
    }  # fmt: skip


def _launch(turn: Turn, cell: Cell, answer: Mapping[str, Any], common: Mapping[str, Any]) -> Launch:
    known = set(Launch.__struct_fields__)
    measured = {name: value for name, value in answer.items() if name in known}
    identity = {"kind": "launch", "cell_id": cell.cell_id, "device": cell.device, "launch": turn.launch}
    return msgspec.convert({**common, **measured, **identity, "measures": turn.measures}, Launch)
