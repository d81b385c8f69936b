"""A run's logic under a scripted spawner: what is measured, kept, given up, shared and resumed."""

from __future__ import annotations

import contextlib
import sys

import pytest

from gpubench.errors import Interrupted, StorageError, UsageError
from gpubench.results.results import load
from gpubench.results.writer import Writer
from gpubench.runner import run as module
from gpubench.runner.order import turns
from gpubench.runner.progress import Silent
from gpubench.runner.run import Execution, measure, new_run, resume
from gpubench.runner.spawner import WorkerDied

SIZES = ("1", "2", "3", "4")


@pytest.fixture
def executed(tmp_path, known):
    """Executes a prepared selection under a spawner, into a run folder; what a sitting raises comes through."""

    def execute(prepared, spawner, progress=None, folder=tmp_path / "run"):
        run, _ = new_run(prepared, folder, ["test"])
        with Writer(folder) as writer:
            writer.write(run, *prepared.plan.cells)
            execution = Execution(run, prepared.plan.cells, known, writer, spawner, progress or Silent())
            execution.execute()
        return load(folder)

    return execute


@pytest.fixture
def scripted(monkeypatch, fake):
    """Makes `measure` and `resume` spawn from a script; `using(spawner)`."""

    def using(spawner):
        monkeypatch.setattr(module, "ProcessSpawner", lambda interpreters: contextlib.nullcontext(spawner))

    return using


def in_order(results) -> list[tuple[int, int, str]]:
    """Launch, size and variant of what was measured."""
    cells = {cell.identity: cell for cell in results.cell_records}
    return [(one.launch, cells[one.identity].size, cells[one.identity].variant) for one in results.launch_records]


def test_every_cell_is_measured_in_every_launch_in_the_plans_order(prepared, fake, executed):
    made = prepared(sizes=SIZES, launches=3, seed=5)
    results = executed(made, fake())
    expected = [
        (turn.launch, cell.size, cell.variant) for turn in turns(made.plan.runnable, 3, 5) for cell in turn.cells
    ]
    assert in_order(results) == expected
    assert len(expected) == 3 * 5  # with the A/A partner of one cell
    assert results.complete
    assert results.end.statuses == {"ok": 15}


def test_each_launch_has_a_fresh_worker(prepared, fake, executed):
    spawner = fake()
    executed(prepared(sizes=SIZES, launches=3), spawner)
    assert len(spawner.workers) == 3 * 2  # the A/A partner's own
    assert all(worker.closed for worker in spawner.workers)


def test_a_cell_that_cannot_run_is_not_tried(prepared, fake, executed, monkeypatch):
    monkeypatch.setenv("TOY_DEVICES", "1")
    made = prepared(devices=("cpu", "toy"), sizes=("1",), launches=1)
    monkeypatch.delenv("TOY_DEVICES")
    without = prepared(devices=("cpu",), sizes=("1",), launches=1)
    assert {cell.device for cell in made.plan.runnable} == {"cpu", "toy:0"}
    spawner = fake()
    results = executed(prepared(workloads=("doubling", "noop"), sizes=("1",), launches=1), spawner)
    assert {cell.reason for cell in results.cell_records if cell.workload == "noop"} == {"noop has no step for toy"}
    assert len(spawner.jobs) == len(without.plan.runnable)


@pytest.mark.parametrize("status", ["failed", "oom", "skipped", "timeout", "crashed"])
def test_a_cell_that_failed_is_not_launched_again(prepared, fake, answered, executed, status: str):
    spawner = fake(
        measured=lambda job: {"status": status, "reason": "so"} if job.params["n"] == 1 else answered(job)
    )  # fmt: skip
    results = executed(prepared(sizes=SIZES, launches=3), spawner)
    assert [size for _, size, _ in in_order(results)].count(1) == 1
    assert [size for _, size, variant in in_order(results) if not variant].count(2) == 3
    assert results.complete


def test_an_unverified_cell_is_launched_again(prepared, fake, executed):
    """Another worker's waits may be right; and a cell is as good as its worst launch anyhow."""
    spawner = fake(measured=lambda job: {"status": "unverified", "reason": "so"})
    assert len(executed(prepared(sizes=("1",), launches=3), spawner).launch_records) == 6


def test_the_first_launchs_block_is_every_launchs(prepared, fake, executed):
    spawner = fake()
    executed(prepared(sizes=("1",), launches=3), spawner)
    by_worker = [(worker.start, [job.calls for job in worker.jobs]) for worker in spawner.workers]
    assert sorted(calls for _, (calls,) in by_worker) == [0, 0, 64, 64, 64, 64]


def test_a_backend_that_does_not_start_is_tried_once(prepared, fake, executed):
    spawner = fake(started=lambda start: {"status": "failed", "reason": "ImportError: no libtoy"})
    results = executed(prepared(sizes=SIZES, launches=3), spawner)
    assert {(one.status, one.reason) for one in results.launch_records} == {
        ("failed", "the worker did not start: ImportError: no libtoy")
    }
    assert len(spawner.workers) == 2  # and the A/A partner's


def test_a_frameworks_facts_are_kept_once(prepared, fake, executed):
    results = executed(prepared(sizes=("1",), launches=3), fake())
    assert [env.scope for env in results.envs] == ["toy@cpu"]


class Told(Silent):
    """What progress was told."""

    def __init__(self) -> None:
        self.log = []

    def begin(self, cells, launches, done, passes):
        self.log.append(("begin", len(cells), launches, len(done)))

    def starting(self, backend, device, launch):
        self.log.append(("starting", launch))

    def measuring(self, cell, measures):
        self.log.append(("measuring", measures))

    def finished(self, cell, launch):
        self.log.append(("finished", launch.launch))


def test_progress_is_told_between_measurements(prepared, fake, executed):
    told = Told()
    spawner = fake(measured=lambda job: told.log.append("asked") or {"status": "ok", "reason": ""})
    executed(prepared(sizes=("1",), launches=1), spawner, told)
    one = [("starting", 0), ("measuring", "time"), "asked", ("finished", 0)]
    assert told.log == [("begin", 2, 1, 0), *one, *one]


def test_a_launch_is_on_the_disk_before_the_next_begins(prepared, fake, answered, executed, tmp_path):
    lines = []

    def measured(job):
        lines.append((tmp_path / "run" / "results.jsonl").read_bytes().count(b'"kind":"launch"'))
        return answered(job)

    executed(prepared(sizes=SIZES, launches=1), fake(measured=measured))
    assert lines == [0, 1, 2, 3, 4]


class Interrupting(Told):
    """Somebody presses Ctrl-C after so many measurements."""

    def __init__(self, after: int, error: type[BaseException] = KeyboardInterrupt) -> None:
        super().__init__()
        self.after, self.error, self.ended = after, error, False

    def finished(self, cell, launch):
        super().finished(cell, launch)
        if self.log.count(("finished", launch.launch)) == self.after:
            raise self.error

    def end(self):
        self.ended = True


def test_an_interrupted_run_keeps_what_it_has_and_goes_on_where_it_was(prepared, fake, scripted, tmp_path):
    made = prepared(sizes=SIZES, launches=2, seed=3)
    whole = fake()
    scripted(whole)
    expected = in_order(measure(made, tmp_path / "whole", [], Silent()))

    spawner, progress = fake(), Interrupting(3)
    scripted(spawner)
    with pytest.raises(Interrupted) as error:
        measure(made, tmp_path / "run", [], progress)
    assert error.value.folder == tmp_path / "run"
    assert progress.ended
    kept = load(tmp_path / "run")
    assert in_order(kept) == expected[:3]
    assert ([event.what for event in kept.events], kept.complete) == (["interrupted"], False)

    later, told = fake(), Told()
    scripted(later)
    resumed = resume(tmp_path / "run", told)
    assert in_order(resumed) == expected
    assert told.log[0] == ("begin", 5, 2, 3)
    assert ([event.what for event in resumed.events], resumed.complete) == (["interrupted", "resumed"], True)
    assert len(spawner.jobs) + len(later.jobs) == len(expected)
    assert {job.calls for job in later.jobs if (job.params["n"]) in {size for _, size, _ in expected[:3]}} <= {0, 64}


@pytest.mark.parametrize("error", [KeyboardInterrupt, StorageError("disk full")])
def test_the_worker_is_gone_before_the_error_is_told(prepared, fake, executed, error):
    """Else it would live as long as somebody holds the error: in a notebook for ever."""
    spawner = fake()
    with pytest.raises((KeyboardInterrupt, StorageError)) as held:
        executed(prepared(sizes=SIZES, launches=1), spawner, Interrupting(1, error))
    assert [worker.closed for worker in spawner.workers] == [True]
    assert held.value


def test_the_block_of_an_earlier_sitting_is_used(prepared, fake, scripted, tmp_path):
    scripted(fake())
    with pytest.raises(Interrupted):
        measure(prepared(sizes=("1",), launches=2), tmp_path / "run", [], Interrupting(2))
    later = fake()
    scripted(later)
    resume(tmp_path / "run", Silent())
    assert [job.calls for job in later.jobs] == [64, 64]


def test_what_failed_in_an_earlier_sitting_is_not_tried_again(prepared, fake, scripted, tmp_path):
    scripted(fake(measured=lambda job: WorkerDied("gone")))
    with pytest.raises(Interrupted):
        measure(prepared(sizes=("1",), launches=2), tmp_path / "run", [], Interrupting(2))
    later = fake()
    scripted(later)
    assert resume(tmp_path / "run", Silent()).complete
    assert later.workers == []


def test_a_complete_run_is_left_as_it_is(prepared, fake, scripted, tmp_path):
    scripted(fake())
    measure(prepared(sizes=("1",), launches=1), tmp_path / "run", [], Silent())
    before = (tmp_path / "run" / "results.jsonl").read_bytes()
    assert resume(tmp_path / "run", Silent()).complete
    assert (tmp_path / "run" / "results.jsonl").read_bytes() == before


def test_a_torn_line_is_cut_off_when_the_run_goes_on(prepared, fake, scripted, tmp_path):
    scripted(fake())
    made = prepared(sizes=SIZES, launches=1)
    with pytest.raises(Interrupted):
        measure(made, tmp_path / "run", [], Interrupting(2))
    with (tmp_path / "run" / "results.jsonl").open("ab") as file:
        file.write(b'{"kind":"launch","half')
    resumed = resume(tmp_path / "run", Silent())
    assert (resumed.complete, resumed.notes, len(resumed.launch_records)) == (True, (), 5)
    assert resumed.events[-1].detail == "a torn last line was dropped"


def test_a_run_whose_workload_is_gone_says_so(prepared, fake, scripted, tmp_path, toy_file, monkeypatch):
    copy = tmp_path / "mine.py"
    copy.write_text(toy_file.read_text().replace('name="doubling"', 'name="mine"'))
    scripted(fake())
    with pytest.raises(Interrupted):
        measure(prepared(workloads=("mine",), plugins=(str(copy),)), tmp_path / "run", [], Interrupting(1))
    copy.write_text("")
    for name in [name for name in sys.modules if name.startswith("gpubench_plugin") and name.endswith(".mine")]:
        monkeypatch.delitem(sys.modules, name)  # as in the process of another day
    with pytest.raises(UsageError, match="the run measures mine, which is not here"):
        resume(tmp_path / "run", Silent())
