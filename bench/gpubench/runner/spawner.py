"""Worker processes: started, asked, waited for in a blocking read, ended."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from typing import IO, Any, Protocol, Self

from gpubench.backend import Backend
from gpubench.machine.environment import FALSIFYING
from gpubench.runner.shipping import Shipment
from gpubench.worker.job import Start

_TAIL_BYTES = 4000
_LAST_S = 30.0
"""For a worker that has closed its pipe to end."""
_LONGEST_SAID = 40


class WorkerDied(Exception):
    """The worker did not start, or ended without an answer. signal_name: empty where it exited by itself."""

    def __init__(self, reason: str, signal_name: str = "") -> None:
        super().__init__(reason)
        self.reason, self.signal_name = reason, signal_name


class WorkerTimedOut(Exception):
    """No answer within the time limit; the worker was killed."""


class Worker(Protocol):
    """A started worker."""

    def ask(self, message: Mapping[str, Any], timeout_s: float) -> dict[str, Any]:
        """The answer to a message. Raises WorkerDied or WorkerTimedOut; the worker is gone then."""
        ...

    def stderr_tail(self) -> str:
        """The last of what the worker wrote to standard error."""
        ...

    def close(self) -> None:
        """End the worker, wait until it is gone, and let go of its pipes; `stderr_tail` is not to be asked then."""
        ...


class Spawner(Protocol):
    """Makes workers; tests hand in one that starts no process."""

    def spawn(self, backend: Backend, start: Start) -> Worker:
        """A worker in which nothing is imported yet. Raises WorkerDied where no process can be started."""
        ...


class ProcessSpawner:
    """Workers as child processes, each in its backend's interpreter (this one by default).

    interpreters: backend name to a Python's path. A context manager: what was shipped to foreign
    interpreters is removed at its end.
    """

    def __init__(self, interpreters: Mapping[str, str]) -> None:
        self._interpreters = interpreters
        self._shipment = Shipment()

    def spawn(self, backend: Backend, start: Start) -> Worker:
        python = self._interpreters.get(backend.name, sys.executable)
        own = {name: value for name, value in os.environ.items() if name not in FALSIFYING}
        environment = {**own, **backend.environment(start.threads, start.device)}
        if python != sys.executable:
            environment["PYTHONPATH"] = self._shipment.path()
        return ProcessWorker([python, "-P", "-m", "gpubench.worker", str(os.getpid())], environment)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._shipment.close()


class ProcessWorker:
    """One child process, in a session of its own so that Ctrl-C reaches the parent alone.

    It has an empty folder for its temporary files, so that no compiler finds there what another launch has compiled.
    """

    def __init__(self, command: list[str], environment: Mapping[str, str]) -> None:
        self._stderr: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  it lives as long as the worker
        self._scratch = tempfile.TemporaryDirectory(prefix="gpubench-worker-", ignore_cleanup_errors=True)
        try:
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._stderr,
                env={**environment, "TMPDIR": self._scratch.name}, start_new_session=True, bufsize=0,
            )  # fmt: skip
        except OSError as error:
            self._stderr.close()
            self._scratch.cleanup()
            raise WorkerDied(f"{command[0]} can't be run: {error.strerror or error}") from error
        self._buffer = b""
        self._ended = _end_of(self._process.pid)

    def ask(self, message: Mapping[str, Any], timeout_s: float) -> dict[str, Any]:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
        except BrokenPipeError:
            raise self._died() from None
        line = self._line(time.monotonic() + timeout_s)
        try:
            answer: dict[str, Any] = json.loads(line)
        except ValueError:
            self._kill()
            said = line.decode(errors="replace")[:_LONGEST_SAID]
            raise WorkerDied(f"it answers as no worker does: {said!r}") from None
        return answer

    def _line(self, deadline: float) -> bytes:
        assert self._process.stdout is not None
        answers = self._process.stdout.fileno()
        watched = [answers] if self._ended is None else [answers, self._ended]
        while b"\n" not in self._buffer:
            ready = _ready(watched, deadline - time.monotonic())
            if not ready:
                self._kill()
                raise WorkerTimedOut
            if answers not in ready:  # it has ended, and what it forked may hold the pipe open
                ready = _ready([answers], 0)
            chunk = os.read(answers, 1 << 20) if ready else b""
            if not chunk:
                raise self._died()
            self._buffer += chunk
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line

    def _died(self) -> WorkerDied:
        if self._process.returncode is None:
            ended = self._ends()
            self._kill()
            if not ended:
                return WorkerDied(f"the worker closed its pipe and did not end within {_LAST_S:g} s: it was killed")
        code = self._process.wait()
        if code >= 0:
            return WorkerDied(f"the worker exited with {code}")
        name = signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
        return WorkerDied(f"the worker was ended by {name}", name)

    def _ends(self) -> bool:
        """Whether it ends by itself; it is not reaped, so that its number stays its own until its group is killed."""
        deadline = time.monotonic() + _LAST_S
        while os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is None:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.01)  # it measures no more
        return True

    def stderr_tail(self) -> str:
        size = self._stderr.seek(0, os.SEEK_END)
        self._stderr.seek(max(0, size - _TAIL_BYTES))
        return self._stderr.read().decode(errors="replace")

    def close(self) -> None:
        self._kill()
        for pipe in (self._process.stdin, self._process.stdout, self._stderr):
            if pipe is not None:
                pipe.close()
        if self._ended is not None:
            os.close(self._ended)
            self._ended = None
        self._scratch.cleanup()

    def _kill(self) -> None:
        """Its standard error can still be read afterwards."""
        if self._process.returncode is None:  # not waited for yet, so its number is still its own
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)  # what it forked ends too
        self._process.wait()


def _ready(descriptors: Sequence[int], timeout_s: float) -> list[int]:
    """Those that can be read now or within the time. select(2) would refuse descriptors from 1024 on."""
    watch = select.poll()
    for descriptor in descriptors:
        watch.register(descriptor, select.POLLIN)
    return [descriptor for descriptor, _ in watch.poll(max(0.0, timeout_s) * 1e3)]


def _end_of(pid: int) -> int | None:
    """A descriptor that can be read once the process has ended (pidfd_open(2)); None before Linux 5.3."""
    try:
        return os.pidfd_open(pid)
    except OSError:
        return None
