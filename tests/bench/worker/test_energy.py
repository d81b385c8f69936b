"""The energy pass on a virtual machine: watts that are known, idle ones taken off, windows long enough."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gpubench.errors import Unsupported
from gpubench.worker.energy import EnergyPass, counter_of
from gpubench.worker.job import Job, Limits
from gpubench.worker.measure import Measurement
from gpubench.worker.service import Service


class Machine:
    """Takes `idle` watts always, and `busy` more while calls of `call_s` run; `first_s`: what the first takes more."""

    name = "virtual"

    def __init__(self, idle: float, busy: float, call_s: float, first_s: float = 0.0) -> None:
        self.idle, self.busy, self.call_s, self.first_s = idle, busy, call_s, first_s
        self.now = self.joules = 0.0
        self.rests: list[float] = []
        self.reads: list[float] = []
        self.calls = self.opened = 0

    def spend(self, seconds: float, busy: float = 0.0) -> None:
        self.now += seconds
        self.joules += seconds * (self.idle + busy)

    def rest(self, seconds: float) -> None:
        self.rests.append(seconds)
        self.spend(seconds)

    def read(self) -> float:
        self.reads.append(self.now)
        return 1e6 + self.joules

    def clock(self) -> int:
        return round(self.now * 1e9)

    def call(self, *placed: object) -> None:
        self.spend(self.call_s + (0 if self.calls else self.first_s), self.busy)
        self.calls += 1

    def find(self, device: str) -> Machine:
        self.opened += 1
        return self


@pytest.fixture
def service(toy, doubling):
    """A service whose worker computes on a machine."""

    def made(machine: Machine, find=None) -> Service:
        build = doubling.builders["toy"]
        shelf = {
            "toy": toy,
            "doubling": replace(doubling, builders={"toy": lambda *given: replace(build(*given), call=machine.call)}),
        }
        service = Service(shelf.__getitem__, energy=EnergyPass(find or machine.find, machine.rest))
        service.measurement = Measurement("toy", "cpu", toy.start(1, "cpu"), 1, machine.clock)
        return service

    return made


def ask(service: Service, n: int = 64) -> dict:
    params = {"n": n, "fault": "none"}
    job = Job("doubling", params, "float32", "eager", "resident", 0, 1, Limits(0.1), measures="energy")
    return service.answer(job.message())


@pytest.mark.parametrize("call_s", [1e-4, 0.02, 0.4, 7.0])
def test_a_calls_energy_is_its_own_above_idle(service, call_s: float):
    answer = ask(service(Machine(idle=50, busy=20, call_s=call_s)))
    assert (answer["status"], answer["reason"]) == ("ok", "")
    assert answer["energy_j"] == pytest.approx(20 * call_s)
    assert answer["counters"]["seconds"] >= 5
    assert answer["counters"]["idle watts"] == pytest.approx(50)
    assert answer["counters"]["joules"] == pytest.approx(70 * answer["counters"]["seconds"])


def test_idling_is_watched_for_two_seconds_once_a_worker(service):
    machine = Machine(idle=50, busy=20, call_s=0.01)
    started = service(machine)
    ask(started, 1)
    ask(started, 2)
    assert machine.rests == [2.0]
    assert machine.reads[:2] == [0.0, 2.0]
    assert machine.opened == 1


def test_compiling_is_in_no_window(service):
    plain, compiled = (ask(service(Machine(idle=50, busy=20, call_s=0.01, first_s=first))) for first in (0.0, 30.0))
    assert plain["counters"]["calls"] == compiled["counters"]["calls"]
    assert compiled["energy_j"] == pytest.approx(plain["energy_j"])


def test_state_is_restored_seldom(service):
    """Restoring is in the window: after each call of a quick step it would be most of it."""
    machine = Machine(idle=0, busy=1, call_s=1e-3)
    answer = ask(service(machine))
    assert answer["counters"]["calls"] % 256 == 0


def test_what_takes_no_more_than_idling_is_no_number(service):
    answer = ask(service(Machine(idle=50, busy=-1, call_s=0.01)))
    assert (answer["status"], answer["energy_j"]) == ("ok", None)
    assert answer["reason"].startswith("it takes no more than idling does")


def test_no_counter_is_a_skip_with_the_reason(service):
    def find(device: str):
        raise Unsupported("no such zone")

    machine = Machine(1, 1, 1)
    answer = ask(service(machine, find))
    assert answer["status"] == "skipped"
    assert answer["reason"] == answer["facts"]["energy"] == "no counter: no such zone"
    assert (machine.calls, machine.rests) == (0, [])


def test_a_device_without_a_known_counter_is_said():
    with pytest.raises(Unsupported, match=r"^none is known for toy$"):
        counter_of("toy:0")
