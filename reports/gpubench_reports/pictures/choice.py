"""Which of many cases a picture shows."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Sequence
from typing import TypeVar

from gpubench.analysis.case import Case

Item = TypeVar("Item")


def chosen(
    items: Sequence[Item], about: Callable[[Item], tuple[Hashable, Case, int]], most: int,
    first: Collection[Case] = (),
) -> list[Item]:  # fmt: skip
    """At most so many, in their order; first: cases that come before any other.

    about: what keeps an item's curve apart from others, its case, and of how many comparisons it tells.
    Workloads take turns, family by family. Of each family the smallest and the largest size come before any other, and
    before a family that both have no room for: its sizes alone would speak for one side. The largest is that of those
    which tell of most comparisons: at a larger one a device may have run out of memory.
    """
    families: dict[Hashable, list[int]] = defaultdict(list)
    for place, item in enumerate(items):
        apart, case, _ = about(item)
        families[apart, case.family].append(place)
    workloads: dict[str, list[list[int]]] = defaultdict(list)
    for members in families.values():
        ascending = sorted(members, key=lambda place: about(items[place])[1].order)
        workloads[about(items[members[0]])[1].workload].append(ascending)
    turns = _in_turn(list(workloads.values()))
    fullest = [max(members[::-1], key=lambda place: about(items[place])[2]) for members in turns]
    heads = [place for place, item in enumerate(items) if about(item)[1] in first]
    ends = [place for members, last in zip(turns, fullest, strict=True) for place in (members[0], last)]
    between = _in_turn([members[::-1] for members in turns])
    return [items[place] for place in sorted(list(dict.fromkeys([*heads, *ends, *between]))[:most])]


def _in_turn(queues: Sequence[Sequence[Item]]) -> list[Item]:
    """The first of each, then the second of each that has one, and so on."""
    rounds = itertools.zip_longest(*([[item] for item in queue] for queue in queues), fillvalue=())
    return [item for found in rounds for held in found for item in held]
