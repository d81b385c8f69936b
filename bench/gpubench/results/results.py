"""A run's results, loaded: its records by kind, and the frames made of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gpubench.errors import ResultsError
from gpubench.results.locate import locate
from gpubench.results.reader import read
from gpubench.results.records import Cell, End, Env, Event, Launch, Run

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Results:
    """One run. `end` is None while it is incomplete; `notes` say what was wrong with the file and mended.

    launch_records: the timed launches. pass_records: those that measured memory or energy.
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

    @property
    def complete(self) -> bool:
        """Whether the run was carried to its end and the file is whole."""
        return self.end is not None

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
    """The results of a run: a run folder, a results file, or `latest`.

    Raises ResultsError where there is none, or it cannot be read.
    """
    path = locate(run)
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
