"""Calls served in bursts: by one worker at a time, which is kept as long as it serves, and replaced when it breaks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from gpubench.runner.served import NotTimed, Served
from gpubench.runner.spawner import WorkerDied, WorkerTimedOut
from gpubench.worker.job import Limits


class FakeWorker:
    """Answers what its spawner's script says of each message's kind."""

    def __init__(self, spawner: FakeSpawner, device: str) -> None:
        self.spawner, self.device, self.closed = spawner, device, False

    def ask(self, message: Mapping[str, Any], timeout_s: float) -> dict[str, Any]:
        assert not self.closed
        answer = self.spawner.script.get(message["kind"], {"status": "ok"})
        if isinstance(answer, Exception):
            raise answer
        ready = {"versions": {"numpy": "9.9"}, "devices": [("cpu", "", None), ("toy:0", "Toy 9000", 1)]}
        return {**(ready if message["kind"] == "start" else {"seconds": [0.25, 0.5]}), **answer}

    def stderr_tail(self) -> str:
        return "the last\nwords\n"

    def close(self) -> None:
        self.closed = True


class FakeSpawner:
    """Makes workers that are no processes. script: answers by the kind of the message."""

    def __init__(self, **script: Any) -> None:
        self.script, self.workers = script, []

    def spawn(self, backend: Any, start: Any) -> FakeWorker:
        assert all(worker.closed for worker in self.workers), "two workers at once"
        self.workers.append(FakeWorker(self, start.device))
        return self.workers[-1]


@pytest.fixture
def served(known):
    def made(**script):
        return Served(known, FakeSpawner(**script), Limits(1.0))

    return made


def test_a_worker_serves_every_cell_of_its_backend_and_device(served, cell):
    serving = served()
    for size in (4, 64):
        assert serving.hold(cell(size=size))["backend_version"] == "9.9"
        assert [serving.round() for _ in range(3)] == [0.25, 0.5, 0.25]
    assert serving.hold(cell(device="toy:0"))["device_model"] == "Toy 9000"
    assert [worker.device for worker in serving.spawner.workers] == ["cpu", "toy:0"]
    serving.close()
    assert all(worker.closed for worker in serving.spawner.workers)


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [
        (WorkerDied("the worker was ended by SIGSEGV"), "crashed", "the worker was ended by SIGSEGV; words"),
        (WorkerTimedOut(), "timeout", "no answer within 300 s"),
        ({"status": "failed", "reason": "the output is wrong"}, "failed", "the output is wrong"),
        ({"status": "skipped", "reason": "no such thing"}, "skipped", "no such thing"),
    ],
)
def test_why_a_cell_has_no_times_is_told(served, cell, answer, status, said):
    serving = served(measure=answer)
    with pytest.raises(NotTimed) as raised:
        serving.hold(cell())
    assert raised.value.status == status
    assert said in raised.value.message


@pytest.mark.parametrize(
    ("answer", "workers"),
    [
        (WorkerDied("gone"), 2),
        (WorkerTimedOut(), 2),
        ({"status": "failed", "reason": "", "restart": True}, 2),
        ({"status": "failed", "reason": ""}, 1),
    ],
)
def test_after_a_burst_that_broke_its_worker_another_one_serves(served, cell, answer, workers):
    serving = served(burst=answer)
    serving.hold(cell())
    with pytest.raises(NotTimed):
        serving.round()
    serving.hold(cell())
    assert len(serving.spawner.workers) == workers


def test_a_worker_that_does_not_start_is_told_and_tried_again(served, cell):
    serving = served(start={"status": "failed", "reason": "no such module"})
    for _ in range(2):
        with pytest.raises(NotTimed, match="no worker of toy starts on cpu: no such module; `gpubench doctor`"):
            serving.hold(cell())
    assert len(serving.spawner.workers) == 2
