"""Whether a difference of launch medians is one: tests beyond a margin, held together over all cells of a comparison.

The rule is that of the project's measurement method: one-sided Student's t tests of the log difference beyond plus and
minus log(1 + margin), at 2.5 % a side; a cell's p is twice the smaller of its two, and over the cells Holm's step-down
keeps the chance of any false FASTER or SLOWER at 5 % (Holm, Scandinavian Journal of Statistics 6, 1979). Where neither
is found, the 95 % interval inside the margin is SAME, and all else INCONCLUSIVE. A margin that noise has raised counts
for SAME as it was before.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import stdtr

from gpubench.analysis.difference import Difference
from gpubench.analysis.margin import Margin
from gpubench.analysis.ratio import Ratio
from gpubench.results.summary import CONFIDENCE, MIN_LAUNCHES, t_half_width

ERROR_RATE = 0.05
"""The chance of any false FASTER or SLOWER in a comparison where no cell is beyond its margin."""
MOST_LAUNCHES = 100
"""More launches than this are not counted out: no one makes them."""

Numbers = npt.NDArray[np.float64]


class Verdict(enum.Enum):
    """NEW seen from BASE."""

    FASTER = "FASTER"
    SLOWER = "SLOWER"
    SAME = "SAME"
    INCONCLUSIVE = "INCONCLUSIVE"
    INVALID = "INVALID"


@dataclass(frozen=True)
class Question:
    """One cell of a comparison. difference: None with fewer than three launches a side."""

    ratio: Ratio
    difference: Difference | None
    margin: Margin


@dataclass(frozen=True)
class Judgement:
    """One cell's verdict and what it rests on.

    p: twice the smaller of the two one-sided p values. level: what Holm holds p to. Both None with too few launches.
    needed: launches a side that an INCONCLUSIVE cell would take, if difference and spread stay what they are; None for
    more than a hundred, and for other verdicts.
    """

    verdict: Verdict
    question: Question
    p: float | None = None
    level: float | None = None
    needed: int | None = None


def judge(questions: Sequence[Question]) -> list[Judgement]:
    """The judgement of each question, in their order, all of them being one comparison."""
    ps = [_p(question) for question in questions]
    levels = iter(holm([p for p in ps if p is not None]))
    return [
        Judgement(Verdict.INCONCLUSIVE, question, needed=MIN_LAUNCHES)
        if p is None
        else _judged(question, p, *next(levels))
        for question, p in zip(questions, ps, strict=True)
    ]


def tails(log: Numbers, error: Numbers, degrees: Numbers, margin: float) -> tuple[Numbers, Numbers]:
    """The one-sided p values of NEW being slower and faster than BASE by more than a margin, which is a log."""
    slower = stdtr(degrees, -_standardised(log - margin, error))
    faster = stdtr(degrees, _standardised(log + margin, error))
    return np.asarray(slower), np.asarray(faster)


def holm(ps: Sequence[float], error_rate: float = ERROR_RATE) -> list[tuple[float, bool]]:
    """For each p the level that Holm's step-down holds it to, and whether it is rejected."""
    found: list[tuple[float, bool]] = [(0.0, False)] * len(ps)
    going_on = True
    for rank, index in enumerate(sorted(range(len(ps)), key=ps.__getitem__)):
        level = error_rate / (len(ps) - rank)
        going_on = going_on and ps[index] <= level
        found[index] = (level, going_on)
    return found


def launches_needed(difference: Difference, margin: Margin, level: float) -> int | None:
    """Launches a side with which this difference and spread would be told; None for more than a hundred.

    level: what p is held to where the difference is beyond the margin; within it the 95 % interval has to fit.
    """
    size = abs(difference.log)
    room = size - margin.log if size > margin.log else margin.log_same - size
    confidence = 1 - level if size > margin.log else CONFIDENCE
    for launches in range(difference.launches + 1, MOST_LAUNCHES + 1):
        error, degrees = difference.error_with(launches)
        if t_half_width(error, degrees, confidence) < room:
            return launches
    return None


def _p(question: Question) -> float | None:
    found = question.difference
    if found is None:
        return None
    parts = np.array([found.log]), np.array([found.standard_error]), np.array([found.degrees])
    slower, faster = tails(*parts, question.margin.log)
    return min(1.0, 2 * float(min(slower[0], faster[0])))


def _judged(question: Question, p: float, level: float, rejected: bool) -> Judgement:
    found = question.difference
    assert found is not None
    if rejected:
        verdict = Verdict.SLOWER if found.log > 0 else Verdict.FASTER
        return Judgement(verdict, question, p, level)
    if _within(question):
        return Judgement(Verdict.SAME, question, p, level)
    return Judgement(Verdict.INCONCLUSIVE, question, p, level, launches_needed(found, question.margin, level))


def _within(question: Question) -> bool:
    """Whether the interval that is shown lies inside the margin."""
    lo, hi = question.ratio.lo, question.ratio.hi
    assert lo is not None
    assert hi is not None
    return -question.margin.log_same <= math.log(lo) and math.log(hi) <= question.margin.log_same


def _standardised(distance: Numbers, error: Numbers) -> Numbers:
    """Distance over its standard error; without any error far out on its side, or 0 at no distance."""
    certain = np.where(distance == 0, 0.0, np.copysign(np.inf, distance))
    return np.divide(distance, error, out=certain, where=error > 0)
