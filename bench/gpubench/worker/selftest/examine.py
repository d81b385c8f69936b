"""The whole self-test of a subject: every check under its name, whatever goes wrong in one of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from gpubench.backend import Backend, Fault
from gpubench.worker.measure import Measurement
from gpubench.worker.selftest.check import Check, Outcome, not_applicable
from gpubench.worker.selftest.load import Load, loaded
from gpubench.worker.selftest.numerics import SWITCH, name_of, numerics
from gpubench.worker.selftest.rate import RATE, TELEMETRY, rate, telemetry
from gpubench.worker.selftest.steps import ANSWERS, PLACEMENT, steps
from gpubench.worker.selftest.subject import Request, Subject
from gpubench.worker.selftest.timing import DOUBLED, EVENTS, NEGATIVE_CONTROL, RESIDUAL_WAIT, doubled, events, waits
from gpubench.workload import PRECISIONS, Workload

_TIMED = (RESIDUAL_WAIT, NEGATIVE_CONTROL, EVENTS, DOUBLED, RATE, TELEMETRY)
_BROKE = "the check could not be carried out, for the framework's own reason"
_NOT_REACHED = "the device could not be used any more after an earlier check"
_NO_PRODUCT = "no workload of this backend is a product to time"
_LONGEST = 500


@dataclass
class Examination:
    """What was found so far. unusable: whether this process can use its device no more."""

    subject: Subject
    found: list[Check] = field(default_factory=list)
    unusable: bool = False

    def carry_out(self, names: Sequence[str], part: Callable[[], Sequence[Check]]) -> None:
        """Keep the checks of a part, which are those names; where it raises, each that is not there yet fails."""
        said, meaning = _NOT_REACHED, ""
        if not self.unusable:
            try:
                self.found += part()
            except Exception as error:  # a workload or a framework may raise anything
                self.unusable = self.subject.runtime.fault(error) is Fault.STICKY
                said, meaning = f"{type(error).__name__}: {' '.join(str(error).split())}"[:_LONGEST], _BROKE
        there = {check.name for check in self.found}
        self.found += [Check(name, Outcome.FAIL, said, meaning=meaning) for name in names if name not in there]


def subject_of(request: Request, worker: Measurement, load: Callable[[str], Any]) -> Subject:
    """What a started worker is asked to examine. load: a target's object; what it raises comes through."""
    backend: Backend = load(request.backend)
    workloads = {target: load(target) for target in request.workloads}
    return Subject(
        backend=worker.backend, mode=backend.default_mode, precisions=backend.precisions, device=worker.device,
        runtime=worker.runtime, clock=worker.clock, counters=worker.watch.read, workloads=tuple(workloads.values()),
        product=workloads.get(request.product), peak=worker.peak, look=worker.watch.look,
    )  # fmt: skip


def examine(subject: Subject) -> list[Check]:
    """Every check, in the order to show them. Nothing that the framework or a workload raises comes through."""
    examination, product = Examination(subject), subject.product
    precise = [*(name_of(each) for each in PRECISIONS if each in subject.precisions), SWITCH]
    examination.carry_out((ANSWERS, PLACEMENT), lambda: steps(subject))
    if product is None:
        return examination.found + [not_applicable(name, _NO_PRODUCT) for name in (*precise, *_TIMED)]
    examination.carry_out(precise, lambda: numerics(subject, product))
    examination.carry_out(_TIMED, lambda: _timed(examination, product))
    return examination.found


def _timed(examination: Examination, product: Workload[Any]) -> Sequence[Check]:
    """Each check of its own, under one load; nothing is left to keep."""
    with loaded(examination.subject, product) as load:
        for names, part in _parts(load, examination.subject):
            examination.carry_out(names, part)
    return ()


def _parts(load: Load, subject: Subject) -> list[tuple[tuple[str, ...], Callable[[], Sequence[Check]]]]:
    return [
        ((RESIDUAL_WAIT, NEGATIVE_CONTROL), lambda: waits(load)),
        ((EVENTS,), lambda: [events(load)]),
        ((DOUBLED,), lambda: [doubled(load)]),
        ((RATE,), lambda: [rate(load, subject.peak)]),
        ((TELEMETRY,), lambda: [telemetry(load, subject.look)]),
    ]
