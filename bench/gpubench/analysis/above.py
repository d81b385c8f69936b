"""Ceilings that a step was faster than, though the product that showed them tells little of the device."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from gpubench.analysis.again import other_work
from gpubench.analysis.case import the_device
from gpubench.analysis.caveat import Caveat
from gpubench.analysis.distinct import distinct
from gpubench.analysis.findings import Findings
from gpubench.analysis.measured import Measured, default_modes
from gpubench.analysis.quantity import percent
from gpubench.analysis.roofline import ABOVE, Bound, Placement
from gpubench.results.records import Run
from gpubench.results.results import Results

_LARGER = 4
"""Times the size of a product that is asked for instead: 64 times its operations."""
_NAMED = 3
"""Cases that a sentence names."""


def above(placements: Sequence[Placement], results: Sequence[Results]) -> list[Caveat]:
    """One for each ceiling of an unsettled product that a step exceeds.

    A step's rate never raises the ceiling itself: a convolution's formula counts more than Winograd or FFT multiply.
    """
    highest: dict[int, Placement] = {}
    for one in placements:
        if one.share > ABOVE and one.limit is Bound.COMPUTE and not one.ceiling.settled:
            known = highest.setdefault(id(one.ceiling), one)
            highest[id(one.ceiling)] = max(known, one, key=lambda placement: placement.share)
    runs = {result.run.run_id: result.run for result in results}
    return [_caveat(one, runs[one.ceiling.product.run_id]) for one in highest.values()]


def exceeding(findings: Findings) -> list[str]:
    """For each reason that a step can have to exceed its ceiling a sentence of the cases that do."""
    by_reason: dict[str, list[Placement]] = defaultdict(list)
    for one in findings.placements:
        if one.share > ABOVE:
            by_reason[one.words].append(one)
    return [_sentence(findings, why, by_reason[why]) for why in sorted(by_reason)]


def _sentence(findings: Findings, why: str, found: Sequence[Placement]) -> str:
    cases = list(dict.fromkeys(one.cell.case.name for one in found))
    named = "; ".join(_named(findings, case, why) for case in cases[:_NAMED])
    more = f"; and {len(cases) - _NAMED} more" if len(cases) > _NAMED else ""
    lie = "lies above its ceiling" if len(cases) == 1 else "lie above their ceilings"
    return f"{named}{more} {lie} by more than {(ABOVE - 1) * 100:g} %, being {why}."


def _named(findings: Findings, case: str, why: str) -> str:
    """A case, and what tells those of its cells that exceed their ceiling so, where not all do."""
    placed = [one for one in findings.placements if one.cell.case.name == case]
    some = [one.cell for one in placed if one.words == why]
    others = [one.cell for one in placed if one.words != why]
    told = distinct(some, others, default_modes(findings.cells), findings.devices) if others else []
    return f"{case} ({', '.join(told)})" if told else case


def _caveat(one: Placement, run: Run) -> Caveat:
    product = one.ceiling.product
    device = the_device(product.device)
    text = (
        f"{one.cell.case.words}, under {one.cell.how} is at {percent(one.share)} of {device}'s ceiling: it does "
        f"less than its formula counts, or the fastest product measured ({product.case.name}) was too small to show "
        f"what {device} can do. A larger one tells, in a report of both runs:"
    )
    return Caveat("ceiling", text, _command(product, run))


def _command(product: Measured, run: Run) -> str:
    """What measures a larger product on the same device; empty where it has no size that could grow."""
    case = product.case
    if not isinstance(case.size, int):
        return ""
    options = {
        "size": [str(_LARGER * case.size)],
        "backend": [product.backend],
        "device": [product.device],
        "precision": [case.precision],
        "mode": [product.mode],
    }
    return other_work(run, [case.workload], options)
