"""One check of the self-test: what was found, what was expected, and what it means where the two differ."""

from __future__ import annotations

import enum
import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


class Outcome(enum.StrEnum):
    """What a check came to, the best first."""

    NOT_APPLICABLE = "not-applicable"
    PASS = "pass"
    WARN = "warn"
    FAIL = "fail"

    @property
    def gravity(self) -> int:
        """Higher is worse."""
        return list(Outcome).index(self)


@dataclass(frozen=True)
class Check:
    """What one check came to.

    name: the same in every version. found, expected: in words, with units. meaning: what follows where it did not pass
    and what to do then; empty where it passed. figures: the numbers behind the words, by name; times in seconds.
    """

    name: str
    outcome: Outcome
    found: str
    expected: str = ""
    meaning: str = ""
    figures: Mapping[str, float] = field(default_factory=dict)

    def message(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self)

    @classmethod
    def of(cls, message: Mapping[str, Any]) -> Check:
        """The check of a message."""
        return cls(**{**message, "outcome": Outcome(message["outcome"])})


def judged(
    name: str, outcome: Outcome, found: str, expected: str, meaning: str, figures: Mapping[str, float] | None = None
) -> Check:
    """A check; its `meaning` is kept where it did not pass, and of its figures those that are finite."""
    quiet = outcome in (Outcome.PASS, Outcome.NOT_APPLICABLE)
    told = {figure: value for figure, value in (figures or {}).items() if math.isfinite(value)}
    return Check(name, outcome, found, expected, "" if quiet else meaning, told)


def not_applicable(name: str, why: str) -> Check:
    """A check that has no meaning here."""
    return Check(name, Outcome.NOT_APPLICABLE, why)


@dataclass(frozen=True)
class Band:
    """Where a figure passes, and where it does not fail yet; both ends belong to it."""

    good: tuple[float, float]
    bearable: tuple[float, float]

    def judge(self, figure: float) -> Outcome:
        """NaN fails."""
        if self.good[0] <= figure <= self.good[1]:
            return Outcome.PASS
        return Outcome.WARN if self.bearable[0] <= figure <= self.bearable[1] else Outcome.FAIL


TRIES = 3


def settled(measure: Callable[[], Check]) -> Check:
    """The best of up to three measurements: a fault shows in each of them, a busy machine not always."""
    best = measure()
    for _ in range(TRIES - 1):
        if best.outcome in (Outcome.PASS, Outcome.NOT_APPLICABLE):
            break
        best = min(best, measure(), key=lambda check: check.outcome.gravity)
    return best


def span(seconds: float) -> str:
    """Three significant digits and a unit: `36.2 µs`, `4.1 ms`."""
    for unit, scale in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if abs(seconds) >= 0.9995 * scale:
            return f"{seconds / scale:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"
