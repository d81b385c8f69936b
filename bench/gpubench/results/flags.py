"""The flags of a cell: those that its launches recorded, and those that only launches or cells together tell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from gpubench.results.records import Launch

DISPATCH_BOUND = "dispatch-bound"
"""Of a step that an accelerator does faster than it is issued."""
DISAGREE = 1.5
"""Launches of which one takes this many times as long as another: a process that runs twice as slow is real."""
NOOP = "noop"
"""The workload that measures the harness."""
MOST = 0.001
"""Share of a step that the harness may cost without a flag: what it costs a step of 25 µs (shared with `timeit`)."""

_DEVICE_DIFFERS = "device-differs"
_DISPATCH_SHARE = 1.1
_CPU = "cpu"

T = TypeVar("T")


def flags_of(launches: Iterable[Launch], steps: Sequence[float], row: Mapping[str, Any]) -> str:
    """Of a cell, joined by semicolons. steps: the launches' medians. row: what else is known of the cell, by column.

    `dispatch-bound` where an accelerator waits for Python rather than the reverse. There `device-differs` says only
    that Python was faster in some blocks than in others, as the interval does: it is no flag of the cell.
    """
    found = {flag for launch in launches for flag in launch.flags}
    if steps and max(steps) >= DISAGREE * min(steps):
        found.add("launches-disagree")
    step, dispatch, accelerated = row["step_s"], row["dispatch_s"], row["device"] not in (None, _CPU)
    if accelerated and step and dispatch and step <= _DISPATCH_SHARE * dispatch:
        found = {DISPATCH_BOUND, *(found - {_DEVICE_DIFFERS})}
    return _joined(found)


def with_harness_cost(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of a run; of whose steps an empty call takes more than 0.1 % are flagged `harness-cost`."""
    found = list(rows)
    calls: dict[object, dict[Any, float]] = defaultdict(dict)
    for row in found:
        if row["workload"] == NOOP and row["size"] == 1 and not row["variant"] and _good(row):
            calls[row["backend"], row["device"]].setdefault(row["mode"], row["step_s"])
    for row in found:
        cost = of_its_mode(calls[row["backend"], row["device"]], row["mode"])
        if row["workload"] != NOOP and row["step_s"] is not None and cost is not None and cost > MOST * row["step_s"]:
            row["flags"] = _joined({"harness-cost", *row["flags"].split(";")})
    return found


def of_its_mode(calls: Mapping[Any, T], mode: object) -> T | None:
    """The empty call that a step in a mode is set against: of that mode where there is one, or the first of all."""
    return calls.get(mode, next(iter(calls.values()), None))


def _good(row: Mapping[str, Any]) -> bool:
    return row["status"] == "ok" and row["step_s"] is not None


def _joined(flags: Iterable[str]) -> str:
    return ";".join(sorted(filter(None, flags)))
