"""What launches of tests measured, kept in a run folder as `gpubench run` keeps it: launch by launch, on the disk."""

from __future__ import annotations

import datetime
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from gpubench.backend import Backend
from gpubench.machine.environment import environment
from gpubench.plan import Plan
from gpubench.plugins import Catalogue
from gpubench.pytest_plugin.launch import Answer
from gpubench.results.records import Cell, End, Env, Launch
from gpubench.results.writer import Writer
from gpubench.runner.prepared import Prepared
from gpubench.runner.run import new_run
from gpubench.runner.verified import model_of, verified
from gpubench.selection import Selection

_GOES_ON = ("ok", "unverified")


@dataclass
class Kept:
    """A run folder that is being written. done: the launches in it."""

    writer: Writer
    done: list[Launch] = field(default_factory=list)
    _scopes: set[str] = field(default_factory=set)
    _began: float = field(default_factory=time.monotonic)

    @classmethod
    def begun(
        cls, folder: Path, cells: Sequence[Cell], selection: Selection, known: Catalogue, words: list[str]
    ) -> Kept:
        """A new run of these cells. Raises UsageError or StorageError where it can't be written there."""
        absent = {cell.device: cell.reason for cell in cells if cell.reason}
        run, place = new_run(Prepared(selection, known, Plan(tuple(cells), absent)), folder, words)
        writer = Writer(place)
        writer.write(run, Env(scope="machine", facts=environment()), *cells)
        return cls(writer)

    def calls(self, cell: Cell) -> int:
        """Calls in a block of a cell, as its first launch calibrated them; 0 before it."""
        series = (one.quantities["step"] for one in self._of(cell) if "step" in one.quantities)
        return next((found.calls for found in series), 0)

    def hopeless(self, cell: Cell) -> str:
        """Why further launches would fail the same way; empty where they would not."""
        failed = (one for one in self._of(cell) if one.status not in _GOES_ON)
        return next((f"{one.status} in launch {one.launch + 1}" for one in failed), "")

    def keep(self, cell: Cell, number: int, backend: Backend, answer: Answer) -> None:
        """Write a launch. number: from 0."""
        measured = dict(answer.measured)
        ready = measured.pop("ready", None)
        if ready is not None:
            self._write_facts(cell, ready)
            measured["device_model"] = model_of(cell.device, ready)
            measured["backend_version"] = ready["versions"].get(backend.distribution, "")
        if answer.status != "ok":
            measured.pop("quantities", None)
        told = {"kind": "launch", "cell_id": cell.cell_id, "device": cell.device, "launch": number}
        launch = msgspec.convert({**measured, **told, "status": answer.status, "reason": answer.reason}, Launch)
        self.writer.write(launch)
        self.done.append(launch)

    def close(self, *, whole: bool) -> None:
        """Let go of the folder; a run that is whole is ended."""
        if whole:
            statuses = Counter(launch.status for launch in self.done)
            now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
            self.writer.write(End(at=now, seconds={"wall": time.monotonic() - self._began}, statuses=dict(statuses)))
        self.writer.close()

    def _of(self, cell: Cell) -> list[Launch]:
        return [launch for launch in self.done if launch.identity == cell.identity]

    def _write_facts(self, cell: Cell, ready: dict[str, Any]) -> None:
        scope = f"{cell.backend}@{cell.device}"
        if scope not in self._scopes:
            self._scopes.add(scope)
            facts = {**ready["versions"], **ready["settings"], **verified(cell.backend, cell.device, ready)}
            self.writer.write(Env(scope=scope, facts=facts))
