"""Where runs lie: the folder of a new one, and the file that RUN on a command line means."""

from __future__ import annotations

import datetime
import secrets
from pathlib import Path

from gpubench.errors import ResultsError
from gpubench.results.line import BadLine, decode
from gpubench.results.records import Run
from gpubench.results.writer import FILE_NAME

RUNS = Path("gpubench-results")
"""Where runs go by default, below the current folder."""
_NAME = (
    "name a run folder, a results.jsonl, a file of pytest-benchmark or `latest`; `gpubench list runs` shows those here"
)


def new_run_id(now: datetime.datetime | None = None) -> str:
    """`<UTC>-<id>`, sorted by time as text: 20261124T140312-5f3a."""
    at = now or datetime.datetime.now(datetime.UTC)
    return f"{at:%Y%m%dT%H%M%S}-{secrets.token_hex(2)}"


def runs(below: Path = RUNS) -> list[Path]:
    """The results files of the run folders below a folder, oldest first."""
    return sorted(below.glob(f"*/{FILE_NAME}"), key=lambda path: (_created(path), path.parent.name))


def _created(path: Path) -> str:
    """When a run began, UTC: folders that --out named don't sort by time. A damaged file's last change."""
    try:
        with path.open("rb") as file:
            first = decode(file.readline().removesuffix(b"\n"))
    except (OSError, BadLine):
        first = None
    if isinstance(first, Run):
        return first.created
    changed = datetime.datetime.fromtimestamp(path.stat().st_mtime, datetime.UTC)
    return changed.isoformat(timespec="seconds")


def locate(run: str | Path) -> Path:
    """The results file that a run folder, a results file or `latest` means. Raises ResultsError."""
    if str(run) == "latest":
        found = runs()
        if not found:
            raise ResultsError(f"there is no run under {RUNS}/ here", "measure one: gpubench run")
        return found[-1]
    path = Path(run)
    if path.is_dir():
        path = path / FILE_NAME
    if path.exists() and not path.is_file():
        raise ResultsError(f"{run} is no run: it is neither a file nor a folder", _NAME)
    if not path.is_file():
        raise ResultsError(f"{run} is no run: there is no results file {path}", _NAME)
    return path
