"""Labels in a row, moved as little as possible so that none lies on another, and what stands together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import isotonic_regression


def apart(places: Sequence[float], gap: float, length: float) -> list[float]:
    """Ascending places in 0 to `length`, moved with the least sum of squares to lie `gap` from each other or more.

    What is left of each place after its turn's number of gaps has to ascend too: isotonic regression.
    Raises ValueError where they don't fit.
    """
    if gap * (len(places) - 1) > length:
        raise ValueError(f"{len(places)} labels {gap} apart don't fit into {length}")
    if not places:
        return []
    gaps = gap * np.arange(len(places))
    moved = isotonic_regression(np.asarray(places) - gaps).x
    return [float(place) for place in np.clip(moved, 0, length - gaps[-1]) + gaps]


def together(places: Sequence[float], gap: float) -> list[list[int]]:
    """Ascending places by their number, in groups: one that is nearer than `gap` to the one before joins it."""
    groups: list[list[int]] = []
    for number, place in enumerate(places):
        if groups and place - places[number - 1] < gap:
            groups[-1].append(number)
        else:
            groups.append([number])
    return groups
