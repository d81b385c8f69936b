"""How often something happened in independent trials, and what that leaves possible."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from scipy.stats import binomtest


@dataclass(frozen=True)
class Share:
    """hits out of trials."""

    hits: int
    trials: int

    @classmethod
    def of(cls, outcomes: Iterable[bool]) -> Share:
        """Of the trials' outcomes."""
        found = list(outcomes)
        return cls(sum(found), len(found))

    @property
    def value(self) -> float:
        """Between 0 and 1. Raises ZeroDivisionError without a trial."""
        return self.hits / self.trials

    @property
    def bounds(self) -> tuple[float, float]:
        """The 95 % interval of Clopper and Pearson (Biometrika 26, 1934), which never covers less."""
        found = binomtest(self.hits, self.trials).proportion_ci(confidence_level=0.95, method="exact")
        return float(found.low), float(found.high)

    def holds(self, value: float) -> bool:
        """Whether the interval holds a value."""
        low, high = self.bounds
        return low <= value <= high
