"""A run's results, loaded: its records by kind, and the frames made of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gpubench.errors import ResultsError, UsageError
from gpubench.results.locate import locate
from gpubench.results.pytest_benchmark import parsed
from gpubench.results.reader import read, told_by_its_start
from gpubench.results.records import Cell, End, Env, Event, Launch, Run
from gpubench.selection import Selection

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Results:
    """One run. `end` is None while it is incomplete; `notes` say what was wrong with the file and mended.

    launch_records: the timed launches. pass_records: those that measured memory or energy.
    made_by: the program that measured, where that is another than gpubench.
    """

    path: Path
    run: Run
    envs: tuple[Env, ...]
    cell_records: tuple[Cell, ...]
    launch_records: tuple[Launch, ...]
    events: tuple[Event, ...]
    end: End | None
    notes: tuple[str, ...]
    whole_bytes: int
    pass_records: tuple[Launch, ...] = ()
    made_by: str = ""

    @property
    def complete(self) -> bool:
        """Whether the run was carried to its end and the file is whole."""
        return self.end is not None

    @property
    def ended(self) -> tuple[str, str] | None:
        """As its run record has it."""
        return self.run.ended

    def refuse_foreign(self, why: str) -> None:
        """Raise UsageError where another program measured. why: what can't be done then, and the reason."""
        if self.made_by:
            raise UsageError(
                f"{self.path} is a file of {self.made_by}: {why}", "name a run folder, its results.jsonl or `latest`"
            )

    def selection(self) -> Selection:
        """What was asked. Raises ResultsError where another version stored it in another form."""
        try:
            return Selection.of(self.run.selection)
        except (AttributeError, KeyError, TypeError) as error:
            raise ResultsError(
                f"{self.path} holds a selection of gpubench {self.run.gpubench} that this one can't read: {error}",
                "select the same cells by flags, and compare: gpubench compare RUN latest",
            ) from error

    def cells(self) -> pd.DataFrame:
        """A row per planned cell; times in seconds, sizes in bytes, missing is null; columns as in the README."""
        from gpubench.results.frames import cells

        return cells(self)

    def launches(self) -> pd.DataFrame:
        """A row per launch of a cell, with its medians per call in seconds."""
        from gpubench.results.frames import launches

        return launches(self)

    def samples(self) -> pd.DataFrame:
        """A row per sample: `seconds` for `calls` calls in a row."""
        from gpubench.results.frames import samples

        return samples(self)


def load(run: str | Path) -> Results:
    """The results of a run: a run folder, a results file, a file of pytest-benchmark, or `latest`.

    Raises ResultsError where there is none, or it cannot be read.
    """
    path = locate(run)
    found = _foreign(path)
    if found is not None:
        return found
    contents = read(path)
    first, *rest = contents.records
    if not isinstance(first, Run) or any(isinstance(record, Run) for record in rest):
        raise ResultsError(f"{path} holds more than one run record", "one results file is one run")
    cells = tuple(record for record in rest if isinstance(record, Cell))
    if len(cells) < first.planned:
        raise ResultsError(
            f"{path} holds {len(cells)} of its {first.planned} planned cells: it was cut off before any was measured",
            "measure anew: gpubench run",
        )
    launches = [record for record in rest if isinstance(record, Launch)]
    end = rest[-1] if rest and isinstance(rest[-1], End) and not contents.torn else None
    return Results(
        path=path,
        run=first,
        envs=tuple(record for record in rest if isinstance(record, Env)),
        cell_records=cells,
        launch_records=tuple(launch for launch in launches if launch.measures == "time"),
        pass_records=tuple(launch for launch in launches if launch.measures != "time"),
        events=tuple(record for record in rest if isinstance(record, Event)),
        end=end,
        notes=("a torn last line was dropped",) if contents.torn else (),
        whole_bytes=contents.whole_bytes,
    )


def _foreign(path: Path) -> Results | None:
    """A file of pytest-benchmark; None for anything else, which the reader then takes or refuses."""
    try:
        with path.open("rb") as file:
            ours = told_by_its_start(file.read(64))
        contents = None if ours else parsed(path.read_bytes())
    except OSError:
        return None  # which the reader says
    if contents is None:
        return None
    return Results(
        path=path, run=contents.run, envs=(contents.env,), cell_records=contents.cells,
        launch_records=contents.launches, events=(), end=contents.end, notes=contents.notes, whole_bytes=0,
        made_by=contents.made_by,
    )  # fmt: skip
