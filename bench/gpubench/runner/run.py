"""A run to its last record: measured launch by launch, every record kept at once, and gone on with."""

from __future__ import annotations

import contextlib
import datetime
import functools
import shlex
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import gpubench
from gpubench.errors import Interrupted, ResultsError, StorageError, UsageError
from gpubench.machine.environment import environment
from gpubench.plugins import Catalogue, catalogue
from gpubench.results.locate import RUNS, new_run_id
from gpubench.results.records import Cell, End, Env, Event, Launch, Run
from gpubench.results.results import Results, load
from gpubench.results.writer import FILE_NAME, Writer
from gpubench.runner.order import Turn, passes, turns
from gpubench.runner.prepared import Prepared
from gpubench.runner.progress import Progress
from gpubench.runner.sameness import refuse_elsewhere
from gpubench.runner.spawner import ProcessSpawner, Spawner
from gpubench.runner.turns import Turns
from gpubench.selection import passes_of
from gpubench.worker.job import NO_COUNTER, TIME


def new_run(
    prepared: Prepared, out: Path | None, command: Sequence[str], run_id: str = "", turns_with: str = ""
) -> tuple[Run, Path]:
    """The run record, and the folder it goes to. Raises UsageError where the folder holds something."""
    run_id = run_id or new_run_id()
    folder = out or RUNS / run_id
    if (folder / FILE_NAME).exists():
        raise _taken(folder)
    if held(folder):
        raise UsageError(f"--out {folder} is not empty", "name a new or empty folder")
    selection = prepared.selection
    run = Run(
        run_id=run_id, created=_now(), gpubench=gpubench.__version__, command=list(command), preset=selection.preset,
        seed=selection.seed, launches=prepared.launches, max_time_s=prepared.max_time_s,
        timeout_s=selection.timeout_s, selection=selection.stored(),
        planned=len(prepared.plan.cells), absent=dict(prepared.plan.absent),
        turns_with=turns_with, summaries=prepared.summaries, accelerators=prepared.accelerators,
    )  # fmt: skip
    return run, folder


def held(folder: Path) -> set[str]:
    """The names in a folder that a run is to go to; none where it isn't there yet. Raises UsageError for a file."""
    try:
        return {entry.name for entry in folder.iterdir()} if folder.exists() else set()
    except NotADirectoryError as error:
        raise UsageError(f"--out {folder} is a file", "name a new or empty folder") from error
    except OSError as error:
        raise StorageError(f"cannot read {folder}: {error.strerror}", "choose another folder with --out") from error


def _taken(folder: Path) -> UsageError:
    """Of a folder that holds a run; only some runs can be gone on with."""
    elsewhere = "choose another --out, or move that folder away"
    try:
        found = load(folder)
    except ResultsError:
        return UsageError(f"{folder} holds a run already, whose file can't be read", elsewhere)
    if found.complete:
        return UsageError(f"{folder} holds a run already, which is complete", elsewhere)
    if found.ended is not None:
        return UsageError(f"{folder} holds a run already, which {found.ended[0]}", elsewhere)
    resume_it = f"go on with it: gpubench run --resume {shlex.quote(str(folder))}, or choose another --out"
    return UsageError(f"{folder} holds a run already, which is not finished", resume_it)


@dataclass
class Execution:
    """One sitting of a run. Everything measured is on the disk before the next measurement begins.

    done: the launches measured so far, those of earlier sittings first. passed: those of memory and energy.
    apart: a tree of which a worker may load nothing, and the one inside it that is not meant.
    """

    run: Run
    cells: Sequence[Cell]
    catalogue: Catalogue
    writer: Writer
    spawner: Spawner
    progress: Progress
    done: list[Launch] = field(default_factory=list)
    passed: list[Launch] = field(default_factory=list)
    apart: Sequence[str] = ()
    _scopes: set[str] = field(default_factory=set)
    _began: float = field(default_factory=time.monotonic)

    def execute(self) -> None:
        """Measure what is not measured yet, and close the run."""
        for turn in self.begin():
            for _ in self.take(turn):
                pass
        self.finish()

    def begin(self) -> list[Turn]:
        """Every turn of the run in order: those of the launches, then those of the passes."""
        runnable = [cell for cell in self.cells if not cell.reason]
        launches = turns(runnable, self.run.launches, self.run.seed)
        more = [turn for measures in passes_of(self.run.preset) for turn in passes(runnable, measures, self.run.seed)]
        count = sum(len(turn.cells) for turn in more)
        self.progress.begin(runnable, self.run.launches, [*self.done, *self.passed], count)
        return [*launches, *more]

    def take(self, turn: Turn) -> Iterator[tuple[Cell, Launch]]:
        """Measure what is left of a turn; each launch is kept before it is given."""
        timed = turn.measures == TIME
        cells, keep = (self._left(turn), self._keep) if timed else (self._passable(turn), self._keep_pass)
        with contextlib.closing(self._turns.carry_out(turn, cells)) as answers:  # its worker ends too
            for found in answers:
                if not isinstance(found, Env):
                    keep(*found)
                    yield found
                elif found.scope not in self._scopes:
                    self._scopes.add(found.scope)
                    self.writer.write(found)

    def finish(self) -> None:
        """Close the run."""
        statuses = Counter(launch.status for launch in self.done)
        self.writer.write(End(at=_now(), seconds={"wall": time.monotonic() - self._began}, statuses=dict(statuses)))

    @functools.cached_property
    def _turns(self) -> Turns:
        return Turns(
            run=self.run,
            backends=self.catalogue.backends,
            workloads=self.catalogue.workloads,
            data_dir=self.run.selection["data_dir"],
            spawner=self.spawner,
            starting=self.progress.starting,
            measuring=self.progress.measuring,
            apart=self.apart,
            calls={
                launch.identity: launch.quantities["step"].calls
                for launch in reversed(self.done)
                if "step" in launch.quantities
            },
        )

    def _left(self, turn: Turn) -> list[Cell]:
        """The turn's cells that were not measured in this launch and did not fail in an earlier one."""
        measured = {(launch.identity, launch.launch) for launch in self.done}
        given_up = {launch.identity for launch in self.done if _hopeless(launch)}
        return [
            cell
            for cell in turn.cells
            if (cell.identity, turn.launch) not in measured and cell.identity not in given_up
        ]

    def _passable(self, turn: Turn) -> list[Cell]:
        """The turn's cells that were timed in every launch and have not been through this pass."""
        timed = {launch.identity for launch in self.done} - {one.identity for one in self.done if _hopeless(one)}
        passed = {launch.identity for launch in self.passed if launch.measures == turn.measures}
        return [cell for cell in turn.cells if cell.identity in timed - passed]

    def _keep_pass(self, cell: Cell, launch: Launch) -> None:
        """What a pass comes to changes no cell's status: its time is right all the same."""
        self.writer.write(launch)
        self.passed.append(launch)
        scope = f"{cell.backend}@{cell.device}"
        lacking = {name: fact for name, fact in launch.facts.items() if fact.startswith(NO_COUNTER)}
        if lacking and (key := f"{scope} {sorted(lacking)}") not in self._scopes:
            self._scopes.add(key)
            self.writer.write(Env(scope=scope, facts=lacking))
        if _hopeless(launch) and not lacking:
            detail = f"{cell.workload} {cell.axis}={cell.size} {scope} ({cell.cell_id}): {launch.reason}"
            self.writer.write(Event(at=_now(), what=f"{launch.measures} not measured", detail=detail))
        self.progress.finished(cell, launch)

    def _keep(self, cell: Cell, launch: Launch) -> None:
        self.writer.write(launch)
        self.done.append(launch)
        self.progress.finished(cell, launch)


def _hopeless(launch: Launch) -> bool:
    """Whether further launches of the cell would only fail the same way."""
    return launch.status not in ("ok", "unverified")


@contextlib.contextmanager
def opened(
    prepared: Prepared, run: Run, folder: Path, progress: Progress, apart: Sequence[str] = ()
) -> Iterator[Execution]:
    """A new run in its folder, with all that it needs to be executed. Raises StorageError."""
    with Writer(folder) as writer, ProcessSpawner(prepared.selection.interpreters) as spawner:
        writer.write(run, Env(scope="machine", facts=environment()), *prepared.plan.cells)
        yield Execution(run, prepared.plan.cells, prepared.catalogue, writer, spawner, progress, apart=apart)


def measure(prepared: Prepared, out: Path | None, command: Sequence[str], progress: Progress) -> Results:
    """Measure a plan into a new run folder. Raises StorageError; KeyboardInterrupt leaves a run to resume."""
    run, folder = new_run(prepared, out, command)
    with opened(prepared, run, folder, progress) as execution:
        _execute(execution)
    return load(folder)


def resume(folder: str | Path, progress: Progress) -> Results:
    """Finish an incomplete run with its stored plan; a complete one is returned as it is."""
    stored = load(folder)
    stored.refuse_foreign("no run can go on in it")
    if stored.complete:
        return stored
    if stored.path.name != FILE_NAME:
        raise UsageError(
            f"{stored.path} is not called {FILE_NAME}, and a run goes on in no other file",
            f"make a new folder, put it there as {FILE_NAME}, and resume that folder",
        )
    if stored.ended is not None:
        why, instead = stored.ended
        raise UsageError(f"{stored.path.parent} {why}", instead)
    selection = stored.selection()
    known = catalogue([Path(file) for file in selection.plugins])
    refuse_elsewhere(stored, known, selection.interpreters)
    missing = {cell.workload for cell in stored.cell_records} - set(known.workloads)
    if missing:
        raise UsageError(
            f"the run measures {min(missing)}, which is not here; {known.broken_in_words}",
            "install it again, then resume",
        )
    with Writer(stored.path.parent, stored.whole_bytes) as writer, ProcessSpawner(selection.interpreters) as spawner:
        writer.write(Event(at=_now(), what="resumed", detail="; ".join(stored.notes)))
        done, passed = list(stored.launch_records), list(stored.pass_records)
        _execute(Execution(stored.run, stored.cell_records, known, writer, spawner, progress, done, passed))
    return load(stored.path)


def _execute(execution: Execution) -> None:
    try:
        execution.execute()
    except KeyboardInterrupt as error:
        execution.writer.write(Event(at=_now(), what="interrupted"))
        folder = execution.writer.path.parent
        raise Interrupted(folder, f"Go on with:\n  gpubench run --resume {shlex.quote(str(folder))}") from error
    finally:
        execution.progress.end()


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
