"""Runs of real worker processes that fail in every way: each a record, and the run goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from gpubench.results.results import load
from gpubench.runner.order import turns
from gpubench.runner.progress import Silent
from gpubench.runner.run import measure

FAULTS = {
    "none": ("ok", ""),
    "wrong": ("failed", "the output is wrong: error of y is "),
    "nan": ("failed", "the output is wrong: error of y is nan"),
    "folded": ("failed", "the output is the same for different data in feed 0"),
    "closure": ("failed", "the step takes no feeds"),
    "raise": ("failed", "RuntimeError: the toy broke <b>here</b>"),
    "sticky": ("failed", "RuntimeError: a sticky fault"),
    "oom": ("oom", "MemoryError: a toy too large ("),
    "unsupported": ("skipped", "toys can't do that"),
    "abort": ("crashed", "the worker was ended by SIGABRT"),
    "kill": ("crashed", "the worker was ended by SIGKILL"),
    "exit": ("crashed", "the worker exited with 7"),
}


@pytest.fixture(scope="module")
def results(tmp_path_factory, toy_file):
    """A run of two launches over a cell for each fault."""
    from gpubench.runner.prepared import prepare
    from gpubench.selection import Selection

    selection = Selection(
        workloads=("doubling",), backends=("toy",), devices=("cpu",), plugins=(str(toy_file),), sizes=("4",),
        params={"fault": tuple(FAULTS)}, launches=2, max_time_s=0.01, threads=1,
    )  # fmt: skip
    return measure(prepare(selection), tmp_path_factory.mktemp("runs") / "run", [], Silent())


@pytest.mark.parametrize("fault", FAULTS)
def test_each_way_to_fail_has_its_status_and_reason(results, fault: str):
    status, reason = FAULTS[fault]
    cells = [cell.identity for cell in results.cell_records if cell.params["fault"] == fault and not cell.variant]
    launches = [launch for launch in results.launch_records if launch.identity in cells]
    assert {launch.status for launch in launches} == {status}
    assert all(launch.reason.startswith(reason) for launch in launches)
    assert len(launches) == (2 if status == "ok" else 1)


def test_the_run_is_whole_nonetheless(results):
    assert results.complete
    measured = {launch.identity for launch in results.launch_records}
    assert measured == {cell.identity for cell in results.cell_records}


def test_both_launches_use_the_block_that_the_first_calibrated(results):
    steps = [launch.quantities["step"].calls for launch in results.launch_records if launch.status == "ok"]
    fixed = [launch.fixed_cost_s for launch in results.launch_records if launch.status == "ok"]
    assert steps[0] == steps[1] > 1
    assert fixed[1] is None


def test_a_hanging_cell_is_ended_at_its_time_limit(prepared, tmp_path):
    made = prepared(sizes=("4",), params={"fault": ("hang",)}, launches=3, timeout_s=0.2)
    results = measure(made, tmp_path / "run", [], Silent())
    assert [(one.status, one.reason) for one in results.launch_records] == [
        ("timeout", "no answer within 0.2 s (--timeout): the worker was killed")
    ] * 2  # the cell and its A/A partner, once each


_SAYS = """
from pathlib import Path
exec(Path({toy!r}).read_text())

def loud(params, inputs, session):
    import sys
    print("this is why", file=sys.stderr)
    os._exit(9)

dying = Workload(**{{**vars(doubling), "name": "dying", "builders": {{"toy": loud}}}})
"""


def test_what_a_worker_said_before_it_died_is_kept(prepared, tmp_path, toy_file):
    plugin = tmp_path / "dying.py"
    plugin.write_text(_SAYS.format(toy=str(toy_file)))
    made = prepared(workloads=("dying",), plugins=(str(plugin),), sizes=("4",), launches=1)
    results = measure(made, tmp_path / "run", [], Silent())
    assert {(one.status, one.stderr) for one in results.launch_records} == {("crashed", "this is why\n")}


def test_a_backend_that_does_not_start_fails_its_cells(prepared, tmp_path, monkeypatch):
    made = prepared(sizes=("4",), launches=3)
    monkeypatch.setenv("TOY_BROKEN", "1")
    results = measure(made, tmp_path / "run", [], Silent())
    assert [(one.status, one.reason) for one in results.launch_records] == [
        ("failed", "the worker did not start: ImportError: the toy is broken")
    ] * 2
    assert results.complete


_RUN = """
import signal
import sys
from pathlib import Path
from gpubench.errors import Interrupted
from gpubench.runner.order import turns
from gpubench.runner.progress import Silent
from gpubench.runner.prepared import prepare
from gpubench.runner.run import measure
from gpubench.selection import Selection

class Telling(Silent):
    def finished(self, cell, launch):
        print(launch.status, flush=True)

signal.signal(signal.SIGINT, signal.default_int_handler)  # a test run in the background ignores it, as do its children
toy, out, seed = sys.argv[1:]
selection = Selection(workloads=("doubling",), backends=("toy",), devices=("cpu",), sizes=("4",), plugins=(toy,),
                      params={"fault": ("raise", "hang")}, seed=int(seed), launches=1, timeout_s=60.0)
try:
    measure(prepare(selection), Path(out), [], Telling())
except Interrupted as error:
    print(error.folder, flush=True)
"""


def test_ctrl_c_keeps_what_was_measured(prepared, tmp_path, toy_file):
    """As a terminal sends it: to everybody in the foreground, in the middle of a cell that hangs."""
    cells = prepared(sizes=("4",), params={"fault": ("raise", "hang")}).plan.runnable

    def first_faults(seed: int) -> list[str]:
        return [cell.params["fault"] for cell in turns(cells, 1, seed)[0].cells]

    seed = next(seed for seed in range(100) if first_faults(seed) == ["raise", "hang"])
    folder = tmp_path / "run"
    process = subprocess.Popen(
        [sys.executable, "-c", _RUN, str(toy_file), str(folder), str(seed)],
        stdout=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    with process:
        first = process.stdout.readline()
        os.killpg(process.pid, signal.SIGINT)
        said = process.stdout.read().split()
    results = load(folder)
    assert (first, said) == ("failed\n", [str(folder)])
    assert [one.status for one in results.launch_records] == ["failed"]
    assert [event.what for event in results.events] == ["interrupted"]
    assert not results.complete
