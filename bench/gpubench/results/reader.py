"""The results file, read: every line checked, a torn last one dropped and said, any other bad one refused."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gpubench.errors import ResultsError
from gpubench.results.line import BadLine, decode
from gpubench.results.records import Line, Run


@dataclass(frozen=True)
class Contents:
    """The records of a file in order. whole_bytes: length of the whole lines. torn: whether more lay behind."""

    records: tuple[Line, ...]
    whole_bytes: int
    torn: bool


def read(path: Path) -> Contents:
    """All records of a results file.

    Raises ResultsError when the file is missing, has a bad line that is not a torn last one, or does not
    begin with a `run` record.
    """
    try:
        text = path.read_bytes()
    except OSError as error:
        raise ResultsError(
            f"cannot read {path}: {error.strerror or error}", "`gpubench list runs` shows the runs of this folder"
        ) from error
    whole_bytes = text.rfind(b"\n") + 1
    lines = text[:whole_bytes].split(b"\n")[:-1]  # not splitlines: to it a carriage return ends a line as well
    records = tuple(_record(path, number, line) for number, line in enumerate(lines, 1))
    if not records or not isinstance(records[0], Run):
        raise ResultsError(
            f"{path} is no results file of gpubench: its first line is no run record",
            "name a run folder or its results.jsonl",
        )
    return Contents(records, whole_bytes, torn=whole_bytes < len(text))


def _record(path: Path, number: int, line: bytes) -> Line:
    try:
        return decode(line)
    except BadLine as error:
        raise ResultsError(
            f"{path}, line {number}: {error}",
            "the file was changed or damaged after it was written; restore it from a copy, or measure again",
        ) from error
