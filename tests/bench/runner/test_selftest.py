"""The parent of a self-test: what is asked of which worker, what a broken one comes to, what backends are held to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from gpubench.errors import UnavailableError, UsageError
from gpubench.machine import verification
from gpubench.plugins import catalogue
from gpubench.runner.selftest import Examined, SelfTest, agreement, remember, self_test
from gpubench.runner.spawner import WorkerDied, WorkerTimedOut
from gpubench.runner.verified import subject_of
from gpubench.selection import Selection
from gpubench.worker.selftest.check import Check, Outcome

ABACUS = Path(__file__).parents[1] / "plugins" / "abacus.py"
READY = {"status": "ok", "versions": {"numpy": "2.4"}, "settings": {}, "devices": [("abacus:0", "an abacus", None)]}
GOOD = Check("answers", Outcome.PASS, "right")


@dataclass
class Worker:
    """Answers a start and a self-test, each with a mapping or by raising."""

    started: Mapping[str, Any] | Exception = field(default_factory=lambda: READY)
    examined: Mapping[str, Any] | Exception = field(
        default_factory=lambda: {"status": "ok", "checks": [GOOD.message()]}
    )
    asked: list[Mapping[str, Any]] = field(default_factory=list)
    closed: bool = False

    def ask(self, message: Mapping[str, Any], timeout_s: float) -> Mapping[str, Any]:
        self.asked.append(message)
        answer = self.started if message["kind"] == "start" else self.examined
        if isinstance(answer, Exception):
            raise answer
        return answer

    def stderr_tail(self) -> str:
        assert not self.closed
        return "its last words"

    def close(self) -> None:
        self.closed = True


@dataclass
class Spawner:
    """Hands out one worker, or fails to."""

    worker: Worker = field(default_factory=Worker)
    refused: Exception | None = None

    def spawn(self, backend: Any, start: Any) -> Worker:
        if self.refused is not None:
            raise self.refused
        self.start = start
        return self.worker


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state"


@pytest.fixture
def examined():
    """Examines the abacus in a worker that this is the script of."""

    def made(spawner: Spawner | None = None, **script: Any) -> Examined:
        spawner = spawner or Spawner(Worker(**script))
        seconds = iter((10.0, 13.0))
        test = SelfTest(catalogue([ABACUS]), spawner, lambda *_: None, threads=3, clock=lambda: next(seconds))
        return test.examine("abacus", "abacus:0")

    return made


def test_a_worker_is_started_for_the_device_and_asked_for_all_of_its_backends_work(examined):
    spawner = Spawner()
    one = examined(spawner)
    assert (spawner.start.device, spawner.start.threads) == ("abacus:0", 3)
    assert spawner.worker.asked[1] == {
        "kind": "selftest", "backend": f"{ABACUS}:abacus", "workloads": (f"{ABACUS}:abacus_product",),
        "product": f"{ABACUS}:abacus_product",
    }  # fmt: skip
    assert spawner.worker.closed
    assert (one.backend, one.version, one.model, one.checks, one.seconds) == (
        "abacus",
        "2.4",
        "an abacus",
        (GOOD,),
        3.0,
    )
    assert (one.failed, one.log) == ((), "")


def test_the_product_is_the_workload_whose_formula_no_right_step_undercuts():
    """Of a convolution, or of training with some, less may be computed; a copy computes nothing."""
    spawner = Spawner()
    SelfTest(catalogue(), spawner, lambda *_: None, threads=1).examine("torch", "cpu")
    request = spawner.worker.asked[1]
    assert request["product"] == "gpubench_workloads.matmul:matmul"
    assert {"gpubench_workloads.conv2d:conv2d", "gpubench_workloads.copy:copy"} < set(request["workloads"])


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ({"started": {"status": "failed", "reason": "ImportError: no"}}, "ImportError: no"),
        ({"started": WorkerDied("the worker exited with 1")}, "the worker exited with 1"),
        ({"started": WorkerTimedOut()}, "no answer within 120 s"),
        ({"examined": WorkerTimedOut()}, "no answer within 300 s"),
        ({"examined": WorkerDied("the worker was ended by SIGSEGV", "SIGSEGV")}, "the worker was ended by SIGSEGV"),
        ({"examined": {"status": "failed", "reason": "no plug-in"}}, "no plug-in"),
    ],
)
def test_a_worker_that_breaks_is_a_check_that_failed(examined, script, found):
    one = examined(**script)
    assert [(check.name, check.outcome, check.found) for check in one.checks] == [("worker", Outcome.FAIL, found)]
    assert one.failed == ("worker",)
    assert one.log == "its last words"


def test_so_is_one_that_can_t_be_started(examined):
    one = examined(Spawner(refused=WorkerDied("/opt/python can't be run")))
    assert one.checks[0].found == "/opt/python can't be run"
    assert (one.model, one.log) == ("", "")


def test_the_last_words_of_a_worker_are_kept_where_a_check_failed(examined):
    bad = {"status": "ok", "checks": [Check("answers", Outcome.FAIL, "wrong").message()]}
    assert examined(examined=bad).log == "its last words"


def rated(backend: str, device: str, rate: float) -> Examined:
    check = Check("rate-below-peak", Outcome.NOT_APPLICABLE, "", figures={"flop per s": rate})
    return Examined(backend, "1", device, (check,), 1.0, READY)


@pytest.mark.parametrize(("other", "outcome"), [(1.9e12, Outcome.PASS), (2.1e12, Outcome.WARN), (0.4e12, Outcome.WARN)])
def test_backends_on_one_device_are_held_to_each_other(other, outcome):
    ((device, check),) = agreement([rated("a", "cuda:0", 1e12), rated("b", "cuda:0", other)])
    assert (device, check.name, check.outcome) == ("cuda:0", "backends-agree", outcome)
    assert "FLOP/s" in check.found
    assert bool(check.meaning) == (outcome is Outcome.WARN)


def test_those_on_different_devices_and_those_without_a_rate_are_not():
    broken = Examined("c", "1", "cuda:0", (Check("worker", Outcome.FAIL, "gone"),), 1.0)
    assert list(agreement([rated("a", "cpu", 1e9), rated("b", "cuda:0", 1e12), broken])) == []


def test_each_outcome_is_remembered_for_its_own_device(examined):
    bad = examined(examined={"status": "ok", "checks": [Check("answers", Outcome.FAIL, "wrong").message()]})
    assert remember([bad, rated("other", "cpu", 1.0)], "2026-11-26") == ""
    assert str(verification.recall(subject_of("abacus", "abacus:0", READY))) == "failed 2026-11-26: answers"
    assert str(verification.recall(subject_of("other", "cpu", READY))) == "passed 2026-11-26"


def test_a_worker_that_never_started_leaves_nothing_to_remember(examined, state):
    assert remember([examined(started=WorkerDied("gone"))]) == ""
    assert not state.exists()


def test_where_nothing_can_be_written_that_is_told(state):
    state.write_text("a file")
    assert "Not a directory" in remember([rated("a", "cpu", 1.0)])


def test_an_unknown_backend_is_wrong_use():
    with pytest.raises(UsageError, match="there is no backend 'abakus'; did you mean 'abacus'"):
        self_test(Selection(backends=("abakus",), plugins=(str(ABACUS),)), lambda *_: None)


def test_a_device_that_is_not_here_is_unavailable():
    with pytest.raises(UnavailableError, match="there is no device 'abacus:7' here"):
        self_test(Selection(backends=("abacus",), devices=("abacus:7",), plugins=(str(ABACUS),)), lambda *_: None)
