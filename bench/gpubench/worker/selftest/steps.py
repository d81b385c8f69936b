"""Is the smallest step of every workload right, and does all of it happen on the device?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from gpubench.backend import Fault
from gpubench.errors import Unsupported
from gpubench.session import OperationWatch
from gpubench.worker import check as checks
from gpubench.worker.prepared import prepare
from gpubench.worker.selftest.check import Check, Outcome, judged, not_applicable
from gpubench.worker.selftest.subject import SEED, Subject
from gpubench.workload import Workload

ANSWERS, PLACEMENT = "answers", "placement"
SIZE, PRECISION = "smoke", "float32"

_WRONG = "the work is not the work that is asked for: cells of these workloads fail, or would be timed wrong"
_ELSEWHERE = "what is timed is not the device alone: it holds the CPU's work, and copies to it and back"


@dataclass
class Seen:
    """Of all steps: which were right, and in words what is wrong and what is elsewhere. watched: operations too."""

    right: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    watched: bool = False


def steps(subject: Subject) -> tuple[Check, Check]:
    """`answers` and `placement`: of inputs, outputs, weights, and of operations where the backend can watch them."""
    seen = Seen()
    for workload in subject.workloads:
        try:
            _look(subject, workload, seen)
        except Exception as error:  # a builder, a step or a framework may raise anything
            fault = subject.runtime.fault(error)
            if fault is Fault.STICKY:
                raise
            if not isinstance(error, Unsupported) and fault is not Fault.UNSUPPORTED:
                seen.wrong.append(f"{workload.name}: {type(error).__name__}: {' '.join(str(error).split())}")
    count = len(seen.wrong) + len(seen.right)
    if not count:
        why = "no workload has a step that runs here"
        return not_applicable(ANSWERS, why), not_applicable(PLACEMENT, why)
    return _answers(seen, count), _placement(seen, count, subject.device)


def _look(subject: Subject, workload: Workload[Any], seen: Seen) -> None:
    session = subject.runtime.open(subject.device, PRECISION, subject.mode)
    with session.scope():
        prepared = prepare(workload, subject.backend, workload.params(SIZE), session, SEED)
        call = prepared.placed()
        output = call()
        wrong = checks.check(workload, prepared, output, call).wrong
        stray = checks.misplaced(prepared, output, call.feeds) or checks.fallen_back(prepared, call)
    seen.watched = session.asynchronous and isinstance(session, OperationWatch)
    if wrong:
        seen.wrong.append(f"{workload.name}: {wrong}")
    else:
        seen.right.append(workload.name)
    if stray:
        seen.elsewhere.append(f"{workload.name}: {stray}")


def _answers(seen: Seen, count: int) -> Check:
    return judged(
        ANSWERS, Outcome.FAIL if seen.wrong else Outcome.PASS,
        "; ".join(seen.wrong) or f"right: {', '.join(seen.right)}", "the reference's, for every step", _WRONG,
        {"steps": count, "wrong": len(seen.wrong)},
    )  # fmt: skip


def _placement(seen: Seen, count: int, device: str) -> Check:
    what, many = "tensors and operations" if seen.watched else "tensors", "" if count == 1 else "s"
    return judged(
        PLACEMENT, Outcome.FAIL if seen.elsewhere else Outcome.PASS,
        "; ".join(seen.elsewhere) or f"all {what} of {count} step{many} on {device}", "nothing elsewhere", _ELSEWHERE,
        {"steps": count, "elsewhere": len(seen.elsewhere)},
    )  # fmt: skip
