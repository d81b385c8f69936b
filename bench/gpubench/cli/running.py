"""What `gpubench run` does with a selection: plan, measure, report, and say how it went."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gpubench.cli.closing import FAILED, failures, last_words, nothing_measured
from gpubench.cli.progress import choose_progress
from gpubench.cli.progress_words import cell_words
from gpubench.cli.streams import answer, say, say_drawn
from gpubench.cli.visible import one_line
from gpubench.errors import Interrupted, PluginError, ReportError, StorageError, UsageError
from gpubench.results.export import rows
from gpubench.results.results import load
from gpubench.runner.estimate import estimate_s, in_words
from gpubench.runner.need import needs
from gpubench.runner.prepared import Prepared, prepare
from gpubench.runner.run import measure, resume
from gpubench.selection import Selection

if TYPE_CHECKING:
    from gpubench.analysis.findings import Findings
    from gpubench.cli.baseline import Baseline
    from gpubench.cli.comparing import Outcome
    from gpubench.results.records import Cell
    from gpubench.results.results import Results

NOTHING_MEASURED, SOME_FAILED = 2, 3
_MOST_TOLD = 3


@dataclass(frozen=True)
class Options:
    """How to tell and what to write, apart from what is measured."""

    no_report: bool
    as_json: bool
    progress: str
    quiet: bool
    verbose: bool


def run_new(
    selection: Selection,
    out: Path | None,
    dry_run: bool,
    command: Sequence[str],
    how: Options,
    against: Baseline | None = None,
) -> int:
    """A new run, compared with the one that it is against; returns the exit code."""
    prepared = prepare(selection)
    if not dry_run:
        refuse_empty(prepared)
    if prepared.catalogue.broken:
        say(f"Left out: {prepared.catalogue.broken_in_words}")
    if not how.quiet:
        announce(prepared)
    if dry_run:
        show(prepared, how)
        return 0
    results = measure(prepared, out, command, choose_progress(how.progress, how.quiet, how.verbose))
    return finish(results, how, against.outcome if against else None)


def go_on(stored: str, how: Options) -> int:
    """Finish an interrupted run; returns the exit code."""
    found = load(stored)
    found.refuse_foreign("no run can go on in it")
    folder = found.path.parent
    if found.complete:
        if not how.quiet:
            say(f"{folder} is complete: nothing to do. Its report: gpubench report {shlex.quote(str(folder))}")
        _answer(found, how)
        return 0
    for note in found.notes:
        say(f"{found.path}: {note}")
    return finish(resume(found.path, choose_progress(how.progress, how.quiet, how.verbose)), how)


def refuse_empty(prepared: Prepared) -> None:
    """Raise UsageError where no cell that is planned can be measured here: nothing measured is no success."""
    if not prepared.plan.runnable:
        reasons = dict.fromkeys(cell.reason for cell in prepared.plan.cells)
        raise UsageError(
            f"nothing that is selected can be measured here: {'; '.join(reasons)}",
            "`gpubench list -v` shows for which backends a workload has a step, `gpubench list devices` what is here",
        )


def announce(prepared: Prepared) -> None:
    """What will be measured, what is not here, and how long it takes; to standard error."""
    runnable = prepared.plan.runnable
    skipped = len(prepared.plan.cells) - len(runnable)
    more = f", {skipped} that can't run here" if skipped else ""
    for name, reason in prepared.plan.absent.items():
        say(f"Not here: {name}: {reason}")
    say(f"{len(runnable)} cells x {prepared.launches} launches{more}: about {in_words(estimate_s(prepared))}")
    too_large = needs(prepared)
    for need in too_large[:_MOST_TOLD]:
        say(one_line(f"{cell_words(need.cell)} {need.words}: it is tried all the same"))
    if len(too_large) > _MOST_TOLD:
        say(f"So do {len(too_large) - _MOST_TOLD} more cells; --dry-run names them")


def show(prepared: Prepared, how: Options) -> None:
    """The plan, to standard output."""
    cells = prepared.plan.cells
    if how.as_json:
        _json(None, None, [_planned(cell) for cell in cells])
        return
    too_large = {need.cell.identity: need.words for need in needs(prepared)}
    for cell in cells:
        said = f"can't run: {cell.reason}" if cell.reason else too_large.get(cell.identity, "")
        answer(one_line(": ".join(filter(None, (cell_words(cell), said)))))


def _planned(cell: Cell) -> dict[str, Any]:
    """What the row of a cell will say of it before it is measured."""
    return {
        "cell_id": cell.cell_id, "workload": cell.workload, "size": cell.size,
        "params": json.dumps(cell.params, sort_keys=True), "backend": cell.backend, "device": cell.device,
        "precision": cell.precision, "mode": cell.mode, "data": cell.data, "variant": cell.variant,
        "threads": cell.threads, "reason": cell.reason,
    }  # fmt: skip


def finish(results: Results, how: Options, compared: Callable[[Results], Outcome] | None = None) -> int:
    """The report and the last words of a run; returns the exit code. compared: compares it with another."""
    folder = results.path.parent
    try:
        said = None if how.quiet and how.no_report else _findings(results)
        written = [] if how.no_report or said is None else _report(said, folder, results.selection().plugins)
    except KeyboardInterrupt as error:
        advice = f"Nothing is left to measure. Draw the report with:\n  gpubench report {shlex.quote(str(folder))}"
        raise Interrupted(folder, advice) from error
    outcome = compared(results) if compared else None
    _answer(results, how, outcome)
    cells = results.cells()
    for line in failures(results, cells) if how.quiet else last_words(results, cells, written):
        say(line)
    if said is not None and not how.quiet:
        _sum_up(said)
    failed = SOME_FAILED if cells["status"].isin(FAILED).any() else 0
    if empty := nothing_measured(cells):
        say(empty)
        return NOTHING_MEASURED
    if outcome is None:
        return failed
    outcome.close(quiet=how.quiet)
    return outcome.code or failed  # 1 and 4 come before 3


def _findings(results: Results) -> Findings:
    from gpubench.api import findings

    return findings(results)


def _sum_up(said: Findings) -> None:
    from gpubench.cli.summary import summary

    say_drawn(f"\n{summary(said)}")


def _report(said: Findings, folder: Path, plugins: Sequence[str]) -> list[Path]:
    from gpubench.api import write_report

    try:
        return write_report(said, folder, plugins)
    except PluginError as error:
        say(f"No whole report: {error.message}; {error.hint}. Everything measured is kept.")
        return error.written if isinstance(error, ReportError) else []
    except StorageError as error:
        later = f"gpubench report {shlex.quote(str(folder))}"
        raise StorageError(error.message, f"everything measured is kept; mend that, then type: {later}") from error


def _answer(results: Results, how: Options, outcome: Outcome | None = None) -> None:
    """What standard output is for."""
    if how.as_json:
        more = {"comparison": outcome.as_object} if outcome else {}
        _json(results.run.run_id, str(results.path.parent), rows(results.cells()), **more)
        return
    answer(str(results.path.parent))
    if outcome:
        answer(outcome.text)


def _json(run_id: str | None, path: str | None, cells: list[Any], **more: Any) -> None:
    answer(json.dumps({"run_id": run_id, "path": path, "cells": cells, **more}, allow_nan=False))
