"""What makes the figures of a verdict doubtful, in few words: its cells' grave flags."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from gpubench.analysis.case import the_device
from gpubench.analysis.flag import DOUBTS, Flag, flags
from gpubench.analysis.measured import Measured

_MOST = 3


def doubts(cells: Iterable[Measured], several: bool = False) -> str:
    """What each grave flag of the cells means, and where; three at most, then how many more. Empty without any.

    several: whether devices are told with their numbers.
    """
    listed = list(cells)
    backends = len({cell.backend for cell in listed}) > 1
    found = [_words(flag, backends, several) for flag in flags(listed) if flag.doubt]
    more = [f"and {len(found) - _MOST} more"] if len(found) > _MOST else []
    return "; ".join([*found[:_MOST], *more])


def doubtful(cells: Iterable[Measured]) -> bool:
    """Whether any of the cells bears a grave flag."""
    return bool(grave(cells))


def grave(cells: Iterable[Measured]) -> str:
    """The names of the grave flags of the cells, `drift, steal`; empty without any."""
    return ", ".join(sorted({name for cell in cells for name in cell.flags if name in DOUBTS}))


def _words(flag: Flag, backends: bool, several: bool) -> str:
    """The first clause of what a flag means, and the places whose cells bear it."""
    places: dict[str, set[str]] = defaultdict(set)
    for cell in flag.cells:
        places[_place(cell, backends, several)].add(cell.run)
    return f"{flag.meaning.partition(':')[0]} ({', '.join(map(_in_runs, places, places.values()))})"


def _in_runs(place: str, runs: Collection[str]) -> str:
    """A place with the runs in which it is meant; one run, where there are no others, has no label."""
    named = sorted(filter(None, runs))
    return f"{place} in run{'s' if len(named) > 1 else ''} {', '.join(named)}" if named else place


def _place(cell: Measured, backends: bool, several: bool) -> str:
    parts = [cell.backend] if backends else []
    parts.append(f"on {the_device(cell.device, several)}")
    if cell.case.data not in ("resident", ""):
        parts.append(f"with data from the {cell.case.data}")
    return " ".join(parts)
