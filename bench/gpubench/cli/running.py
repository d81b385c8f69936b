"""What `gpubench run` does with a selection: plan, measure, report, and say how it went."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gpubench.cli.closing import last_words
from gpubench.cli.progress import cell_words, choose_progress
from gpubench.results.export import rows
from gpubench.runner.estimate import estimate_s, in_words
from gpubench.runner.run import Prepared, measure, prepare, resume
from gpubench.selection import Selection

if TYPE_CHECKING:
    from gpubench.results.results import Results

SOME_FAILED = 3
_FAILED = ("failed", "oom", "timeout", "crashed", "unverified")


@dataclass(frozen=True)
class Options:
    """How to tell and what to write, apart from what is measured."""

    no_report: bool
    as_json: bool
    progress: str
    quiet: bool
    verbose: bool


def run_new(selection: Selection, out: Path | None, dry_run: bool, command: Sequence[str], how: Options) -> int:
    """A new run; returns the exit code."""
    prepared = prepare(selection)
    _warn_of_broken(prepared)
    _announce(prepared, how)
    if dry_run:
        for cell in prepared.plan.cells:
            click.echo(cell_words(cell) + (f": can't run: {cell.reason}" if cell.reason else ""))
        return 0
    results = measure(prepared, out, command, choose_progress(how.progress, how.quiet, how.verbose))
    return _finish(results, how)


def go_on(stored: str, how: Options) -> int:
    """Finish an interrupted run; returns the exit code."""
    results = resume(stored, choose_progress(how.progress, how.quiet, how.verbose))
    return _finish(results, how)


def _announce(prepared: Prepared, how: Options) -> None:
    if how.quiet:
        return
    runnable = prepared.plan.runnable
    skipped = len(prepared.plan.cells) - len(runnable)
    more = f", {skipped} that can't run here" if skipped else ""
    click.echo(
        f"{len(runnable)} cells x {prepared.launches} launches{more}: about {in_words(estimate_s(prepared))}", err=True
    )


def _warn_of_broken(prepared: Prepared) -> None:
    if prepared.catalogue.broken:
        click.echo(f"Left out: {prepared.catalogue.broken_in_words}", err=True)


def _finish(results: Results, how: Options) -> int:
    written: list[Path] = []
    if not how.no_report:
        from gpubench.api import report

        written = report(results)
    cells = results.cells()
    if how.as_json:
        answer = {"run_id": results.run.run_id, "path": str(results.path.parent), "cells": rows(cells)}
        click.echo(json.dumps(answer, allow_nan=False))
    else:
        click.echo(results.path.parent)
    if not how.quiet:
        for line in last_words(results, cells, written):
            click.echo(line, err=True)
    return SOME_FAILED if cells["status"].isin(_FAILED).any() else 0
