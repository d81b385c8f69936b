"""Real workers of the toy: asked, timed out, dead, and gone with their parent; what they are started with."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from types import SimpleNamespace

import pytest

from gpubench.runner.spawner import ProcessSpawner, ProcessWorker, WorkerDied, WorkerTimedOut
from gpubench.worker.job import Job, Limits, Start

LONG_S = 60.0
"""Nothing here takes that long."""


@pytest.fixture
def spawned(known):
    """A started worker of the toy backend."""
    with ProcessSpawner({}) as spawner:
        start = Start(known.backends["toy"].target, "cpu", 2)
        worker = spawner.spawn(known.backends["toy"].value, start)
        assert worker.ask(start.message(), LONG_S)["status"] == "ok"
        yield worker
        worker.close()


def pid_of(worker: ProcessWorker) -> int:
    return worker._process.pid


def job(known, fault: str) -> dict:
    limits = Limits(0.1)
    return Job(
        known.workloads["doubling"].target, {"n": 4, "fault": fault}, "float32", "eager", "resident", 0, 1, limits
    ).message()


def test_a_worker_answers_one_cell_after_the_other(spawned, known):
    for fault, status in (("raise", "failed"), ("oom", "oom"), ("unsupported", "skipped"), ("wrong", "failed")):
        assert spawned.ask(job(known, fault), LONG_S)["status"] == status


@pytest.mark.parametrize(
    ("fault", "reason", "signal_name"),
    [
        ("exit", "the worker exited with 7", ""),
        ("kill", "the worker was ended by SIGKILL", "SIGKILL"),
        ("abort", "the worker was ended by SIGABRT", "SIGABRT"),
    ],
)
def test_how_a_worker_died_is_told(spawned, known, fault: str, reason: str, signal_name: str):
    with pytest.raises(WorkerDied, match=reason) as death:
        spawned.ask(job(known, fault), LONG_S)
    assert (death.value.reason, death.value.signal_name) == (reason, signal_name)


def test_a_worker_that_is_dead_already_is_found_dead(spawned, known):
    os.kill(pid_of(spawned), signal.SIGKILL)
    with pytest.raises(WorkerDied, match="SIGKILL"):
        spawned.ask(job(known, "wrong"), LONG_S)
    with pytest.raises(WorkerDied, match="SIGKILL"):
        spawned.ask(job(known, "wrong"), LONG_S)


def test_a_signal_without_a_name_is_told_by_its_number(spawned, known):
    os.kill(pid_of(spawned), signal.SIGRTMIN + 1)
    with pytest.raises(WorkerDied, match=f"the worker was ended by signal {signal.SIGRTMIN + 1}"):
        spawned.ask(job(known, "wrong"), LONG_S)


def test_a_worker_that_hangs_is_killed_at_its_time_limit(spawned, known, gone_within):
    pidfd = os.pidfd_open(pid_of(spawned))
    with pytest.raises(WorkerTimedOut):
        spawned.ask(job(known, "hang"), 0.05)
    assert gone_within(pidfd, 0)
    os.close(pidfd)
    assert spawned.stderr_tail() == ""


@pytest.mark.parametrize("place", ["/no/such/python", "/etc/passwd"])
def test_an_interpreter_that_cannot_be_run_is_named(known, place: str):
    with ProcessSpawner({"toy": place}) as spawner, pytest.raises(WorkerDied, match=f"{place} can't be run: "):
        spawner.spawn(known.backends["toy"].value, Start("", "cpu", 1))


def test_the_backends_environment_is_there_before_anything_is_imported(known, monkeypatch, tmp_path):
    monkeypatch.setenv("TOY_DEVICES", "2")  # the user's own goes with it
    plugin = tmp_path / "watch.py"
    plugin.write_text(
        "import os\nfrom gpubench.backend import Backend\n"
        "AT_IMPORT = {name: os.environ.get(name) for name in ('TOY_THREADS', 'TOY_DEVICES')}\n"
        "def start(threads, device):\n    raise RuntimeError(AT_IMPORT)\n"
        "watch = Backend('toy', 'numpy', {'eager': ''}, ('float32',), (), lambda threads, device: {}, start)\n"
    )
    start = Start(f"{plugin}:watch", "cpu", 5)
    with ProcessSpawner({}) as spawner:
        worker = spawner.spawn(known.backends["toy"].value, start)
        reason = worker.ask(start.message(), LONG_S)["reason"]
        worker.close()
    assert reason == "RuntimeError: {'TOY_THREADS': '5', 'TOY_DEVICES': '2'}"


def test_the_folder_that_a_run_is_started_in_is_not_on_a_workers_path(known, tmp_path, monkeypatch):
    """A file numpy.py of the user's own would be taken for NumPy."""
    (tmp_path / "numpy.py").write_text("raise RuntimeError('the wrong one')")
    monkeypatch.chdir(tmp_path)
    start = Start(known.backends["toy"].target, "cpu", 1)
    with ProcessSpawner({}) as spawner:
        worker = spawner.spawn(known.backends["toy"].value, start)
        assert worker.ask(start.message(), LONG_S)["status"] == "ok"
        worker.close()


def test_closing_ends_a_worker_and_is_harmless_twice(spawned, gone_within):
    pidfd = os.pidfd_open(pid_of(spawned))
    spawned.close()
    spawned.close()
    assert gone_within(pidfd, 0)
    os.close(pidfd)


def test_ctrl_c_reaches_the_parent_alone(spawned):
    """A terminal sends it to the group in the foreground."""
    assert os.getsid(pid_of(spawned)) == pid_of(spawned) != os.getsid(0)
    assert os.getpgid(pid_of(spawned)) != os.getpgid(0)


_PARENT = """
import os, sys
from gpubench.plugins import catalogue
from gpubench.runner.spawner import ProcessSpawner
from gpubench.worker.job import Job, Limits, Start
from pathlib import Path

known = catalogue([Path(sys.argv[1])])
start = Start(known.backends["toy"].target, "cpu", 1)
with ProcessSpawner({}) as spawner:
    worker = spawner.spawn(known.backends["toy"].value, start)
    worker.ask(start.message(), 60)
    print(worker._process.pid, flush=True)
    target = known.workloads["doubling"].target
    worker.ask(Job(target, {"n": 4, "fault": "hang"}, "float32", "eager", "resident", 0, 0, Limits(1)).message(), 600)
"""


def test_a_worker_dies_with_its_parent_even_in_the_middle_of_a_cell(gone_within, toy_file):
    parent = subprocess.Popen([sys.executable, "-c", _PARENT, str(toy_file)], stdout=subprocess.PIPE, text=True)
    with parent:
        pidfd = os.pidfd_open(int(parent.stdout.readline()))
        assert not gone_within(pidfd, 0)
        parent.kill()
        assert gone_within(pidfd, LONG_S)
        os.close(pidfd)


def test_what_would_make_a_label_false_does_not_reach_a_worker(monkeypatch):
    """Calls that wait, TF32 as it was not asked for, float32 and float64 made of narrower types."""
    names = {
        "CUDA_LAUNCH_BLOCKING", "NVIDIA_TF32_OVERRIDE",
        "CUBLAS_EMULATE_SINGLE_PRECISION", "CUBLAS_EMULATE_DOUBLE_PRECISION",
    }  # fmt: skip
    for name in names:
        monkeypatch.setenv(name, "1")
    seen = {}
    backend = SimpleNamespace(name="toy", environment=lambda threads, device: {})
    monkeypatch.setattr("gpubench.runner.spawner.ProcessWorker", lambda command, environment: seen.update(environment))
    ProcessSpawner({}).spawn(backend, Start("toy", "cpu", 1))
    assert "PATH" in seen
    assert seen.keys().isdisjoint(names)
