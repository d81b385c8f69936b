"""Real worker processes: asked, timed out, dead, and gone with their parent."""

from __future__ import annotations

import contextlib
import errno
import os
import resource
import select
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from gpubench.runner import spawner as module
from gpubench.runner.spawner import ProcessSpawner, ProcessWorker, WorkerDied, WorkerTimedOut
from gpubench.worker.job import Job, Limits, Start

LONG_S = 60.0
"""Nothing here takes that long."""
FD_SETSIZE = 1024  # sys/select.h


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


def gone_within(pidfd: int, seconds: float) -> bool:
    """Whether the process ends: its descriptor becomes readable then."""
    return bool(select.select([pidfd], [], [], seconds)[0])


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


def test_a_worker_that_hangs_is_killed_at_its_time_limit(spawned, known):
    pidfd = os.pidfd_open(pid_of(spawned))
    with pytest.raises(WorkerTimedOut):
        spawned.ask(job(known, "hang"), 0.05)
    assert gone_within(pidfd, 0)
    os.close(pidfd)
    assert spawned.stderr_tail() == ""


def test_the_last_that_a_worker_said_is_kept(tmp_path):
    script = "import sys; sys.stderr.write('x' * 10_000 + '\\xff the end'); sys.exit(3)"
    worker = ProcessWorker([sys.executable, "-c", script], os.environ)
    with pytest.raises(WorkerDied, match="exited with 3"):
        worker.ask({}, LONG_S)
    said = worker.stderr_tail()
    worker.close()
    assert said.endswith("the end")
    assert 3900 < len(said) <= 4000


def test_a_line_that_arrives_in_pieces_is_one_answer():
    script = """
import sys
sys.stdin.readline()
for piece in ('{"a"', ': 1', '}\\n{"b": 2}', '\\n'):
    sys.stdout.write(piece)
    sys.stdout.flush()
sys.stdin.read()
"""
    worker = ProcessWorker([sys.executable, "-c", script], os.environ)
    assert worker.ask({}, LONG_S) == {"a": 1}
    assert worker.ask({}, LONG_S) == {"b": 2}
    worker.close()


def test_half_an_answer_is_none():
    worker = ProcessWorker([sys.executable, "-c", "input(); print('{\"a\"', end='')"], os.environ)
    with pytest.raises(WorkerDied, match="exited with 0"):
        worker.ask({}, LONG_S)
    worker.close()


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


def test_closing_ends_a_worker_and_is_harmless_twice(spawned):
    pidfd = os.pidfd_open(pid_of(spawned))
    spawned.close()
    spawned.close()
    assert gone_within(pidfd, 0)
    os.close(pidfd)


def test_what_a_worker_started_ends_with_it(tmp_path):
    """Compilers that torch.compile left running, say."""
    script = "import subprocess, sys; input(); print(subprocess.Popen(['sleep', '60']).pid, flush=True); input()"
    worker = ProcessWorker([sys.executable, "-c", script], os.environ)
    pidfd = os.pidfd_open(worker.ask({}, LONG_S))
    worker.close()
    assert gone_within(pidfd, LONG_S)
    os.close(pidfd)


_FORKS = """
import os, signal, sys
sys.stdin.readline()
child = os.fork()
if child == 0:
    signal.pause()
print(child, flush=True)
sys.stdin.readline()
{end}
"""


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        ("os._exit(7)", "the worker exited with 7"),
        ("os.kill(os.getpid(), 9)", "the worker was ended by SIGKILL"),
        ("os.write(1, b'{\"half\"'); os._exit(7)", "the worker exited with 7"),
    ],
)
def test_a_worker_whose_child_holds_the_pipe_is_found_dead_all_the_same(end: str, reason: str):
    """The pipe's end never comes then; the child ends with the worker."""
    worker = ProcessWorker([sys.executable, "-c", _FORKS.format(end=end)], os.environ)
    pidfd = os.pidfd_open(worker.ask({}, LONG_S))
    with pytest.raises(WorkerDied, match=reason):
        worker.ask({}, LONG_S)
    assert gone_within(pidfd, LONG_S)
    with pytest.raises(WorkerDied, match=reason):
        worker.ask({}, LONG_S)
    worker.close()
    os.close(pidfd)


@pytest.mark.parametrize("said", ["a text", "{", "\\xff"])
def test_a_line_that_is_no_answer_ends_whoever_said_it(said: str):
    """Some program that is no worker."""
    script = f"import sys; input(); sys.stdout.buffer.write(b'{said}\\n'); sys.stdout.flush(); input()"
    worker = ProcessWorker([sys.executable, "-c", script], os.environ)
    pidfd = os.pidfd_open(pid_of(worker))
    with pytest.raises(WorkerDied, match="it answers as no worker does: "):
        worker.ask({}, LONG_S)
    assert gone_within(pidfd, 0)
    worker.close()
    os.close(pidfd)


def test_a_worker_that_closes_its_pipe_and_does_not_end_is_not_waited_for_for_ever(monkeypatch):
    """A driver may hang while a framework lets go of it."""
    monkeypatch.setattr(module, "_LAST_S", 0.1)
    script = "import os, signal; input(); os.close(1); signal.pause()"
    worker = ProcessWorker([sys.executable, "-c", script], os.environ)
    pidfd = os.pidfd_open(pid_of(worker))
    with pytest.raises(WorkerDied, match=r"did not end within 0\.1 s: it was killed") as death:
        worker.ask({}, LONG_S)
    assert death.value.signal_name == ""  # ours says nothing of memory
    assert gone_within(pidfd, 0)
    worker.close()
    os.close(pidfd)


def test_a_parent_with_many_open_files_hears_its_workers():
    """A notebook's server, say; the number of a pipe is then above what select(2) takes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 2 * FD_SETSIZE:
        pytest.skip(f"no process here may open more than {hard} files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2 * FD_SETSIZE), hard))
    with contextlib.ExitStack() as held:
        held.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        for _ in range(FD_SETSIZE):
            held.enter_context(Path(os.devnull).open("rb"))
        worker = ProcessWorker([sys.executable, "-c", "input(); print('{}', flush=True); input()"], os.environ)
        held.callback(worker.close)
        assert worker.ask({}, LONG_S) == {}


def test_the_last_answer_of_a_worker_that_ends_at_once_is_not_lost(monkeypatch):
    """Descriptors are looked at one after the other: an answer may come just after its pipe was found empty."""
    plain = module._ready

    def end_first(watched, timeout_s):
        return plain(watched[1:] or watched, timeout_s)

    monkeypatch.setattr(module, "_ready", end_first)
    script = "import os, sys; sys.stdin.readline(); os.write(1, b'{\"a\": 1}\\n'); os._exit(0)"
    worker = ProcessWorker([sys.executable, "-c", script], os.environ)
    assert worker.ask({}, LONG_S) == {"a": 1}
    worker.close()


def test_a_kernel_that_tells_no_end_of_a_process_leaves_it_to_the_pipe(monkeypatch):
    """Before Linux 5.3."""

    def refused(pid: int) -> int:
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr(os, "pidfd_open", refused)
    worker = ProcessWorker([sys.executable, "-c", "import sys; sys.stdin.readline(); sys.exit(3)"], os.environ)
    with pytest.raises(WorkerDied, match="exited with 3"):
        worker.ask({}, LONG_S)
    worker.close()


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


def test_a_worker_dies_with_its_parent_even_in_the_middle_of_a_cell(toy_file):
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


def test_every_worker_has_an_empty_folder_for_temporary_files_that_goes_with_it():
    """A compiler's cache there would make the first call of the next launch a hit."""
    says = (
        "import json, sys, tempfile, pathlib; place = pathlib.Path(tempfile.gettempdir());"
        "before = list(map(str, place.iterdir())); (place / 'cache').touch();"
        "print(json.dumps({'place': str(place), 'before': before}), flush=True); sys.stdin.readline()"
    )
    places = []
    for _ in range(2):
        worker = ProcessWorker([sys.executable, "-c", says], os.environ)
        told = worker.ask({}, LONG_S)
        assert told["before"] == []
        places.append(Path(told["place"]))
        assert places[-1].is_dir()
        worker.close()
    assert places[0] != places[1]
    assert not any(place.exists() for place in places)
