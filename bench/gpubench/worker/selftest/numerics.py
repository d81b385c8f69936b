"""Are products as precise as their label says, no less and no more, and does the TF32 switch do something?"""

from __future__ import annotations

from typing import Any

from gpubench.backend import Fault
from gpubench.errors import Unsupported
from gpubench.worker import check as checks
from gpubench.worker.prepared import prepare
from gpubench.worker.selftest.check import Check, Outcome, judged, not_applicable
from gpubench.worker.selftest.subject import SEED, Subject, by_work
from gpubench.workload import PRECISIONS, Workload

SWITCH = "tf32-switch"
FLOPS, FLOPS_OF_THE_SWITCH = 2.0**28, 2.0**31
"""The largest products that are checked: 512 x 512, and 1024 x 1024, which no library finds too small for TF32."""
LEAST_SHARE = 0.25
"""Rounding a result alone errs by half a unit at most for one of its entries; the largest of thousands is near that."""
GROWS = 10.0
"""In a product of 1024 terms TF32 errs about a thousand times as much as float32."""

_NOT_SO_PRECISE = (
    "results are less precise than the label says: rounded as a narrower type, or wrong; cells of this precision fail"
)
_TOO_PRECISE = "results are more precise than the label says: they were computed in a wider type, at another speed"
_DEAD = "tf32 errs as float32 does: the switch does nothing, and cells called tf32 are cells of float32"


def name_of(precision: str) -> str:
    """The check of a precision."""
    return f"numerics-{precision}"


def numerics(subject: Subject, product: Workload[Any]) -> list[Check]:
    """One check for each precision of the backend, and the switch of TF32."""
    found = [_numerics(subject, product, precision) for precision in PRECISIONS if precision in subject.precisions]
    return [*found, _switch(subject, product)]


def _numerics(subject: Subject, product: Workload[Any], precision: str) -> Check:
    name = name_of(precision)
    try:
        error, unit, most = _error(subject, product, precision, FLOPS)
    except Exception as raised:
        return _impossible(name, subject, raised)
    # float64 is the widest, and the reference is in it: an error of none is right there.
    least = 0.0 if precision == "float64" else LEAST_SHARE * unit
    if error > most:
        outcome, meaning = Outcome.FAIL, _NOT_SO_PRECISE
    else:
        outcome, meaning = (Outcome.PASS if error >= least else Outcome.FAIL), _TOO_PRECISE
    return judged(
        name, outcome, f"error {error:.2g}, {error / unit:.3g} units of {unit:.2g}",
        f"{least:.2g} to {most:.2g}", meaning, {"error": error, "unit": unit, "most": most},
    )  # fmt: skip


def _switch(subject: Subject, product: Workload[Any]) -> Check:
    if "tf32" not in subject.precisions:
        return not_applicable(SWITCH, "the backend knows no tf32")
    try:
        on, *_ = _error(subject, product, "tf32", FLOPS_OF_THE_SWITCH)
        off, *_ = _error(subject, product, "float32", FLOPS_OF_THE_SWITCH)
    except Exception as raised:
        return _impossible(SWITCH, subject, raised)
    grows = on / max(off, 2.0**-53)
    return judged(
        SWITCH, Outcome.PASS if grows >= GROWS else Outcome.FAIL,
        f"error {on:.2g} with TF32, {off:.2g} without: {grows:.3g} times", f"at least {GROWS:g} times", _DEAD,
        {"on": on, "off": off, "grows": grows},
    )  # fmt: skip


def _error(subject: Subject, product: Workload[Any], precision: str, flops: float) -> tuple[float, float, float]:
    """The largest error against float64, the precision's unit, and the most that is right."""
    session = subject.runtime.open(subject.device, precision, subject.mode)
    small, *larger = by_work(product)
    params = [small, *(one for one in larger if one.work(4).flops <= flops)][-1]
    with session.scope():
        prepared = prepare(product, subject.backend, params, session, SEED)
        call = prepared.resident()
        verdict = checks.check(product, prepared, call(), call)
    errors = [float("inf") if error is None else error for error in verdict.errors.values()]
    return max(errors), session.unit, float(verdict.tolerance)


def _impossible(name: str, subject: Subject, raised: Exception) -> Check:
    """A precision that the device has not; anything else goes on."""
    if isinstance(raised, Unsupported) or subject.runtime.fault(raised) is Fault.UNSUPPORTED:
        return not_applicable(name, " ".join(str(raised).split()))
    raise raised
