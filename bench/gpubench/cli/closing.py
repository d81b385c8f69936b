"""The last words of a run: what failed and why, where the report lies, and why there is no speed-up."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from gpubench.cli.progress import cell_words

if TYPE_CHECKING:
    import pandas as pd

    from gpubench.results.results import Results

FAILED = ("failed", "oom", "timeout", "crashed", "unverified")
"""Every status of a cell that was to run and gave no number to trust."""


def last_words(results: Results, cells: pd.DataFrame, written: list[Path]) -> Iterator[str]:
    """Lines for standard error."""
    by_status = cells["status"].value_counts()
    yield ", ".join(f"{count} {'cell' if count == 1 else 'cells'} {status}" for status, count in by_status.items())
    yield from failures(results, cells, (*FAILED, "skipped"))
    yield from _doubts(cells)
    report = next((path for path in written if path.suffix == ".html"), None)
    if report is not None:
        yield f"Report: {report}"
    yield from _no_speedup(results, cells)


def failures(results: Results, cells: pd.DataFrame, statuses: Collection[str] = FAILED) -> Iterator[str]:
    """A line for each cell of these statuses, with its reason."""
    words = {cell.identity: cell_words(cell) for cell in results.cell_records}
    bad = cells.loc[cells["status"].isin(statuses), ["status", "cell_id", "device", "reason"]]
    for status, cell_id, device, reason in bad.astype(str).values.tolist():
        yield f"  {status}: {words[cell_id, device]}: {reason}"


def _doubts(cells: pd.DataFrame) -> Iterator[str]:
    """A line for each flag that makes numbers doubtful."""
    from gpubench.analysis.flag import DOUBTS

    borne = [flag for text in cells["flags"] for flag in str(text).split(";")]
    for name, meaning in DOUBTS.items():
        if name in borne:
            yield f"Flagged {name}, {borne.count(name)} of {len(cells)} cells: {meaning}."


def _no_speedup(results: Results, cells: pd.DataFrame) -> Iterator[str]:
    for name, reason in results.run.absent.items():
        yield f"Not measured: {name}: {reason}."
    planned, kinds = _kinds(cells), _kinds(cells.loc[cells["status"] == "ok"])
    if len(kinds) > 1:
        return
    if not kinds:
        yield "No speed-up is reported: no cell gave a number."
    elif "cuda" in results.run.absent:
        yield "So no speed-up of a GPU over the CPU is reported. On a machine with an NVIDIA GPU, type: gpubench run"
    elif planned > kinds:
        yield f"No speed-up is reported: no cell on {', '.join(sorted(planned - kinds))} gave a number."
    elif kinds == {"cpu"}:
        yield "No speed-up is reported: only the CPU was measured. To measure a GPU: gpubench run --device cpu,cuda"
    else:
        yield "No speed-up is reported: the CPU was not measured. To measure it too: gpubench run --device cpu,cuda"


def _kinds(cells: pd.DataFrame) -> set[str]:
    return {str(device).partition(":")[0] for device in cells["device"]}
