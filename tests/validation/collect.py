"""Measure launches into a pool: `python tests/validation/collect.py --pool quiet --budget 900`.

Each launch is a worker of gpubench's own, planned, started, asked and checked as in any run. A pool is resumable: what
is in its file is counted, and the next sitting goes on from there; `--budget` ends a sitting between two workers.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import chain
import competitor
import pools

from gpubench.errors import Interrupted
from gpubench.plan import AA
from gpubench.results.records import Cell
from gpubench.results.records import Launch as Record
from gpubench.results.results import Results, load
from gpubench.runner.prepared import prepare
from gpubench.runner.progress import Silent
from gpubench.runner.run import measure
from gpubench.selection import Selection

MAX_TIME_S = 0.6
BACKENDS = ("torch", "tensorflow")
FACTS = (
    "processor", "logical processors", "physical cores allowed", "CPU quota", "CPU governor", "memory",
    "operating system", "python", "load average at start", "torch", "tensorflow", "keras",
)  # fmt: skip
"""What is kept of a sitting's environment."""


@dataclass(frozen=True)
class Stage:
    """Cells to be measured until each has so many launches."""

    selection: Selection
    launches: int


@dataclass(frozen=True)
class Pool:
    """stages: one after the other. competing: with a load on another core."""

    stages: tuple[Stage, ...]
    competing: bool = False


def chains(extra: Sequence[int], launches: int) -> Stage:
    """Both closures under both frameworks, with each amount of planted work."""
    selection = Selection(
        workloads=("chain",), backends=BACKENDS, devices=("cpu",), sizes=("16", "128"),
        params={"extra": tuple(str(per_cent) for per_cent in extra)}, plugins=(chain.__file__,), max_time_s=MAX_TIME_S,
    )  # fmt: skip
    return Stage(selection, launches)


POOLS: Mapping[str, Pool] = {
    "quiet": Pool((chains(chain.EXTRA, 24), chains((0,), 48))),
    "load": Pool((chains((0,), 40),), competing=True),
}


class Keeper(Silent):
    """Writes every right launch to the pool at once; ends the sitting before a worker starts, once time is up."""

    def __init__(self, file: Path, sitting: str, first: int, late: Callable[[], bool]) -> None:
        self.file, self.sitting, self.first, self.late = file, sitting, first, late

    def starting(self, backend: str, device: str, launch: int) -> None:
        if self.late():
            raise KeyboardInterrupt
        say(f"{self.sitting}: launch {self.first + launch + 1} under {backend}")

    def finished(self, cell: Cell, launch: Record) -> None:
        if launch.status != "ok":
            say(f"{self.sitting}: {cell.backend} {cell.size}: {launch.status}: {launch.reason}")
            return
        pools.append(self.file, [pools.of_record(self.sitting, cell, launch)])


def collect(name: str, pool: Pool, folder: Path, late: Callable[[], bool]) -> bool:
    """Go on with a pool; whether it is complete now."""
    with competitor.running() if pool.competing else contextlib.nullcontext():
        return all(_carried_out(name, stage, folder, late) for stage in pool.stages)


def _carried_out(name: str, stage: Stage, folder: Path, late: Callable[[], bool]) -> bool:
    prepared = prepare(stage.selection)
    cells = tuple(cell for cell in prepared.plan.cells if cell.variant != AA)  # any two launches are an A/A pair here
    file = folder / f"{name}.csv"
    had = _fewest(pools.read(file), cells)
    if had >= stage.launches:
        return True
    left = replace(stage.selection, launches=stage.launches - had, seed=had)  # another order in every sitting
    prepared = replace(prepared, selection=left, plan=replace(prepared.plan, cells=cells))
    sitting = f"{name}-{len(pools.sittings(folder)) + 1}"
    with tempfile.TemporaryDirectory(prefix="gpubench-validation-") as scratch:
        out = Path(scratch) / "run"
        with contextlib.suppress(Interrupted):
            measure(prepared, out, ["tests/validation/collect.py"], Keeper(file, sitting, had, late))
        results = load(out)
    if results.launch_records:
        pools.note(folder, sitting, facts_of(results))
    return _fewest(pools.read(file), cells) >= stage.launches


def _fewest(launches: Sequence[pools.Launch], cells: Sequence[Cell]) -> int:
    """Launches of the cell that has fewest."""
    counts = {condition: len(found) for condition, found in pools.by_condition(launches).items()}
    wanted = [pools.Condition(cell.backend, int(cell.size), int(cell.params.get("extra", 0))) for cell in cells]
    return min(counts.get(condition, 0) for condition in wanted)


def facts_of(results: Results) -> dict[str, str]:
    found = {name: fact for env in results.envs for name, fact in env.facts.items() if name in FACTS}
    threads = str(results.cell_records[0].threads)
    return {"date": results.run.created[:10], "gpubench": results.run.gpubench, "threads": threads, **found}


def say(words: str) -> None:
    """Progress, to standard error."""
    print(words, file=sys.stderr, flush=True)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pool", choices=POOLS, action="append", help="default: all, one after the other")
    parser.add_argument("--budget", type=float, default=1500.0, metavar="SECONDS", help="default: %(default)s")
    parser.add_argument("--data", type=Path, default=pools.DATA, metavar="FOLDER", help="default: %(default)s")
    asked = parser.parse_args()
    end = time.monotonic() + asked.budget
    for name in asked.pool or POOLS:
        complete = collect(name, POOLS[name], asked.data, lambda: time.monotonic() >= end)
        say(f"{name}: {'complete' if complete else 'not complete: the same command goes on with it'}")


if __name__ == "__main__":
    main()
