"""`python -m gpubench.runner.base_side PARENT`: BASE of a run that takes turns with another, in a process of its own.

A process holds one version of a module, so two versions of somebody's code take two processes. This one stands in the
other checkout, or in the other environment; it plans, measures and writes its run as `gpubench run` would there, one
step at a time, when it is asked for it.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

import gpubench
from gpubench.errors import GpubenchError, UsageError
from gpubench.plugins import catalogue
from gpubench.results.records import Cell, Launch
from gpubench.runner.estimate import estimate_s
from gpubench.runner.order import Turn
from gpubench.runner.prepared import Prepared, prepare
from gpubench.runner.progress import Silent
from gpubench.runner.run import Execution, new_run, opened
from gpubench.selection import Selection
from gpubench.worker.apart import mixed_up
from gpubench.worker.job import TIME
from gpubench.worker.serving import Answer, serve

_NOTHING_YET = (
    "there is nothing to compare with; where that is new with this change, or mended by it, leave out --against "
    "for once"
)


@dataclass
class BaseSide:
    """Answers `prepare`, `begin`, then `take` for each turn and `next` until it is done, and `finish`."""

    prepared: Prepared | None = None
    execution: Execution | None = None
    turns: list[Turn] = field(default_factory=list)
    taking: Iterator[tuple[Cell, Launch]] = field(default_factory=lambda: iter(()))
    held: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)
    apart: tuple[str, ...] = ()

    def answer(self, message: Mapping[str, Any]) -> dict[str, Any]:
        """A JSON object for a JSON object; what gpubench refuses is told by its exit code, message and hint."""
        steps: Mapping[str, Callable[..., dict[str, Any]]] = {
            "prepare": self._prepare, "begin": self._begin, "take": self._take, "next": self._next,
            "finish": self._finish,
        }  # fmt: skip
        fields = {name: value for name, value in message.items() if name != "kind"}
        try:
            return {"status": "ok", **steps[message["kind"]](**fields)}
        except GpubenchError as error:
            return {"status": "refused", "exit": error.exit_code, "message": error.message, "hint": error.hint}

    def _prepare(self, version: str, folder: str, selection: dict[str, Any], apart: list[str]) -> dict[str, Any]:
        if version != gpubench.__version__:
            raise UsageError(
                f"it has gpubench {gpubench.__version__}, here is {version}: what differs may be how they measure",
                f"install the same there: {shlex.quote(sys.executable)} -m pip install gpubench-suite=={version}",
            )
        os.chdir(folder)
        asked, left_out = known_here(Selection.of(selection))
        self.prepared, self.apart = prepare(asked), tuple(apart)
        if self.apart and (mixed := mixed_up(*self.apart)):
            raise UsageError(mixed, "then type the same again")
        plan, broken = self.prepared.plan, self.prepared.catalogue.broken_in_words
        if not plan.runnable:
            reasons = "; ".join(dict.fromkeys((*(cell.reason for cell in plan.cells), broken)))
            raise UsageError(f"nothing that is selected can be measured there: {reasons}".rstrip("; "), _NOTHING_YET)
        return {
            "cells": msgspec.to_builtins(plan.runnable), "launches": self.prepared.launches, "left_out": left_out,
            "broken": broken, "about_s": estimate_s(self.prepared),
        }  # fmt: skip

    def _begin(self, out: str, command: list[str], run_id: str, turns_with: str) -> dict[str, Any]:
        assert self.prepared is not None
        run, folder = new_run(self.prepared, Path(out), command, run_id, turns_with)
        self.execution = self.held.enter_context(opened(self.prepared, run, folder, Silent(), self.apart))
        self.turns = self.execution.begin()
        passes = sum(len(turn.cells) for turn in self.turns if turn.measures != TIME)
        return {"places": [dataclasses.astuple(turn.place) for turn in self.turns], "passes": passes}

    def _take(self, number: int) -> dict[str, Any]:
        assert self.execution is not None
        self.taking = self.execution.take(self.turns[number])
        return {}

    def _next(self) -> dict[str, Any]:
        found = next(self.taking, None)
        return {"measured": None if found is None else msgspec.to_builtins(found)}

    def _finish(self) -> dict[str, Any]:
        assert self.execution is not None
        self.execution.finish()
        self.held.close()
        return {}


def known_here(selection: Selection) -> tuple[Selection, list[str]]:
    """The selection without the plug-in files and workloads that BASE doesn't have yet, and these.

    Raises UsageError where no workload of it is left.
    """
    files = tuple(file for file in selection.plugins if Path(file).is_file())
    known = catalogue([Path(file) for file in files])
    names = tuple(name for name in selection.workloads if name in known.workloads)
    left_out = [thing for thing in (*selection.plugins, *selection.workloads) if thing not in (*files, *names)]
    if selection.workloads and not names:
        said = f"it has none of the workloads: {', '.join(selection.workloads)}; {known.broken_in_words}"
        raise UsageError(said.rstrip("; "), _NOTHING_YET)
    return dataclasses.replace(selection, plugins=files, workloads=names), left_out


def _base_side() -> Answer:
    return BaseSide().answer


if __name__ == "__main__":
    sys.exit(serve(_base_side))
