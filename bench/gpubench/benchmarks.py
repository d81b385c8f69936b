"""`pytest --pyargs gpubench.benchmarks`: every cell as a test of pytest-benchmark, CPU beside GPU in its tables.

Nothing is computed in pytest's own process: two frameworks in one slow each other, and what a framework reads of its
environment must stand there before its import. So each call is made in a worker that has one framework and sees one
device, and the clock that pytest-benchmark reads (its `timer`) is that worker's: it goes on only while a call is made
there, from an empty queue until its work is done. The way to the worker and back is in no round.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import time
from collections.abc import Iterator
from typing import Any

import pytest

from gpubench.errors import GpubenchError
from gpubench.results.records import Cell
from gpubench.runner.everywhere import everywhere
from gpubench.runner.prepared import Here, look_here
from gpubench.runner.served import NotTimed, Served
from gpubench.runner.spawner import ProcessSpawner
from gpubench.selection import DEFAULT_PRESET, PRESETS, Selection
from gpubench.worker.job import Limits

_NAMES = ("workload", "size", "params", "backend", "device", "precision", "mode", "data")
_MOST_ROUNDS = 1000
"""Of a brief call a second would hold 100,000 and more, each of which costs pytest-benchmark far more than the call."""
_CELLS = pytest.StashKey[dict[tuple[Any, ...], Cell]]()
_HERE = pytest.StashKey[Here]()


class WorkerClock:
    """Seconds that calls have taken in workers so far: what pytest-benchmark reads before and after each call."""

    __name__ = "worker_clock"

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds

    def round(self, served: Served) -> None:
        """Go on by the time that one call took there."""
        self.seconds += served.round()


worker_clock = WorkerClock()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every cell that the options select. Those that can't run here are skipped, with their reason."""
    config = metafunc.config
    if "PYTEST_XDIST_WORKER" in os.environ:
        pytest.fail("gpubench measures one call at a time: leave pytest-xdist's -n out (or -n 0)", pytrace=False)
    if not config.pluginmanager.hasplugin("benchmark"):
        pytest.fail("pytest-benchmark is needed: pip install pytest-benchmark", pytrace=False)
    try:
        selection = _selection(config)
        here = look_here(selection)
        cells = everywhere(selection, here)
    except GpubenchError as error:
        raise pytest.fail.Exception(f"{error.message}\n{error.hint}", pytrace=False) from None
    config.stash[_HERE] = here
    config.stash[_CELLS] = {_key(cell): cell for cell in cells}
    metafunc.parametrize(_NAMES, [_parameters(cell) for cell in cells])


def _selection(config: pytest.Config) -> Selection:
    typed = config.option
    return Selection(
        workloads=tuple(typed.gpubench_workload), backends=tuple(typed.gpubench_backend),
        devices=tuple(typed.gpubench_device), sizes=tuple(typed.gpubench_size),
        require=tuple(typed.gpubench_require), interpreters=dict(typed.gpubench_python),
        plugins=tuple(typed.gpubench_plugin),
    )  # fmt: skip


def _key(cell: Cell) -> tuple[Any, ...]:
    plain = json.dumps(cell.params, sort_keys=True)
    return (cell.workload, cell.size, plain, cell.backend, cell.device, cell.precision, cell.mode, cell.data)


def _parameters(cell: Cell) -> Any:
    """A test's parameters are plain values: `--benchmark-group-by=param:device` works, and JSON can hold them."""
    unusual = [name for name in (cell.precision, cell.data) if name not in ("float32", "resident")]
    parts = [cell.workload, cell.size, *cell.params.values(), cell.backend, cell.device, cell.mode, *unusual]
    marks = [pytest.mark.skip(reason=cell.reason)] if cell.reason else []
    return pytest.param(*_key(cell), id="-".join(str(part) for part in parts), marks=marks)


@pytest.fixture
def cell(
    workload: str, size: float | str, params: str, backend: str, device: str, precision: str, mode: str, data: str,
    pytestconfig: pytest.Config,
) -> Cell:  # fmt: skip
    """The cell that a test's parameters name."""
    return pytestconfig.stash[_CELLS][workload, size, params, backend, device, precision, mode, data]


@pytest.fixture(scope="module")
def served(pytestconfig: pytest.Config) -> Iterator[Served]:
    """Calls of cells, from one worker at a time."""
    limits = Limits(PRESETS[DEFAULT_PRESET].max_time_s)
    with ProcessSpawner(dict(pytestconfig.option.gpubench_python)) as spawner:
        serving = Served(pytestconfig.stash[_HERE].catalogue, spawner, limits)
        yield serving
        serving.close()


@pytest.mark.benchmark(timer=worker_clock)
def test_latency(cell: Cell, served: Served, benchmark: Any, pytestconfig: pytest.Config) -> None:
    """How long a caller waits for one result, which was found to be right before."""
    benchmark.group = " ".join(_group(cell))
    refused = _refused(cell, served, benchmark, pytestconfig)
    if refused is not None and refused.status == "skipped":
        pytest.skip(refused.message)
    if refused is not None:
        pytest.fail(f"{refused.status}: {refused.message}", pytrace=False)


def _refused(cell: Cell, served: Served, benchmark: Any, config: pytest.Config) -> NotTimed | None:
    """Have a cell timed by pytest-benchmark; why it was not, where it was not."""
    try:
        found = served.hold(cell)
        rounds = _rounds(served, config) if benchmark.enabled else 1
    except NotTimed as error:
        if error.status != "skipped":
            with contextlib.suppress(NotTimed):  # so pytest-benchmark knows that the test has no times
                benchmark.pedantic(_raise, args=(error,))
        return error
    benchmark.extra_info.update(_identity(cell, found))
    try:
        benchmark.pedantic(worker_clock.round, args=(served,), rounds=rounds)
    except NotTimed as error:
        return error
    return None


def _group(cell: Cell) -> Iterator[str]:
    """What CPU and GPU, and the frameworks, have in common: they stand in one table."""
    yield cell.workload
    yield from (f"{name}={value}" for name, value in {cell.axis: cell.size, **cell.params}.items())
    yield cell.precision
    yield cell.data


def _identity(cell: Cell, found: dict[str, Any]) -> dict[str, Any]:
    """What a file of pytest-benchmark says of the cell: `gpubench.results.pytest_benchmark.Identity`."""
    errors = [error for error in found["errors"].values() if error is not None]
    return {
        "cell_id": cell.cell_id, **dict(zip(_NAMES, _key(cell), strict=True)), "variant": cell.variant,
        "threads": cell.threads, "backend_version": found["backend_version"], "device_name": found["device_model"],
        **found["work"], "checked": found["checked"], "max_error": max(errors, default=None), "flags": found["flags"],
    }  # fmt: skip


def _raise(error: NotTimed) -> None:
    raise error


def _rounds(served: Served, config: pytest.Config) -> int:
    """As pytest-benchmark chooses them from its own options, but no more than tell something."""
    longest = float(config.option.benchmark_max_time)
    enough = min(_MOST_ROUNDS, math.ceil(longest / min(_trials(served))))
    return max(int(config.option.benchmark_min_rounds), enough)


def _trials(served: Served) -> Iterator[float]:
    for _ in range(3):
        start = time.perf_counter()
        calls = len(served.burst())
        yield (time.perf_counter() - start) / calls
