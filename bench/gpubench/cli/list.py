"""`gpubench list`: what there is to measure, and what was measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import click

from gpubench.cli import options
from gpubench.cli.streams import answer, say
from gpubench.cli.visible import visible

_OF_REPORTS = {"dpi": "--dpi", "themes": "--theme"}
"""Parameters of renderers, and the options of `gpubench report` that they are given from."""


@click.command(name="list")
@click.argument(
    "what", type=click.Choice(["workloads", "backends", "reports", "devices", "cells", "runs"]), default="workloads"
)
@options.plugin
@click.option("--preset", default="quick", show_default=True, help="Whose cells `list cells` shows.")
@click.option("--verbose", "-v", is_flag=True, help="Sizes, parameters, modes and options of each.")
def command(what: str, plugins: tuple[str, ...], preset: str, verbose: bool) -> None:
    """Show the workloads (the default), backends, reports, devices, cells or runs there are.

    `workloads` and `backends` import no framework; `devices` and `cells` may ask a child process.
    """
    files = [Path(file) for file in plugins]
    show: dict[str, Callable[[], Iterator[str]]] = {
        "workloads": lambda: _workloads(files, verbose),
        "backends": lambda: _backends(files, verbose),
        "reports": lambda: _reports(files, verbose),
        "devices": lambda: _devices(files),
        "cells": lambda: _cells(files, preset),
        "runs": _runs,
    }
    for line in show[what]():
        answer(visible(line).replace("\n", " "))


def _workloads(files: list[Path], verbose: bool) -> Iterator[str]:
    from gpubench.plugins import find_workloads, refuse_broken

    found = find_workloads(files)
    refuse_broken(found.broken, files)
    for plugin in found.plugins.values():
        workload = plugin.value
        yield f"{workload.name:18} {workload.summary} ({plugin.origin})"
        if verbose:
            yield f"{'':18} sizes ({workload.axis}): " + ", ".join(
                f"{name}={workload.identity(params)[workload.axis]}" for name, params in workload.sizes.items()
            )
            first = workload.identity(next(iter(workload.sizes.values())))
            others = [f"{name}={value}" for name, value in first.items() if name != workload.axis]
            yield f"{'':18} parameters: {', '.join(others) or 'none'}"
            if workload.with_data is not None:
                yield f"{'':18} trains on files of yours too: --data-dir"
            yield f"{'':18} for {', '.join(workload.builders)}"
    yield from _broken(found.broken)


def _backends(files: list[Path], verbose: bool) -> Iterator[str]:
    from gpubench.plugins import find_backends, refuse_broken
    from gpubench.runner.survey import installed_version

    found = find_backends(files)
    refuse_broken(found.broken, files)
    for plugin in found.plugins.values():
        version = installed_version(plugin.value)
        yield f"{plugin.name:18} {version or 'not installed'} ({plugin.origin})"
        if verbose:
            yield from (f"{'':18} mode {name}: {about}" for name, about in plugin.value.modes.items())
            yield f"{'':18} precisions: {', '.join(plugin.value.precisions)}"
    yield from _broken(found.broken)


def _reports(files: list[Path], verbose: bool) -> Iterator[str]:
    import inspect
    import re

    from gpubench.plugins import find_reports, refuse_broken
    from gpubench.rendering import ON_REQUEST, options_of

    found = find_reports(files)
    refuse_broken(found.broken, files)
    for plugin in found.plugins.values():
        about = re.split(r"[.;:]\s|\n|\.$", inspect.getdoc(plugin.value) or "a report")[0]
        yield f"{plugin.name:18} {about} ({plugin.origin})"
        if verbose:
            when = "only where it is asked for" if plugin.name in ON_REQUEST else "by default"
            yield f"{'':18} written {when}: --format {plugin.name}"
            taken = [option for name, option in _OF_REPORTS.items() if name in options_of(plugin.value)]
            yield f"{'':18} takes {', '.join(taken) or 'no options'}"
    yield from _broken(found.broken)


def _devices(files: list[Path]) -> Iterator[str]:
    from gpubench.plugins import find_backends, refuse_broken
    from gpubench.runner.spawner import ProcessSpawner
    from gpubench.runner.survey import survey

    found = find_backends(files)
    refuse_broken(found.broken, files)
    with ProcessSpawner({}) as spawner:
        presence = survey(found.plugins, {}, (), spawner)
    for name, backend in presence.items():
        for device in backend.devices:
            memory = f", {device.memory_bytes / 2**30:.0f} GiB" if device.memory_bytes else ""
            yield f"{name:18} {device.name:8} {device.model}{memory}"
        if backend.absent or backend.missing:
            yield (
                f"{name:18} none: {backend.absent}; {backend.hint}"
                if backend.absent
                else f"{name:18} no GPU: {backend.missing}"
            )
    yield from _broken(found.broken)


def _cells(files: list[Path], preset: str) -> Iterator[str]:
    from gpubench.cli.progress_words import cell_words
    from gpubench.runner.prepared import prepare
    from gpubench.selection import Selection

    prepared = prepare(Selection(preset=preset, plugins=tuple(str(file) for file in files)))
    for cell in prepared.plan.cells:
        yield f"{cell.cell_id} {cell_words(cell)}" + (f": can't run: {cell.reason}" if cell.reason else "")


def _runs() -> Iterator[str]:
    from gpubench.cli.incomplete import what_next
    from gpubench.errors import ResultsError
    from gpubench.results.locate import RUNS, runs
    from gpubench.results.results import load

    found = runs()
    if not found:
        say(f"There is no run under {RUNS}/ here. Measure one: gpubench run")
    for path in found:
        try:
            results = load(path)
        except ResultsError as error:
            yield f"{path.parent}  can't be read: {error.message}"
            continue
        state = "complete" if results.complete else f"incomplete; {what_next(results)}"
        yield f"{path.parent}  {results.run.created}  {results.run.preset}, {len(results.cell_records)} cells, {state}"


def _broken(broken: dict[str, str]) -> Iterator[str]:
    yield from (f"broken: {origin}: {reason}" for origin, reason in broken.items())
