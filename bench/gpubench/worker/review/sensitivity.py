"""Does an author's check refuse what is wrong? One that accepts anything proves nothing of what it accepts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from gpubench.workload import Array, Arrays, Inputs, Observed, Params

_TOO_LARGE = 0.05
Change = Callable[[Array], Array]


@dataclass(frozen=True)
class Check:
    """A cell's check with what it was given, and found right. tolerance: the largest error that is right."""

    params: Params
    seen: Inputs
    observed: Observed
    tolerance: float

    def refuses(self, last: Arrays) -> bool:
        """Whether another last call in place of the one that was seen is refused."""
        changed = replace(self.observed, calls=(*self.observed.calls[:-1], last))
        try:
            errors = self.params.check(self.seen, changed)
        except Exception:  # an author's check may raise on what is no number: that refuses it too
            return True
        return any(not error <= self.tolerance for error in errors.values())

    def accepted(self) -> Iterator[str]:
        """What of planted faults the check takes for right, each in words; outputs that are all zero tell nothing."""
        last = self.observed.calls[-1]
        for what, change in self._faults().items():
            changed = {name: change(array) for name, array in last.items()}
            if _differ(last, changed) and not self.refuses(changed):
                yield what

    def unseen(self) -> Iterator[str]:
        """The names of what the check does not look at: each put to zero by itself is taken for right."""
        last = self.observed.calls[-1]
        for name, array in last.items():
            changed = {**last, name: np.zeros_like(array)}
            if _differ(last, changed) and not self.refuses(changed):
                yield name

    def _faults(self) -> Mapping[str, Change]:
        share = max(_TOO_LARGE, 4 * self.tolerance)
        return {
            "outputs that are all zero": np.zeros_like,
            f"outputs that are {100 * share:.0f} % too large": lambda array: _scaled(array, 1 + share),
            "outputs that are no number (NaN)": lambda array: _scaled(array, np.nan),
        }


def _scaled(array: Array, factor: float) -> Array:
    """Integers can't be scaled a little, or be NaN: they become one more."""
    scaled: Array = array * factor if array.dtype.kind == "f" else array + 1
    return scaled


def _differ(one: Arrays, other: Arrays) -> bool:
    return any(not np.array_equal(one[name], other[name]) for name in one)
