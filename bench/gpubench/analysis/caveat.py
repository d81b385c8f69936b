"""What a reader must know before believing a number."""

from __future__ import annotations

import shlex
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from gpubench.analysis.case import DEVICE_TITLES
from gpubench.analysis.flag import flags
from gpubench.analysis.measured import Measured
from gpubench.analysis.overview import Overview
from gpubench.analysis.speedup import BASE
from gpubench.results.results import Results
from gpubench.results.summary import MIN_LAUNCHES


@dataclass(frozen=True)
class Caveat:
    """kind: `incomplete`, `absent`, `launches`, `status`, `flags` or `file`. next: what to type; may be empty."""

    kind: str
    text: str
    next: str = ""


def caveats(results: Sequence[Results], overviews: Sequence[Overview], cells: Sequence[Measured]) -> tuple[Caveat, ...]:
    """Of every run, the gravest first."""
    found: list[Caveat] = []
    for result, run in zip(results, overviews, strict=True):
        own = [cell for cell in cells if cell.run_id == run.run_id]
        prefix = f"Run {run.label}: " if run.label else ""
        said = (*_incomplete(result, run), *_no_speedup(run, own), *_few_launches(own), *_not_ok(own), *_doubts(own))
        found += [Caveat(caveat.kind, prefix + caveat.text, caveat.next) for caveat in said]
        found += [Caveat("file", f"{prefix}{note}") for note in result.notes]
    return tuple(found)


def _incomplete(results: Results, run: Overview) -> list[Caveat]:
    if run.complete:
        return []
    text = "The run is incomplete: what was measured until it stopped is shown."
    return [Caveat("incomplete", text, f"gpubench run --resume {shlex.quote(str(results.path.parent))}")]


def _no_speedup(run: Overview, cells: Sequence[Measured]) -> list[Caveat]:
    found = [
        Caveat("absent", f"No {DEVICE_TITLES.get(name, name)} was measured: {_stop(why)}") for name, why in run.absent
    ]
    kinds = {cell.kind for cell in cells if cell.ok}
    if len(kinds) != 1:
        return found
    accelerators = [name for name, _ in run.absent if name in DEVICE_TITLES]
    if kinds != {BASE}:
        text = "The CPU was not measured, so no speed-up over it can be reported."
    elif accelerators:
        text = "So no speed-up over the CPU can be reported. On a machine with an NVIDIA GPU, type:"
    else:
        text = "Only the CPU was measured, so no speed-up is reported. To measure the GPU too, type:"
    return [*found, Caveat("absent", text, "gpubench run" if accelerators else "gpubench run --device cpu,cuda")]


def _few_launches(cells: Sequence[Measured]) -> list[Caveat]:
    few = [cell for cell in cells if cell.ok and cell.launches < MIN_LAUNCHES]
    if not few:
        return []
    good = sum(cell.ok for cell in cells)
    text = (
        f"{len(few)} of {good} measured cells {_have(len(few))} fewer than {MIN_LAUNCHES} launches: they are shown "
        "without an interval, and no ratio of theirs says how sure it is."
    )
    return [Caveat("launches", text, "gpubench run --launches 5")]


def _not_ok(cells: Sequence[Measured]) -> list[Caveat]:
    """Cells that something went wrong with; one that had no meaning here (skipped) is no caveat."""
    bad: dict[str, int] = defaultdict(int)
    for cell in cells:
        if cell.status not in ("ok", "skipped"):
            bad[cell.status] += 1
    if not bad:
        return []
    counts = ", ".join(f"{count} {STATUS_WORDS.get(status, status)}" for status, count in bad.items())
    return [Caveat("status", f"Of {len(cells)} planned cells {counts}; none of them is in a ratio.")]


STATUS_WORDS = {
    "failed": "failed",
    "oom": "ran out of memory",
    "timeout": "took too long",
    "crashed": "crashed",
    "unverified": "could not be verified",
    "skipped": "could not run here",
}
"""The statuses that are not `ok`, as the predicate of "3 cells ..."."""


def _doubts(cells: Sequence[Measured]) -> list[Caveat]:
    return [
        Caveat("flags", f"Flagged {flag.name}, {len(flag.cells)} of {len(cells)} cells: {flag.meaning}.")
        for flag in flags(cells)
        if flag.doubt
    ]


def _have(count: int) -> str:
    return "has" if count == 1 else "have"


def _stop(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
