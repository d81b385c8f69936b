"""What a reader must know before believing a number."""

from __future__ import annotations

import itertools
import math
import shlex
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from gpubench.analysis.again import typed
from gpubench.analysis.case import DEVICE_TITLES, the_device
from gpubench.analysis.flag import flags
from gpubench.analysis.measured import Measured
from gpubench.analysis.no_speedup import no_speedup
from gpubench.analysis.numeral import written
from gpubench.analysis.overview import Overview
from gpubench.analysis.shortage import shortages
from gpubench.analysis.unverified import unverified
from gpubench.results.results import Results
from gpubench.results.summary import MIN_LAUNCHES


@dataclass(frozen=True)
class Caveat:
    """Something to know, of a kind.

    kind: `incomplete`, `foreign`, `joined`, `absent`, `unverified`, `launches`, `status`, `flags`, `noise`, `ceiling`
    or `file`. next: what to type, if anything. first: whether it is of half of what was measured or more, so that a
    reader has to know it before the verdicts.
    """

    kind: str
    text: str
    next: str = ""
    first: bool = False


_NAMED = 3


def half(some: int, whole: int) -> bool:
    """Whether some are half of the whole or more, so that they are no exception."""
    return 2 * some >= whole


def caveats(results: Sequence[Results], overviews: Sequence[Overview], cells: Sequence[Measured]) -> tuple[Caveat, ...]:
    """Of every part and its runs, the gravest first; the doubts of all parts, and what is wrong with files, last."""
    found: list[Caveat] = []
    parts = {run.part: [cell for cell in cells if cell.run == run.part] for run in overviews}
    told = any(len({cell.kind for cell in own if cell.ok}) > 1 for own in parts.values())
    for part, own in parts.items():
        members = [(result, run) for result, run in zip(results, overviews, strict=True) if run.part == part]
        runs = [run for _, run in members]
        for result, run in members:
            found += _of(run.label, [*_incomplete(result, run), *_foreign(result, run)])
        lacking = _no_speedup([result for result, _ in members], runs, own, elsewhere=told)
        found += _of(part, [*_joined(runs), *lacking])
        for result, run in members:
            found += _of(run.label, _unverified(result))
        found += _of(part, [*_few_launches(own, runs), *_not_ok(own)])
    notes = (
        _of(run.label, [Caveat("file", note) for note in result.notes])
        for result, run in zip(results, overviews, strict=True)
    )
    return (*found, *_doubts(parts), *itertools.chain.from_iterable(notes))


def _of(label: str, said: Iterable[Caveat]) -> list[Caveat]:
    """What is said of a run or a part, with its label in front where there are several."""
    prefix = f"{_runs(label).capitalize()} {label}: " if label else ""
    return [replace(caveat, text=prefix + caveat.text) for caveat in said]


def _runs(label: str) -> str:
    return "runs" if "+" in label else "run"


def _foreign(result: Results, run: Overview) -> list[Caveat]:
    if not run.made_by:
        return []
    checked = all(launch.checked for launch in result.launch_records)
    text = (
        f"{run.path.name} is a file of {run.made_by}. It holds latencies that one process measured: there is no step "
        f"time, no interval and so no ratio{'' if checked else ', and gpubench has not checked the answers'}."
    )
    return [Caveat("foreign", text)]


def _joined(runs: Sequence[Overview]) -> list[Caveat]:
    if len(runs) < 2:
        return []
    when = ", ".join(f"{run.label} began {run.created}" for run in runs)
    text = (
        "These runs are of one machine and have no cell in common, so they are shown as one. They were not "
        f"interleaved: ratios between them are not paired, and hold the difference of the two times ({when})."
    )
    return [Caveat("joined", text)]


def _incomplete(results: Results, run: Overview) -> list[Caveat]:
    if run.complete:
        return []
    reached = {(launch.cell_id, launch.device) for launch in results.launch_records}
    planned = [cell for cell in results.cell_records if not cell.reason]
    measured = [cell for cell in planned if cell.identity in reached]
    missed = {cell.backend for cell in planned} - {cell.backend for cell in measured}
    text = (
        f"The run is incomplete: {len(measured)} of {len(planned)} cells were measured until it stopped"
        f"{', none of ' + ' or '.join(sorted(missed)) if missed else ''}."
    )
    if results.ended is not None:
        return [Caveat("incomplete", f"{text} It {results.ended[0]}: {results.ended[1]}.", first=True)]
    resume = f"gpubench run --resume {shlex.quote(str(results.path.parent))}"
    return [Caveat("incomplete", text, resume, first=True)]


def _no_speedup(
    results: Sequence[Results], runs: Sequence[Overview], cells: Sequence[Measured], *, elsewhere: bool
) -> list[Caveat]:
    """elsewhere: whether some part of the report tells speed-ups, so that this one need not."""
    absent = _absent(runs, cells)
    found = [
        Caveat("absent", f"No {DEVICE_TITLES.get(name, name)} was measured: {_stop(why)}")
        for name, why in absent.items()
    ]
    if elsewhere:
        return found
    known = {name: kinds for result in results for name, kinds in result.run.accelerators.items()}
    reason = no_speedup(cells, absent, known, typed(runs[0], cells))
    return [*found, Caveat("absent", *reason)] if reason else found


def _absent(runs: Sequence[Overview], cells: Sequence[Measured]) -> dict[str, str]:
    """What was looked for and not found; of several runs, what none of them measured."""
    here = {name for cell in cells for name in (cell.backend, cell.kind)} if len(runs) > 1 else set()
    found: dict[str, str] = {}
    for name, why in (pair for run in runs for pair in run.absent):
        if name not in here:
            found.setdefault(name, why)
    return found


def _unverified(results: Results) -> list[Caveat]:
    return [Caveat("unverified", text, command) for text, command in unverified(results)]


def _few_launches(cells: Sequence[Measured], runs: Sequence[Overview]) -> list[Caveat]:
    """Of a run that can go on nothing is to be typed but that, and it is said already."""
    few = [cell for cell in cells if cell.ok and cell.launches < MIN_LAUNCHES]
    if not few:
        return []
    good = sum(cell.ok for cell in cells)
    text = (
        f"{len(few)} of {good} measured cells {_have(len(few))} fewer than {MIN_LAUNCHES} launches: they are shown "
        "without an interval, and no ratio of theirs would say how sure it is."
    )
    following = typed(runs[0], cells).with_launches(5) if all(run.complete for run in runs) else ""
    return [Caveat("launches", text, following, first=half(len(few), good))]


def _not_ok(cells: Sequence[Measured]) -> list[Caveat]:
    """Cells that something went wrong with; one that had no meaning here (skipped) is no caveat."""
    bad: dict[str, int] = defaultdict(int)
    for cell in cells:
        if cell.status not in ("ok", "skipped"):
            bad[cell.status] += 1
    if not bad:
        return []
    said = {**STATUS_WORDS, "oom": STATUS_WORDS["oom"] + _from(cells)}
    counts = ", ".join(f"{count} {said.get(status, status)}" for status, count in bad.items())
    where = {the_device(cell.device) for cell in cells if cell.status in bad}
    text = f"Of {len(cells):,} cells {counts}, on {' and '.join(sorted(where))}; none of them is in a ratio."
    return [Caveat("status", text, first=half(sum(bad.values()), len(cells)))]


def _from(cells: Sequence[Measured]) -> str:
    """From which size on memory did not suffice, by workload where that differs; empty where sizes are no numbers."""
    least: dict[str, tuple[float, str]] = {}
    for (_, case, *_), sizes in shortages(cells).items():
        least[case.workload] = min((sizes[0], case.axis), least.get(case.workload, (math.inf, "")))
    same = len(set(least.values())) == 1
    named = [f"{'' if same else f'{name} '}from {axis} {written(size)}" for name, (size, axis) in least.items()]
    named = list(dict.fromkeys(named))
    more = [f"{len(named) - _NAMED} more"] if len(named) > _NAMED else []
    return f" ({', '.join([*named[:_NAMED], *more])})" if named else ""


STATUS_WORDS = {
    "failed": "failed",
    "oom": "ran out of memory",
    "timeout": "took too long",
    "crashed": "crashed",
    "unverified": "could not be verified",
    "skipped": "could not run here",
}
"""The statuses that are not `ok`, as the predicate of "3 cells ..."."""


def _doubts(parts: Mapping[str, Sequence[Measured]]) -> list[Caveat]:
    """Each flag once for all parts of which it concerns half or more, and once for the others."""
    found: dict[tuple[str, str, bool], list[str]] = defaultdict(list)
    for part, cells in parts.items():
        good = sum(cell.ok for cell in cells)
        for flag in flags(cells):
            count = sum(cell.ok for cell in flag.cells)
            if flag.doubt and count:
                told = found[flag.name, flag.meaning, half(count, good)]
                measured = "" if told else f" measured {'cell' if good == 1 else 'cells'}"
                told.append(f"{count} of {good}{measured}{f' in {_runs(part)} {part}' if part else ''}")
    return [
        Caveat("flags", f"Flagged {name}, {' and '.join(told)}: {meaning}.", first=first)
        for (name, meaning, first), told in found.items()
    ]


def _have(count: int) -> str:
    return "has" if count == 1 else "have"


def _stop(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
