"""Timed calls of planned cells, as a clock of another program asks for them: they are made in a worker, in bursts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gpubench.backend import Backend
from gpubench.errors import GpubenchError
from gpubench.plugins import Catalogue, Plugin
from gpubench.results.records import Cell
from gpubench.runner.order import Group
from gpubench.runner.spawner import Spawner, Worker, WorkerDied, WorkerTimedOut
from gpubench.runner.survey import TIMEOUT_S
from gpubench.runner.verified import model_of
from gpubench.selection import DEFAULT_TIMEOUT_S
from gpubench.worker.job import HOLD, Job, Limits, Start

_BURST = {"kind": "burst"}


class NotTimed(GpubenchError):
    """A cell that has no times. status: one of `gpubench.results.records.STATUSES`."""

    def __init__(self, status: str, reason: str) -> None:
        super().__init__(reason)
        self.status = status


@dataclass
class Served:
    """Holds one cell in one worker at a time: that of the cell's backend and device, kept for the cells that follow.

    limits: bound the warm-up. seed: of the inputs.
    """

    catalogue: Catalogue
    spawner: Spawner
    limits: Limits
    seed: int = 0
    _worker: Worker | None = None
    _group: Group | None = None
    _ready: Mapping[str, Any] = field(default_factory=dict)
    _left: list[float] = field(default_factory=list)

    def hold(self, cell: Cell) -> dict[str, Any]:
        """Have a cell built, checked and warmed up: fields of its launch record.

        Raises NotTimed where it can't be, its answer is wrong, or no worker starts.
        """
        self._left = []
        plugin = self.catalogue.backends[cell.backend]
        if self._worker is None or self._group != Group.of(cell):
            self._start(plugin, cell)
        job = Job(
            workload=self.catalogue.workloads[cell.workload].target, params={**cell.params, cell.axis: cell.size},
            precision=cell.precision, mode=cell.mode, data=cell.data, seed=self.seed, calls=0, limits=self.limits,
            measures=HOLD,
        )  # fmt: skip
        backend: Backend = plugin.value
        version = self._ready["versions"].get(backend.distribution, "")
        about = {"device_model": model_of(cell.device, self._ready), "backend_version": version}
        return about | self._asked(job.message())

    def burst(self) -> list[float]:
        """Seconds of each of some calls in a row, from an empty queue until its work is done. Raises NotTimed."""
        seconds: list[float] = self._asked(_BURST)["seconds"]
        return seconds

    def round(self) -> float:
        """Seconds of one call: the next of a burst. Raises NotTimed."""
        if not self._left:
            self._left = self.burst()
        return self._left.pop(0)

    def close(self) -> None:
        """End the worker."""
        if self._worker is not None:
            self._worker.close()
        self._worker = self._group = None

    def _start(self, plugin: Plugin, cell: Cell) -> None:
        self.close()
        start = Start(plugin.target, cell.device, cell.threads)
        try:
            self._worker, self._group = self.spawner.spawn(plugin.value, start), Group.of(cell)
            self._ready = self._asked(start.message(), TIMEOUT_S)
        except (WorkerDied, NotTimed) as error:
            self.close()
            why = f"no worker of {cell.backend} starts on {cell.device}: {error}; `gpubench doctor` says what to do"
            raise NotTimed("crashed", why) from error

    def _asked(self, message: Mapping[str, Any], timeout_s: float = DEFAULT_TIMEOUT_S) -> dict[str, Any]:
        """The answer. The worker is ended where it can't go on."""
        assert self._worker is not None
        try:
            answer = self._worker.ask(message, timeout_s)
        except WorkerTimedOut as error:
            self.close()
            raise NotTimed("timeout", f"no answer within {timeout_s:g} s: the worker was killed") from error
        except WorkerDied as death:
            said = self._worker.stderr_tail().strip().splitlines()[-1:]
            self.close()
            raise NotTimed("crashed", "; ".join([death.reason, *said])) from death
        if answer.pop("restart", False):
            self.close()
        if answer["status"] != "ok":
            raise NotTimed(answer["status"], answer["reason"])
        return answer
