"""Which of many cases a picture shows."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

from gpubench.analysis.case import Case

Item = TypeVar("Item")


def chosen(items: Sequence[Item], about: Callable[[Item], tuple[Hashable, Case]], most: int) -> list[Item]:
    """At most so many, in their order; about: an item's case, and what else keeps its curve apart from others.

    Workloads take turns, family by family. Of each family the smallest and the largest size come before any other, and
    before a family that both have no room for: its sizes alone would speak for one side.
    """
    families: dict[Hashable, list[int]] = defaultdict(list)
    for place, item in enumerate(items):
        apart, case = about(item)
        families[apart, case.family].append(place)
    workloads: dict[str, list[list[int]]] = defaultdict(list)
    for members in families.values():
        ascending = sorted(members, key=lambda place: about(items[place])[1].order)
        workloads[about(items[members[0]])[1].workload].append(ascending)
    turns = _in_turn(list(workloads.values()))
    ends = [place for members in turns for place in dict.fromkeys((members[0], members[-1]))]
    between = _in_turn([members[-2:0:-1] for members in turns])
    return [items[place] for place in sorted([*ends, *between][:most])]


def _in_turn(queues: Sequence[Sequence[Item]]) -> list[Item]:
    """The first of each, then the second of each that has one, and so on."""
    rounds = itertools.zip_longest(*([[item] for item in queue] for queue in queues), fillvalue=())
    return [item for found in rounds for held in found for item in held]
