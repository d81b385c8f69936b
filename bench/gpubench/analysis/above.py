"""Ceilings that a step was faster than, though the product that showed them tells little of the device."""

from __future__ import annotations

from collections.abc import Sequence

from gpubench.analysis.again import other_work
from gpubench.analysis.case import the_device
from gpubench.analysis.caveat import Caveat
from gpubench.analysis.measured import Measured
from gpubench.analysis.quantity import percent
from gpubench.analysis.roofline import ABOVE, Bound, Placement
from gpubench.results.records import Run
from gpubench.results.results import Results

_LARGER = 4
"""Times the size of a product that is asked for instead: 64 times its operations."""


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
