"""Launches that were measured once and are kept: a CSV file for each pool, read by every table.

A row is one launch of one condition that gave a right answer. `samples` are its blocks, at most 30, each as the
deviation from the launch's median in parts per 10,000; `spent_s` is what the launch would take a run of this one cell:
the worker's start, build, check, warm-up, calibration and samples.
"""

from __future__ import annotations

import csv
import json
import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from gpubench.results.records import Cell, Series
from gpubench.results.records import Launch as Record

DATA = Path(__file__).with_name("data")
COLUMNS = ("sitting", "launch", "backend", "n", "extra", "median_s", "spent_s", "calls", "samples")
SAMPLES = 30
_PARTS = 10_000


@dataclass(frozen=True)
class Condition:
    """What is equal in the launches that are compared. extra: work planted, in per cent."""

    backend: str
    n: int
    extra: int


@dataclass(frozen=True)
class Launch:
    """sitting, launch: which worker it was. median_s, samples: seconds a call. calls: in a block."""

    sitting: str
    launch: int
    condition: Condition
    median_s: float
    spent_s: float
    calls: int
    samples: tuple[float, ...]

    @property
    def worker(self) -> tuple[str, int, str]:
        """Launches of one worker are not independent of each other."""
        return (self.sitting, self.launch, self.condition.backend)


def of_record(sitting: str, cell: Cell, record: Record) -> Launch:
    """The launch of a results file's records."""
    series = record.quantities["step"]
    return Launch(
        sitting=sitting,
        launch=record.launch,
        condition=Condition(cell.backend, int(cell.size), int(cell.params.get("extra", 0))),
        median_s=statistics.median(series.seconds) / series.calls,
        spent_s=(record.startup_s or 0.0) + sum(record.seconds.values()),
        calls=series.calls,
        samples=tuple(_thinned(series)),
    )


def _thinned(series: Series) -> list[float]:
    """At most 30 of the blocks, evenly spaced."""
    count = len(series.seconds)
    chosen = range(count) if count <= SAMPLES else [index * count // SAMPLES for index in range(SAMPLES)]
    return [series.seconds[index] / series.calls for index in chosen]


def append(file: Path, launches: Iterable[Launch]) -> None:
    """Add rows, and the heading where the file is new."""
    file.parent.mkdir(parents=True, exist_ok=True)
    new = not file.exists()
    with file.open("a", encoding="utf-8", newline="") as out:
        rows = csv.writer(out, lineterminator="\n")
        if new:
            rows.writerow(COLUMNS)
        rows.writerows(_row(launch) for launch in launches)


def _row(launch: Launch) -> list[object]:
    middle, condition = launch.median_s, launch.condition
    deviations = (round((sample / middle - 1) * _PARTS) for sample in launch.samples)
    return [
        launch.sitting, launch.launch, condition.backend, condition.n, condition.extra, f"{middle:.6g}",
        f"{launch.spent_s:.2f}", launch.calls, " ".join(map(str, deviations)),
    ]  # fmt: skip


def read(file: Path) -> list[Launch]:
    """The launches of a pool in the order they were measured; none where there is no file."""
    if not file.exists():
        return []
    with file.open(encoding="utf-8", newline="") as lines:
        return [_launch(row) for row in csv.DictReader(lines, strict=True)]


def _launch(row: Mapping[str, str]) -> Launch:
    middle = float(row["median_s"])
    return Launch(
        sitting=row["sitting"],
        launch=int(row["launch"]),
        condition=Condition(row["backend"], int(row["n"]), int(row["extra"])),
        median_s=middle,
        spent_s=float(row["spent_s"]),
        calls=int(row["calls"]),
        samples=tuple(middle * (1 + int(part) / _PARTS) for part in row["samples"].split()),
    )


def by_condition(launches: Iterable[Launch]) -> dict[Condition, list[Launch]]:
    """In the order measured, conditions sorted by backend, size and planted work."""
    found: dict[Condition, list[Launch]] = defaultdict(list)
    for launch in launches:
        found[launch.condition].append(launch)
    return dict(sorted(found.items(), key=lambda item: (item[0].backend, item[0].n, item[0].extra)))


def note(folder: Path, sitting: str, facts: Mapping[str, str]) -> None:
    """Keep the machine, date and versions of a sitting in `sittings.json`."""
    known = sittings(folder)
    known[sitting] = dict(facts)
    text = json.dumps(known, indent=1, sort_keys=True, ensure_ascii=False)
    (folder / "sittings.json").write_text(text + "\n", encoding="utf-8")


def sittings(folder: Path) -> dict[str, dict[str, str]]:
    """The facts of every sitting by its name; empty where nothing was measured."""
    file = folder / "sittings.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
