"""How a run ended: how many cells came to what, what failed and why, and where the report lies."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from gpubench.cli.progress_words import cell_words
from gpubench.cli.visible import one_line

if TYPE_CHECKING:
    import pandas as pd

    from gpubench.results.results import Results

FAILED = ("failed", "oom", "timeout", "crashed", "unverified")
"""Every status of a cell that was to run and gave no number to trust."""


def last_words(results: Results, cells: pd.DataFrame, written: list[Path]) -> Iterator[str]:
    """Lines for standard error, to stand before the summary."""
    by_status = cells["status"].value_counts()
    yield ", ".join(f"{count} {'cell' if count == 1 else 'cells'} {status}" for status, count in by_status.items())
    yield from failures(results, cells, (*FAILED, "skipped"))
    report = next((path for path in written if path.suffix == ".html"), None)
    if report is not None:
        yield f"Report: {report}"


def nothing_measured(cells: pd.DataFrame) -> str:
    """What to say of a run none of whose cells has a meaning here; empty where some was measured, or failed."""
    if (cells["status"] != "skipped").any():
        return ""
    reasons = "; ".join(dict.fromkeys(one_line(reason) for reason in cells["reason"].astype(str)))
    return (
        f"Nothing was measured, for nothing that is selected has a meaning here: {reasons}\n"
        "  `gpubench list backends -v` shows modes and precisions, `gpubench list devices` what is here"
    )


def failures(results: Results, cells: pd.DataFrame, statuses: Collection[str] = FAILED) -> Iterator[str]:
    """A line for each cell of these statuses, with its reason."""
    words = {cell.identity: cell_words(cell) for cell in results.cell_records}
    bad = cells.loc[cells["status"].isin(statuses), ["status", "cell_id", "device", "reason"]]
    for status, cell_id, device, reason in bad.astype(str).values.tolist():
        yield f"  {one_line(f'{status}: {words[cell_id, device]}: {reason}')}"
