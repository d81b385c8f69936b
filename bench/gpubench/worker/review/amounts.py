"""Is an author's `Work` what one call does? Its numbers by themselves, and its operations beside a count."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from gpubench.backend import OperationCounter
from gpubench.worker.measure import amounts
from gpubench.worker.review.finding import FAIL, PASS, SKIP, WARN, Finding
from gpubench.worker.review.line import line_of
from gpubench.workload import Array, Work

AGREES, DIFFERS = 0.01, 1.5
"""A formula may leave out what is no product; off by half and more it counts something else."""
_A_MULTIPLY_ADD = "count a multiply-add as two operations: 2 n k m for a product of n x k and k x m"


def of_itself(work: object, feeds: Sequence[Array], width: int, author: object) -> Iterator[Finding]:
    """Of the work of one call. feeds: host arrays; width: bytes an element of the data takes. author: `work` itself."""
    line = line_of(author)
    if not isinstance(work, Work):
        yield Finding("work", FAIL, f"it is a {type(work).__name__}", line, "return gpubench.Work(flops, bytes, items)")
        return
    try:
        numbers = amounts(work)
    except (TypeError, ValueError) as error:
        yield Finding("work", FAIL, str(error), line, "give each amount as a finite number")
        return
    negative = [name for name, amount in numbers.items() if amount < 0]
    least = sum(feed.size * width for feed in feeds if feed.dtype.kind == "f")
    if negative:
        yield Finding("work", FAIL, f"it has {numbers[negative[0]]:g} {negative[0]}", line, "no amount is negative")
    elif numbers["items"] == 0:
        yield Finding("work", WARN, "it has 0 items, so no rate of them is shown", line, "count what a user counts")
    elif numbers["bytes"] < least:
        says = f"it has {numbers['bytes']:g} bytes, and its feeds alone take {least}"
        yield Finding("work", WARN, says, line, "count each operand read once and each result written once")
    else:
        yield Finding("work", PASS)


def of_the_counter(work: Work, call: Callable[[], Any], counter: object, author: object) -> Finding:
    """The formula's operations against what the framework counts in one call. counter: the runtime."""
    if not isinstance(counter, OperationCounter):
        return Finding("flops", SKIP, "the framework has no counter of operations that is right")
    counted = counter.count_operations(call)
    if not counted or not math.isfinite(work.flops):
        return Finding("flops", SKIP, "the framework counts products and convolutions only, and saw none")
    ratio = work.flops / counted
    says = f"the formula has {work.flops:.6g} operations, the framework counted {counted:.6g} in products"
    if abs(ratio - 1) <= AGREES:
        return Finding("flops", PASS)
    level = FAIL if not 1 / DIFFERS < ratio < DIFFERS else WARN
    return Finding("flops", level, says, line_of(author), _A_MULTIPLY_ADD)
