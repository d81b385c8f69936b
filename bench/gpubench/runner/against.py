"""Two runs in one job: BASE in another checkout or environment, and NEW here, launch by launch in turns."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import msgspec

import gpubench
from gpubench.errors import GpubenchError, Interrupted, StorageError, UnavailableError, UsageError
from gpubench.results.locate import RUNS, new_run_id
from gpubench.results.records import Cell, Launch
from gpubench.results.results import Results, load
from gpubench.runner.interpreter import EXAMPLE, fault_of
from gpubench.runner.order import Place, taken_in_turns
from gpubench.runner.prepared import Prepared
from gpubench.runner.progress import Progress
from gpubench.runner.run import Execution, held, new_run, opened
from gpubench.runner.spawner import ProcessWorker, WorkerDied, WorkerTimedOut
from gpubench.runner.survey import TIMEOUT_S
from gpubench.runner.trees import Trees, python_path
from gpubench.selection import Selection

BASE, NEW = "base", "new"
"""Folders of the two runs below that of a job."""
_ERRORS: dict[int, type[GpubenchError]] = {
    error.exit_code: error for error in (UsageError, UnavailableError, StorageError)
}
_START_S = 600.0
"""For BASE to look for backends and devices, and to plan."""


@dataclass(frozen=True)
class Against:
    """Where BASE is. trees: the two checkouts; None where it is the same one. interpreter: its Python."""

    trees: Trees | None
    interpreter: str = sys.executable

    @property
    def words(self) -> str:
        """Its folder and its interpreter, where these are its own."""
        folder = os.path.relpath(self.trees.there) if self.trees else ""
        python = self.interpreter if self.own_environment or not self.trees else ""
        return ", ".join(filter(None, (folder, python)))

    @property
    def own_environment(self) -> bool:
        """Whether BASE has an environment of its own."""
        return self.interpreter != sys.executable

    def selection(self, new: Selection) -> Selection:
        """What BASE measures: the same, with the plug-in files of its own checkout.

        Raises UsageError where nothing of that checkout would be measured.
        """
        if self.trees is None:
            return new
        moved = [self.trees.counterpart(file) for file in new.plugins]
        if not self.own_environment and self.trees.here != self.trees.there:
            self.trees.refuse_copies()
            if not any(moved) and not self.trees.import_roots():
                raise UsageError(
                    f"nothing in {self.trees.here} is measured: no --plugin lies there, and no package is installed "
                    "from there",
                    "name the file of your workloads with --plugin, or install your package by its path: "
                    "pip install -e .",
                )
        files = (str(there or file) for file, there in zip(new.plugins, moved, strict=True))
        return replace(new, plugins=tuple(files))

    @property
    def apart(self) -> list[str]:
        """The two checkouts, of BASE the one that it may load nothing from first."""
        same = self.trees is None or self.trees.here == self.trees.there
        return [] if self.trees is None or same else [str(self.trees.here), str(self.trees.there)]


@dataclass
class Base:
    """The process in which BASE is measured; a context manager.

    cells, launches, about_s: its plan. passes: cells in passes. left_out: what of the selection it doesn't have.
    broken: its broken plug-ins, in words. out: where its run goes.
    """

    against: Against
    cells: list[Cell] = field(default_factory=list)
    launches: int = 0
    about_s: float = 0.0
    passes: int = 0
    left_out: list[str] = field(default_factory=list)
    broken: str = ""
    out: Path | None = None

    def __enter__(self) -> Self:
        path = python_path(self.against.trees, imports=not self.against.own_environment)
        command = [self.against.interpreter, "-P", "-m", "gpubench.runner.base_side", str(os.getpid())]
        try:
            self._process = ProcessWorker(command, {**os.environ, "PYTHONPATH": path})
        except WorkerDied as death:
            raise self._broken(death.reason) from death
        return self

    def __exit__(self, *_: object) -> None:
        self._process.close()

    def prepare(self, selection: Selection) -> None:
        """Plan there what is planned here. Raises what `gpubench run` would raise there, with BASE's name before it."""
        folder = self.against.trees.there if self.against.trees else Path.cwd()
        answer = self._ask(
            _START_S, kind="prepare", version=gpubench.__version__, folder=str(folder), selection=selection.stored(),
            apart=self.against.apart,
        )  # fmt: skip
        self.cells = msgspec.convert(answer["cells"], list[Cell])
        self.launches, self.about_s = answer["launches"], answer["about_s"]
        self.left_out, self.broken = answer["left_out"], answer["broken"]

    def begin(self, out: Path, command: Sequence[str], run_id: str, turns_with: str) -> list[Place]:
        """Begin its run; returns its turns."""
        more = {"command": list(command), "run_id": run_id, "turns_with": turns_with}
        answer = self._ask(TIMEOUT_S, kind="begin", out=str(out.resolve()), **more)
        self.out, self.passes = out, answer["passes"]
        return [Place(*place) for place in answer["places"]]

    def take(self, number: int, timeout_s: float) -> Iterator[tuple[Cell, Launch]]:
        """One turn. timeout_s: of a cell."""
        self._ask(TIMEOUT_S, kind="take", number=number)
        while True:  # a worker may have to be started anew, with the cells that are left
            found = self._ask(timeout_s + 3 * TIMEOUT_S, kind="next")["measured"]
            if found is None:
                return
            yield msgspec.convert(found, tuple[Cell, Launch])

    def finish(self) -> None:
        """Close its run."""
        self._ask(TIMEOUT_S, kind="finish")

    def _ask(self, timeout_s: float, **message: Any) -> dict[str, Any]:
        try:
            answer = self._process.ask(message, timeout_s)
        except WorkerTimedOut as error:
            raise self._broken(f"no answer within {timeout_s:g} s") from error
        except WorkerDied as death:
            last = self._process.stderr_tail().strip().splitlines()[-1:]
            raise self._broken(": ".join([death.reason, *last])) from death
        if answer["status"] == "refused":
            raise _ERRORS.get(answer["exit"], UsageError)(
                f"BASE ({self.against.words}): {answer['message']}", answer["hint"]
            )
        return answer

    def _broken(self, why: str) -> UsageError:
        python = shlex.quote(self.against.interpreter)
        if self.out is not None:
            hint = f"what was measured is in {self.out}; measure both anew"
        elif fault := fault_of(self.against.interpreter):
            why, hint = f"{python} {fault}", EXAMPLE
        elif "No module named" in why:
            hint = f"it takes this gpubench there: {python} -m pip install gpubench-suite=={gpubench.__version__}"
        else:
            hint = f"what is wrong there shows without us, too: {python} -m gpubench doctor"
        return UsageError(f"BASE ({self.against.words}) can't be measured: {why}", hint)


def measure_both(
    base: Base, prepared: Prepared, out: Path | None, command: Sequence[str], progress: tuple[Progress, Progress]
) -> tuple[Results, Results]:
    """Measure BASE and NEW in turns into two new run folders. progress: of the two.

    Raises UsageError where a folder holds something, StorageError, and Interrupted: what took turns can't be resumed.
    """
    if out is not None and held(out) - {BASE, NEW}:
        raise UsageError(f"--out {out} is not empty", "name a new or empty folder")
    job = new_run_id()
    ids = [f"{job}-{side}" for side in (BASE, NEW)]
    folders = [RUNS / one if out is None else out / side for one, side in zip(ids, (BASE, NEW), strict=True)]
    run, _ = new_run(prepared, folders[1], command, ids[1], ids[0])
    places = base.begin(folders[0], command, *ids)
    progress[0].begin(base.cells, base.launches, [], base.passes)
    apart = base.against.apart[::-1]
    try:
        with opened(prepared, run, folders[1], progress[1], apart) as new:
            _in_turns(base, places, new, progress[0])
            base.finish()
            new.finish()
    except KeyboardInterrupt as error:
        advice = "What BASE measured is beside it. Runs that take turns can't be resumed: measure anew"
        raise Interrupted(folders[1], advice) from error
    finally:
        for one in progress:
            one.end()
    return load(folders[0]), load(folders[1])


def _in_turns(base: Base, places: Sequence[Place], new: Execution, progress: Progress) -> None:
    own = new.begin()
    for side, number in taken_in_turns(places, [turn.place for turn in own], new.run.seed):
        if side == 1:
            for _ in new.take(own[number]):
                pass
        else:
            for cell, launch in base.take(number, new.run.timeout_s):
                progress.finished(cell, launch)
