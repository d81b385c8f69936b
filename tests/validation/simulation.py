"""Launch medians that are made up, so that the truth is known: what the test and the interval do with them.

A launch's median is log-normal about 1. The heavy-tailed kind makes one launch in ten take twice as long: the processes
that run exactly twice as slow now and then.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from gpubench.analysis.difference import welch
from gpubench.analysis.judgement import ERROR_RATE, tails
from gpubench.results.summary import interval

LAUNCHES = (3, 5, 10)
SPREAD = 0.03
"""The standard deviation of a launch's log median."""
TAIL, SLOWER = 0.1, 2.0
RUNS = 20_000
"""Comparisons of each kind: a share of 5 % is then known to 0.15 points, one standard error."""

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Kind:
    """How launches scatter. tail: the share of launches that take twice as long."""

    name: str
    tail: float

    @property
    def middle(self) -> float:
        """The log of the median of all launches that could be: what the location of a run estimates."""
        return 0.0 if self.tail == 0 else SPREAD * float(ndtri(0.5 / (1 - self.tail)))

    def draw(self, rng: np.random.Generator, runs: int, launches: int) -> Numbers:
        """Log launch medians, a run a row. Where a tail exists, the median lies in the body: 2x is 23 spreads away."""
        slow = math.log(SLOWER) * (rng.random((runs, launches)) < self.tail)
        return rng.normal(0.0, SPREAD, (runs, launches)) + slow


KINDS = (Kind("normal", 0.0), Kind("one launch in ten takes twice as long", TAIL))


def different(base: Numbers, new: Numbers, margin: float) -> npt.NDArray[np.bool_]:
    """Whether each comparison of two rows of log medians gives SLOWER or FASTER. margin: 0.05 for 5 %."""
    slower, faster = tails(*welch(base, new), math.log1p(margin))
    return 2 * np.minimum(slower, faster) <= ERROR_RATE


def size(kind: Kind, launches: int, margin: float, runs: int, seed: int = 0) -> float:
    """The share of comparisons of alike runs that are called different."""
    rng = np.random.default_rng([seed, launches])
    base, new = (kind.draw(rng, runs, launches) for _ in range(2))
    return float(different(base, new, margin).mean())


def coverage(kind: Kind, launches: int, runs: int, seed: int = 0) -> float:
    """The share of runs whose interval holds the true median."""
    draws = np.exp(kind.draw(np.random.default_rng([seed, launches]), runs, launches)).tolist()
    truth = math.exp(kind.middle)
    bounds = (interval(medians) for medians in draws)
    return sum(held is not None and held[0] <= truth <= held[1] for held in bounds) / runs


@dataclass(frozen=True)
class Unequal:
    """The share of false alarms where one side scatters `times` as much as the other, by Welch's and by Student's t."""

    times: float
    launches: int
    welch: float
    student: float


def unequal(times: float, launches: int, runs: int, seed: int = 0) -> Unequal:
    """At margin 0."""
    rng = np.random.default_rng([seed, launches])
    base, new = rng.normal(0.0, SPREAD, (runs, launches)), rng.normal(0.0, SPREAD * times, (runs, launches))
    log, error, degrees = welch(base, new)
    slower, faster = tails(log, error, np.full_like(degrees, 2 * launches - 2), 0.0)
    student = 2 * np.minimum(slower, faster) <= ERROR_RATE
    return Unequal(times, launches, float(different(base, new, 0.0).mean()), float(student.mean()))


def power(planted: float, margin: float, spread: float, launches: int, runs: int, seed: int = 0) -> float:
    """The share of comparisons that call a planted slow-down SLOWER. planted: 0.05 for 5 %; normal launches."""
    rng = np.random.default_rng([seed, launches])
    base = rng.normal(0.0, spread, (runs, launches))
    new = rng.normal(math.log1p(planted), spread, (runs, launches))
    slower, _ = tails(*welch(base, new), math.log1p(margin))
    return float((2 * slower <= ERROR_RATE).mean())
