"""`--gpubench-out DIR`: each step measured by fresh processes of pytest, one test each, into a run folder.

Launches of all steps and devices are interleaved and mirrored, as those of `gpubench run` are. pytest's own process
runs none of these tests and holds no framework for them; it logs what their processes reported.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from gpubench.backend import Backend
from gpubench.errors import GpubenchError
from gpubench.machine import processors
from gpubench.pytest_plugin.kept import Kept
from gpubench.pytest_plugin.launch import given_up, launched
from gpubench.pytest_plugin.launched import Order
from gpubench.pytest_plugin.place import Place, cell_of, known, place_of
from gpubench.results.records import Cell
from gpubench.selection import Selection


@dataclass(eq=False)  # pytest 9.0 hashes its plugins
class Launches:
    """A plugin of pytest. found: the tests with the fixture, as they were collected.

    cells: that of each launch, by its test's node id. over: how many launches are made or given up.
    """

    config: pytest.Config
    found: list[tuple[pytest.Item, Place]] = field(default_factory=list)
    cells: dict[str, tuple[Cell, Place]] = field(default_factory=dict)
    kept: Kept | None = None
    over: int = 0

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Other tests first, then launch by launch: their order is drawn by lot, and turned in the next (ABBA)."""
        self.found = [(item, place) for item in items if (place := place_of(item))]
        by_launch: dict[int, list[pytest.Item]] = {}
        for item in items:
            place = place_of(item)
            by_launch.setdefault(place.launch if place else 0, []).append(item)
        ordered = by_launch.pop(0, [])
        for number, launch in sorted(by_launch.items()):
            drawn = random.Random((number - 1) // 2).sample(launch, len(launch))
            ordered += drawn if number % 2 else reversed(drawn)
        items[:] = ordered

    def pytest_collection_finish(self) -> None:
        """Begin the run. Raises pytest.UsageError where there is nothing to measure, or no place to write to."""
        if self.config.option.collectonly:
            return
        planned: dict[object, Cell] = {}
        for item, place in self.found:
            why = "" if place.launch else _why(item)
            cell = cell_of(item, place, self._backend(place), processors.thread_count(), why)
            planned.setdefault(cell.identity, cell)
            if place.launch:
                self._add(item, cell, place)
        if not self.cells:
            raise pytest.UsageError("--gpubench-out: no test that can run here uses the fixture `gpubench`")
        try:
            self.kept = self._begun(list(planned.values()))
        except GpubenchError as error:
            said = f"{error.message}; {error.hint}".replace("--out", "--gpubench-out")  # which is what was typed here
            raise pytest.UsageError(said) from error

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> bool | None:
        """Make a launch in place of the test, and log what its process reported."""
        if self.kept is None or item.nodeid not in self.cells:
            return None
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        for report in self._carried_out(self.kept, item):
            item.ihook.pytest_runtest_logreport(report=report)
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        return True

    def pytest_sessionfinish(self) -> None:
        """Close the run."""
        if self.kept is not None:
            self.kept.close(whole=self.over == len(self.cells))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say where the results are."""
        if self.kept is not None:
            folder = self.kept.writer.path.parent
            terminalreporter.write_line(f"{len(self.kept.done)} launches are in {folder}: gpubench report {folder}")

    def _backend(self, place: Place) -> Backend:
        backend: Backend = known(self.config).backends[place.backend].value
        return backend

    def _add(self, item: pytest.Item, cell: Cell, place: Place) -> None:
        for other, of in self.cells.items():
            if of == (cell, place):
                raise pytest.UsageError(f"{other} and {item.nodeid} are both called {cell.workload}: rename one")
        self.cells[item.nodeid] = (cell, place)

    def _begun(self, cells: Sequence[Cell]) -> Kept:
        typed = self.config.option
        selection = Selection(
            devices=tuple(typed.gpubench_device), launches=typed.gpubench_launches, max_time_s=typed.gpubench_max_time,
            plugins=tuple(typed.gpubench_plugin),
        )  # fmt: skip
        words = ["pytest", *map(str, self.config.invocation_params.args)]
        return Kept.begun(Path(typed.gpubench_out), cells, selection, known(self.config), words)

    def _carried_out(self, kept: Kept, item: pytest.Item) -> Sequence[pytest.TestReport]:
        cell, place = self.cells[item.nodeid]
        if why := kept.hopeless(cell):
            self.over += 1
            return (given_up(item, why),)
        backend = self._backend(place)
        order = Order("", str(place), kept.calls(cell), self.config.option.gpubench_max_time)
        answer = launched(item, order, backend.environment(cell.threads, cell.device))
        kept.keep(cell, place.launch - 1, backend, answer)
        self.over += 1
        return answer.reports


def _why(item: pytest.Item) -> str:
    """Why a test is skipped: its device is not here."""
    marker = item.get_closest_marker("skip")
    return str(marker.kwargs.get("reason", "")) if marker else ""
