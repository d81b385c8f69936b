"""One worker's turn under a scripted spawner: what breaks is recorded, what is left goes to a new worker."""

from __future__ import annotations

import resource

import numpy as np
import pytest

from gpubench.results.records import Env
from gpubench.runner import turns as module
from gpubench.runner.order import Group, Turn
from gpubench.runner.spawner import WorkerDied, WorkerTimedOut
from gpubench.runner.survey import TIMEOUT_S
from gpubench.runner.turns import Turns


@pytest.fixture
def carried_out(known, run_record, cell):
    """Carries out one turn over cells of the sizes 0 to n-1; returns Envs, and launches by size."""

    def carry_out(spawner, count=1, calls=None, launch=0, **fields):
        cells = [cell(size=size, **fields) for size in range(count)]
        told = []
        turns = Turns(
            run_record, known.backends, known.workloads, "/data", spawner, lambda *what: told.append(what), calls or {}
        )
        turn = Turn(launch, Group.of(cells[0]), tuple(cells))
        found = list(turns.carry_out(turn, cells))
        assert all(worker.closed for worker in spawner.workers)
        launches = [one for one in found if not isinstance(one, Env)]
        assert [one[0] for one in launches] == cells, "each cell once, in the turn's order"
        envs = [one for one in found if isinstance(one, Env)]
        return envs, [one[1] for one in launches], turns, told

    return carry_out


def test_a_worker_measures_all_its_cells(fake, carried_out):
    spawner = fake()
    _, launches, _, told = carried_out(spawner, 3, launch=4)
    assert [launch.status for launch in launches] == ["ok"] * 3
    assert {launch.launch for launch in launches} == {4}
    assert len(spawner.workers) == 1
    assert told == [("toy", "cpu", 4)]


def test_a_job_says_what_the_cell_is(fake, carried_out, known, cell):
    spawner = fake()
    carried_out(spawner, 1, calls={cell(size=0).identity: 12}, precision="float64", mode="slow", data="host")
    (job,) = spawner.jobs
    assert job.workload == known.workloads["doubling"].target
    assert job.params == {"n": 0, "fault": "none"}
    assert (job.precision, job.mode, job.data, job.seed, job.calls) == ("float64", "slow", "host", 7, 12)
    assert (job.limits.max_time_s, job.data_dir) == (0.25, "/data")


def test_the_time_limits_are_the_runs(fake, carried_out):
    spawner = fake()
    carried_out(spawner, 2)
    assert spawner.workers[0].timeouts == [TIMEOUT_S, 9.0, 9.0]


def test_the_worker_is_started_for_its_device_with_the_plans_threads(fake, carried_out, known):
    spawner = fake()
    carried_out(spawner, 1, device="toy:1", threads=3)
    start = spawner.workers[0].start
    assert (start.backend, start.device, start.threads) == (known.backends["toy"].target, "toy:1", 3)


def test_facts_of_the_worker_are_told_once_it_is_ready(fake, carried_out):
    (env,), _, _, _ = carried_out(fake(), 2)
    assert (env.scope, env.facts) == ("toy@cpu", {"numpy": np.__version__, "threads": "1"})


def test_a_launch_names_its_framework_and_its_device(fake, carried_out):
    from gpubench.machine import processors

    _, (on_cpu,), _, _ = carried_out(fake(), 1)
    assert (on_cpu.backend_version, on_cpu.device_model) == (np.__version__, processors.model())
    _, (on_toy,), _, _ = carried_out(fake(), 1, device="toy:0")
    assert on_toy.device_model == "Toy 9000"
    assert on_toy.startup_s >= 0


BROKEN = [
    pytest.param(WorkerTimedOut(), "timeout", "no answer within 9 s (--timeout): the worker was killed", id="hangs"),
    pytest.param(WorkerDied("the worker exited with 7"), "crashed", "the worker exited with 7", id="exits"),
    pytest.param(WorkerDied("ended by SIGABRT", "SIGABRT"), "crashed", "ended by SIGABRT", id="aborts"),
    pytest.param(WorkerDied("ended by SIGKILL", "SIGKILL"), "crashed", "ended by SIGKILL", id="is killed"),
    pytest.param({"status": "failed", "reason": "sticky", "restart": True}, "failed", "sticky", id="is spoilt"),
]


@pytest.mark.parametrize(("answer", "status", "reason"), BROKEN)
@pytest.mark.parametrize("which", [0, 1, 2])
def test_a_worker_that_breaks_is_replaced_for_the_cells_that_are_left(
    fake, answered, carried_out, answer, status: str, reason: str, which: int
):
    spawner = fake(measured=lambda job: answer if job.params["n"] == which else answered(job))
    _, launches, _, told = carried_out(spawner, 3)
    assert [launch.status for launch in launches] == [status if size == which else "ok" for size in range(3)]
    assert launches[which].reason == reason
    assert [job.params["n"] for job in spawner.jobs] == [0, 1, 2], "the broken cell is not tried again"
    assert len(spawner.workers) == len(told) == (1 if which == 2 else 2), "none for no cells"


@pytest.mark.parametrize("status", ["failed", "oom", "skipped", "unverified"])
def test_a_cell_that_fails_by_itself_leaves_its_worker_to_the_others(fake, answered, carried_out, status: str):
    spawner = fake(measured=lambda job: {"status": status, "reason": "so"} if job.params["n"] == 0 else answered(job))
    _, launches, _, _ = carried_out(spawner, 2)
    assert [(launch.status, launch.reason) for launch in launches] == [(status, "so"), ("ok", "")]
    assert len(spawner.workers) == 1


def test_what_the_worker_said_is_kept_of_failures_alone(fake, answered, carried_out):
    spawner = fake(measured=lambda job: WorkerDied("gone") if job.params["n"] == 0 else answered(job))
    _, launches, _, _ = carried_out(spawner, 2)
    assert [launch.stderr for launch in launches] == ["worker 0 said this", ""]


def test_each_of_many_crashes_takes_a_worker_and_ends(fake, carried_out):
    spawner = fake(measured=lambda job: WorkerDied("gone"))
    _, launches, _, _ = carried_out(spawner, 5)
    assert [launch.status for launch in launches] == ["crashed"] * 5
    assert len(spawner.workers) == 5


@pytest.mark.parametrize(
    ("answer", "status", "why"),
    [
        ({"status": "failed", "reason": "ImportError: no libtoy"}, "failed", "ImportError: no libtoy"),
        (WorkerTimedOut(), "timeout", "no answer within 120 s"),
        (WorkerDied("the worker was ended by SIGSEGV", "SIGSEGV"), "crashed", "the worker was ended by SIGSEGV"),
    ],
    ids=["raises", "hangs", "crashes"],
)
def test_a_backend_that_does_not_start_fails_its_cells_with_the_reason(fake, carried_out, answer, status, why):
    spawner = fake(started=lambda start: answer)
    envs, launches, _, _ = carried_out(spawner, 3)
    assert envs == []
    assert {(one.status, one.reason) for one in launches} == {(status, f"the worker did not start: {why}")}
    assert {one.stderr for one in launches} == {"worker 0 said this"}
    assert (len(spawner.workers), spawner.jobs) == (1, [])


def test_an_interpreter_that_is_gone_fails_the_cells_with_the_reason(fake, carried_out):
    """A run that is resumed after the environment was removed, say."""
    spawner = fake(refused={0: WorkerDied("/gone/python can't be run: No such file or directory")})
    _, launches, _, _ = carried_out(spawner, 2)
    reason = "the worker did not start: /gone/python can't be run: No such file or directory"
    assert [(one.status, one.reason) for one in launches] == [("crashed", reason)] * 2


def test_the_block_that_a_first_launch_calibrated_is_used_by_the_next(fake, carried_out, cell):
    spawner = fake()
    _, _, turns, _ = carried_out(spawner, 1)
    assert turns.calls == {cell(size=0).identity: 64}
    later = fake()
    carried_out(later, 1, calls=turns.calls, launch=1)
    assert [job.calls for job in spawner.jobs + later.jobs] == [0, 64]


def test_a_launch_that_failed_calibrates_nothing(fake, carried_out):
    _, _, turns, _ = carried_out(fake(measured=lambda job: {"status": "failed", "reason": ""}), 1)
    assert turns.calls == {}


@pytest.mark.parametrize(
    ("signal", "kills", "status"),
    [("SIGKILL", 1, "oom"), ("SIGKILL", 0, "crashed"), ("SIGSEGV", 1, "crashed"), ("", 1, "crashed")],
)
def test_only_the_kernels_own_counter_makes_a_kill_out_of_memory(
    fake, carried_out, monkeypatch, signal: str, kills: int, status: str
):
    count = 40

    def measured(job):
        nonlocal count
        count += kills
        return WorkerDied("ended", signal)

    monkeypatch.setattr(module, "oom_kills", lambda: count)
    _, (launch,), _, _ = carried_out(fake(measured=measured), 1)
    assert launch.status == status
    assert ("the kernel killed a process for memory" in launch.reason) is (status == "oom")


def test_a_crash_under_an_address_space_limit_says_so(fake, carried_out, monkeypatch):
    monkeypatch.setattr(resource, "getrlimit", lambda which: (3 * 2**30, 3 * 2**30))
    _, (launch,), _, _ = carried_out(fake(measured=lambda job: WorkerDied("ended by SIGSEGV", "SIGSEGV")), 1)
    assert launch.reason == "ended by SIGSEGV (an address-space limit of 3.0 GiB is in force)"


def test_what_a_worker_adds_to_its_answer_is_left_out(fake, answered, carried_out):
    """A worker of a newer gpubench in another interpreter may know more than this one."""
    _, (launch,), _, _ = carried_out(fake(measured=lambda job: {**answered(job), "from_the_future": 1}), 1)
    assert launch.status == "ok"


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError])
def test_the_worker_ends_whatever_ends_the_turn(fake, known, run_record, cell, error):
    def interrupted(job):
        raise error

    spawner = fake(measured=interrupted)
    turns = Turns(run_record, known.backends, known.workloads, "", spawner, lambda *what: None)
    with pytest.raises(error):
        list(turns.carry_out(Turn(0, Group("toy", "cpu", ""), (cell(),)), [cell()]))
    assert [worker.closed for worker in spawner.workers] == [True]


def test_a_turn_that_nobody_finishes_ends_its_worker(fake, known, run_record, cell):
    """The disk is full after the first record, say."""
    spawner = fake()
    turns = Turns(run_record, known.backends, known.workloads, "", spawner, lambda *what: None)
    going_on = turns.carry_out(Turn(0, Group("toy", "cpu", ""), (cell(),)), [cell()])
    next(going_on)
    going_on.close()
    assert [worker.closed for worker in spawner.workers] == [True]
