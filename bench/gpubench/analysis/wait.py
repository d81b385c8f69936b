"""What a wait for completion costs by itself, which every latency holds."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from gpubench.results.results import Results


@dataclass(frozen=True)
class Wait:
    """Seconds that a backend's wait takes where a device has nothing left to do: the median over launches.

    run: the label of the run, or of the runs that are shown as one; empty where there is one.
    """

    run: str
    backend: str
    device: str
    seconds: float


def waits(results: Sequence[Results], labels: Sequence[str]) -> tuple[Wait, ...]:
    """One for each run, backend and device of which it was measured, in plan order. labels: of the runs."""
    found: dict[tuple[str, str, str], list[float]] = defaultdict(list)
    for result, label in zip(results, labels, strict=True):
        backends = {cell.identity: cell.backend for cell in result.cell_records}
        for launch in result.launch_records:
            if launch.idle_wait_s is not None and launch.identity in backends:
                found[label, backends[launch.identity], launch.device].append(launch.idle_wait_s)
    return tuple(Wait(*place, statistics.median(seconds)) for place, seconds in found.items())
