"""Processes that are asked line by line: how they answer, how they end, and that nothing of them is left."""

from __future__ import annotations

import contextlib
import errno
import os
import resource
import sys
from pathlib import Path

import pytest

from gpubench.runner import spawner as module
from gpubench.runner.spawner import ProcessWorker, WorkerDied

LONG_S = 60.0
"""Nothing here takes that long."""
FD_SETSIZE = 1024  # sys/select.h


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


def test_what_a_worker_started_ends_with_it(gone_within, tmp_path):
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
def test_a_worker_whose_child_holds_the_pipe_is_found_dead_all_the_same(gone_within, end: str, reason: str):
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
def test_a_line_that_is_no_answer_ends_whoever_said_it(gone_within, said: str):
    """Some program that is no worker."""
    script = f"import sys; input(); sys.stdout.buffer.write(b'{said}\\n'); sys.stdout.flush(); input()"
    worker = ProcessWorker([sys.executable, "-c", script], os.environ)
    pidfd = os.pidfd_open(worker._process.pid)
    with pytest.raises(WorkerDied, match="it answers as no worker does: "):
        worker.ask({}, LONG_S)
    assert gone_within(pidfd, 0)
    worker.close()
    os.close(pidfd)


def test_a_worker_that_closes_its_pipe_and_does_not_end_is_not_waited_for_for_ever(gone_within, monkeypatch):
    """A driver may hang while a framework lets go of it."""
    monkeypatch.setattr(module, "_LAST_S", 0.1)
    script = "import os, signal; input(); os.close(1); signal.pause()"
    worker = ProcessWorker([sys.executable, "-c", script], os.environ)
    pidfd = os.pidfd_open(worker._process.pid)
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
