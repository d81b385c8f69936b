"""The self-test of every backend on every device that is asked for, each in a worker as a run has it."""

from __future__ import annotations

import contextlib
import datetime
import itertools
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gpubench.backend import Backend
from gpubench.errors import UnavailableError
from gpubench.machine import processors, verification
from gpubench.machine.verification import FAILED, PASSED, Verification
from gpubench.plan import known_names
from gpubench.plugins import Catalogue, Plugin
from gpubench.presence import choose_devices
from gpubench.runner.prepared import look_here
from gpubench.runner.spawner import ProcessSpawner, Spawner, Worker, WorkerDied, WorkerTimedOut
from gpubench.runner.survey import TIMEOUT_S as START_TIMEOUT_S
from gpubench.runner.verified import model_of, subject_of
from gpubench.selection import Selection
from gpubench.worker.job import Start
from gpubench.worker.selftest.check import Check, Outcome, judged
from gpubench.worker.selftest.rate import FLOP_PER_S, RATE, in_words
from gpubench.worker.selftest.subject import Request
from gpubench.workload import Workload

TIMEOUT_S = 300.0
"""The checks take seconds; a worker that takes longer than this is taken for hung."""
WORKER, AGREEMENT = "worker", "backends-agree"
FACTOR = 2.0
"""Large products come from one library on a GPU, and from equally good ones on a CPU."""

_ENDED = "the framework does not survive its own work on this device; its last words are in the file that --out writes"
_APART = (
    "on one device the backends differ over the same large product: one of them is held back, or does other work than "
    "its label says; a busy machine can do the same"
)

Told = Callable[[str, str], None]


@dataclass(frozen=True)
class Examined:
    """One backend on one device. ready: what its worker said when it started. log: its last words if a check failed."""

    backend: str
    version: str
    device: str
    checks: tuple[Check, ...]
    seconds: float
    ready: Mapping[str, Any] = field(default_factory=dict)
    log: str = ""

    @property
    def model(self) -> str:
        """What the device's maker calls it; empty where the worker did not start."""
        return model_of(self.device, self.ready) if self.ready else ""

    @property
    def failed(self) -> tuple[str, ...]:
        """The checks that failed."""
        return tuple(check.name for check in self.checks if check.outcome is Outcome.FAIL)

    def verification(self, day: str) -> Verification:
        """The outcome, to be remembered. day: UTC, ISO 8601."""
        return Verification(FAILED if self.failed else PASSED, day, self.failed)


@dataclass(frozen=True)
class Report:
    """examined: in the order it was done. across: of each device what compares its backends.

    absent: backend, device class or backend on a device to why it was not examined. forgotten: why outcomes could not
    be remembered, empty where they were.
    """

    examined: tuple[Examined, ...]
    across: tuple[tuple[str, Check], ...]
    absent: Mapping[str, str]
    forgotten: str = ""

    @property
    def failed(self) -> bool:
        """Whether a check failed anywhere."""
        return any(one.failed for one in self.examined)


def self_test(selection: Selection, telling: Told) -> Report:
    """Examine what a selection's backends and devices name, by default what a run measures, and remember the outcome.

    telling: told before each worker is started. Raises UsageError, and UnavailableError where nothing of it is here.
    """
    here = look_here(selection)
    names = known_names(selection.backends, here.catalogue.backends, "backend")
    absent = {name: here.presence[name].absent for name in names if here.presence[name].absent}
    usable = {name: here.presence[name] for name in names if name not in absent}
    if not usable:
        words = "; ".join(f"{name}: {why}" for name, why in absent.items())
        raise UnavailableError(words, here.presence[names[0]].hint)
    choice = choose_devices(selection.devices, usable)
    pairs = [(name, device) for device in choice.devices for name in usable]
    lacking = {f"{name} on {device}": usable[name].missing for name, device in pairs if not usable[name].has(device)}
    with ProcessSpawner(selection.interpreters) as spawner:
        test = SelfTest(here.catalogue, spawner, telling)
        examined = [test.examine(name, device) for name, device in pairs if usable[name].has(device)]
    return Report(
        tuple(examined), tuple(agreement(examined)), {**absent, **choice.absent, **lacking}, remember(examined)
    )


@dataclass(frozen=True)
class SelfTest:
    """How to test. threads: that the frameworks compute with. clock: seconds."""

    known: Catalogue
    spawner: Spawner
    telling: Told
    threads: int = field(default_factory=processors.thread_count)
    clock: Callable[[], float] = time.monotonic

    def examine(self, name: str, device: str) -> Examined:
        """One backend on one device; a worker that breaks is a check that failed."""
        self.telling(name, device)
        began, plugin = self.clock(), self.known.backends[name]
        declared: Backend = plugin.value
        start, log = Start(plugin.target, device, self.threads), ""
        ready: dict[str, Any] = {}
        try:
            worker = self.spawner.spawn(declared, start)
        except WorkerDied as death:
            checks = [_broken(death.reason)]
        else:
            with contextlib.closing(worker):
                ready, checks = _asked(worker, start, self._request(plugin))
                if any(check.outcome is Outcome.FAIL for check in checks):
                    log = worker.stderr_tail()
        version = ready.get("versions", {}).get(declared.distribution, "")
        return Examined(name, version, device, tuple(checks), self.clock() - began, ready, log)

    def _request(self, backend: Plugin) -> Request:
        served = [plugin for plugin in self.known.workloads.values() if backend.name in plugin.value.builders]
        product = next((plugin.target for plugin in served if _is_product(plugin.value)), "")
        return Request(backend.target, tuple(plugin.target for plugin in served), product)


def _asked(worker: Worker, start: Start, request: Request) -> tuple[dict[str, Any], list[Check]]:
    """What the worker says of itself, nothing where it does not start; and its checks."""
    ready: dict[str, Any] = {}
    limit = START_TIMEOUT_S
    try:
        answer = worker.ask(start.message(), limit)
        if answer["status"] == "ok":
            ready, limit = answer, TIMEOUT_S
            answer = worker.ask(request.message(), limit)
    except WorkerTimedOut:
        return ready, [_broken(f"no answer within {limit:g} s")]
    except WorkerDied as death:
        return ready, [_broken(death.reason)]
    return ready, [_broken(answer["reason"])] if answer["status"] != "ok" else [*map(Check.of, answer["checks"])]


def _is_product(workload: Workload[Any]) -> bool:
    """Whether its calls can keep a device busy, at a rate that no right implementation exceeds."""
    return workload.flops_are_floor and all(params.work(4).flops > 0 for params in workload.sizes.values())


def _broken(reason: str) -> Check:
    return judged(WORKER, Outcome.FAIL, reason, "a worker that starts and answers", _ENDED)


def agreement(examined: Sequence[Examined]) -> Iterator[tuple[str, Check]]:
    """For each device with several backends, whether a large product takes them about the same time."""
    by_device = sorted(examined, key=lambda one: one.device)
    for device, group in itertools.groupby(by_device, key=lambda one: one.device):
        rates = {
            one.backend: check.figures[FLOP_PER_S]
            for one in group
            for check in one.checks
            if check.name == RATE and FLOP_PER_S in check.figures
        }
        if len(rates) > 1:
            yield device, _agreement(rates)


def _agreement(rates: Mapping[str, float]) -> Check:
    (slow, least), *_, (fast, most) = sorted(rates.items(), key=lambda item: item[1])
    return judged(
        AGREEMENT, Outcome.PASS if most <= FACTOR * least else Outcome.WARN,
        f"{fast} {in_words(most)}, {slow} {in_words(least)}: {most / least:.2f} times",
        f"at most {FACTOR:g} times", _APART, rates,
    )  # fmt: skip


def remember(examined: Sequence[Examined], today: str = "") -> str:
    """Keep each outcome for the runs to come; why that was not possible, in words, empty where it was."""
    day = today or datetime.datetime.now(datetime.UTC).date().isoformat()
    try:
        for one in examined:
            if one.ready:
                verification.remember(subject_of(one.backend, one.device, one.ready), one.verification(day))
    except OSError as error:
        return f"{error.strerror or error}: {error.filename or 'the folder for state'}"
    return ""
