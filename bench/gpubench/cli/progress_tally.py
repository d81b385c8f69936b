"""What has come of each cell so far, counted as launches end."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from gpubench.results.records import Cell, Launch
from gpubench.worker.job import TIME

_GOES_ON = ("ok", "unverified")
"""After another status a cell is not measured again."""

Identity = tuple[str, str]


@dataclass
class Seen:
    """Of one cell: the median step time of each launch that gave one, the last status that was not ok, all flags."""

    medians: list[float] = field(default_factory=list)
    launches: int = 0
    trouble: str = ""
    flags: set[str] = field(default_factory=set)

    @property
    def given_up(self) -> bool:
        """Whether further launches would only fail the same way."""
        return self.trouble not in ("", *_GOES_ON)

    @property
    def step_s(self) -> float | None:
        """Seconds; None before the first."""
        return statistics.median(self.medians) if self.medians else None


class Tally:
    """Counts the launches of cells, and their passes.

    done, total: launches and passes, those that a cell given up will never have left out.
    """

    def __init__(self, cells: Sequence[Cell], launches: int, passes: int) -> None:
        self.launches = launches
        self.done, self.total = 0, len(cells) * launches + passes
        self._seen: dict[Identity, Seen] = defaultdict(Seen)
        passing = {cell.identity for cell in cells if not cell.variant}  # A/A partners go through no pass
        self._passes = {identity: passes // len(passing) for identity in passing}

    def of(self, cell: Cell) -> Seen:
        """What has come of a cell."""
        return self._seen[cell.identity]

    def take(self, launch: Launch) -> None:
        """Count one that has ended."""
        self.done += 1
        if launch.measures != TIME:
            return
        seen = self._seen[launch.identity]
        seen.launches += 1
        seen.flags.update(launch.flags)
        if launch.status != "ok":
            seen.trouble = launch.status
        step = launch.quantities.get("step")
        if step is not None and step.seconds:
            seen.medians.append(statistics.median(step.seconds) / step.calls)
        if seen.given_up:
            self.total -= self.launches - seen.launches + self._passes.get(launch.identity, 0)

    def timed(self, cells: Iterable[Cell]) -> tuple[int, int]:
        """Launches that some cells have had, and those they will have had at the end."""
        seen = [self.of(cell) for cell in cells]
        had = sum(one.launches for one in seen)
        return had, sum(one.launches if one.given_up else self.launches for one in seen)

    def flagged(self) -> list[tuple[str, int]]:
        """Flags with the number of cells that bear them, the most frequent first."""
        return Counter(flag for seen in self._seen.values() for flag in seen.flags).most_common()
