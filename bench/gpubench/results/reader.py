"""The results file, read: every line checked, a torn last one dropped and said, any other bad one refused."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from gpubench.errors import ResultsError
from gpubench.results.line import BadLine, decode, has_checksum
from gpubench.results.records import STATUSES, Launch, Line, Run


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
    if lines and not told_by_its_start(text) and not has_checksum(lines[0]):
        raise _no_results(path, text)
    records = tuple(_record(path, number, line) for number, line in enumerate(lines, 1))
    if not records or not isinstance(records[0], Run):
        raise _no_results(path, text)
    return Contents(records, whole_bytes, torn=whole_bytes < len(text))


def _record(path: Path, number: int, line: bytes) -> Line:
    try:
        record = decode(line)
        if isinstance(record, Launch) and record.status not in STATUSES:
            raise BadLine(f"its status '{record.status}' is none of {', '.join(STATUSES)}")
    except BadLine as error:
        raise ResultsError(
            f"{path}, line {number}: {error}",
            "the file was changed or damaged after it was written; restore it from a copy, or measure again",
        ) from error
    return record


def told_by_its_start(text: bytes) -> bool:
    """Whether a file begins as a results file does, whatever became of the rest."""
    return text.startswith(b'{"kind":"')


def _no_results(path: Path, text: bytes) -> ResultsError:
    """What a file is that was never one of ours, as far as can be told."""
    what = _what(text) if text else "it is empty"
    return ResultsError(f"{path} is no results file of gpubench: {what}", "name a run folder or its results.jsonl")


def _what(text: bytes) -> str:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return "its first line is no run record"
    if isinstance(found, dict) and "benchmarks" in found:
        return "its `benchmarks` are not as pytest-benchmark writes them"
    rows = found if isinstance(found, list) else found.get("cells") if isinstance(found, dict) else None
    if isinstance(rows, list) and rows and isinstance(rows[0], dict) and "cell_id" in rows[0]:
        return "it is what gpubench wrote for other programs, which holds no samples"
    return "it is JSON of another kind"
