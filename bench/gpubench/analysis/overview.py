"""A run at a glance: what was asked, on what, and what came of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from gpubench.analysis.machines import machine_facts
from gpubench.analysis.measured import Measured
from gpubench.analysis.processor import Processor, processor
from gpubench.results.records import Env
from gpubench.results.results import Results

Facts = tuple[tuple[str, str], ...]


SELFTEST = "selftest"
"""The fact of a backend on a device that tells whether its timings can be believed."""
_TITLES = {"cuda": "built for CUDA"}
"""What facts are called here that their names leave open: a framework built for CUDA may run where there is none."""


@dataclass(frozen=True)
class Environment:
    """Facts of one scope (`machine`, or backend@device), in the order to show them."""

    scope: str
    facts: Facts


@dataclass(frozen=True)
class Overview:
    """One run.

    label: a letter where there are several. part: the letters of all runs that it is shown as one with; nothing where
    those are all. made_by: the program, where that is another than gpubench.
    cells, statuses: planned cells, and these by status, A/A partners counted; repeats: how many these are.
    processor: the CPU that speed-ups are over.
    wall_s: None for a run that did not end. devices, backends: names with what they are (model, version).
    absent: device class or backend to why it was not measured.
    """

    label: str
    part: str
    made_by: str
    run_id: str
    path: Path
    created: str
    gpubench: str
    command: tuple[str, ...]
    preset: str
    seed: int
    launches: int
    max_time_s: float
    wall_s: float | None
    complete: bool
    cells: int
    repeats: int
    statuses: Facts
    devices: Facts
    processor: Processor
    backends: Facts
    absent: Facts
    environments: tuple[Environment, ...]
    events: Facts


def overview(results: Results, label: str, cells: Sequence[Measured], part: str = "") -> Overview:
    """The run's overview; `cells` are its own, A/A partners included."""
    run = results.run
    statuses = Counter(cell.status for cell in cells)
    return Overview(
        label=label, part=part, made_by=results.made_by, run_id=run.run_id, path=results.path, created=run.created,
        gpubench=run.gpubench,
        command=tuple(run.command), preset=run.preset, seed=run.seed, launches=run.launches,
        max_time_s=run.max_time_s, wall_s=results.end.seconds.get("wall") if results.end else None,
        complete=results.complete, cells=len(cells),
        repeats=sum(bool(cell.repeats) for cell in cells),
        statuses=tuple((status, str(count)) for status, count in statuses.most_common()),
        devices=_named((cell.device, cell.device_name) for cell in cells if cell.status != "skipped"),
        processor=processor(machine_facts(results), cells),
        backends=_named((cell.backend, cell.backend_version) for cell in cells if cell.status != "skipped"),
        absent=tuple(run.absent.items()),
        environments=tuple(Environment(env.scope, _facts(env)) for env in results.envs),
        events=tuple((event.at, ": ".join(filter(None, (event.what, event.detail)))) for event in results.events),
    )  # fmt: skip


def _facts(env: Env) -> Facts:
    """What is known of a scope, and of a backend on a device whether the self-test has run."""
    told = [(_TITLES.get(name, name), fact) for name, fact in env.facts.items()]
    untested = "@" in env.scope and SELFTEST not in env.facts
    return (*told, *([(SELFTEST, "not run")] if untested else []))


def _named(pairs: Iterable[tuple[str, str]]) -> Facts:
    """Each name once, with the first text that says more of it."""
    found: dict[str, str] = {}
    for name, text in pairs:
        if not name:  # of a test that says of no device or framework what it ran on
            continue
        found[name] = found.get(name) or text
    return tuple(found.items())
