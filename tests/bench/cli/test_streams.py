"""Streams that lead nowhere, as real processes meet them: closed, full, or with a reader who has gone."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

LIST = ["list", "backends"]


@pytest.fixture
def failing(toy: list[str]) -> list[str]:
    """A run that ends with 3 and writes to both streams."""
    return ["run", *toy, "--launches", "1", "--param", "fault=raise", "--no-report", "--out", "run"]


@pytest.fixture
def gone() -> Iterator[int]:
    """The writing end of a pipe that nobody reads."""
    read, write = os.pipe()
    os.close(read)
    yield write
    os.close(write)


@pytest.fixture
def full() -> Iterator[int]:
    """A file on a full disk."""
    with Path("/dev/full").open("wb") as file:
        yield file.fileno()


@pytest.fixture
def buffered(monkeypatch: pytest.MonkeyPatch) -> None:
    """As Python writes unless it is told otherwise; what it holds back it writes at its end."""
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)


@pytest.fixture
def gpubench(tmp_path: Path, buffered: None):
    """Starts the command in an empty folder."""

    def call(arguments: list[str], **streams: object) -> subprocess.CompletedProcess[str]:
        given = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams}
        return subprocess.run(
            [sys.executable, "-m", "gpubench", *arguments], cwd=tmp_path, text=True, timeout=60, check=False, **given
        )

    return call


@pytest.mark.parametrize("arguments", [LIST, ["--help"], ["--version"], ["run", "--help"]])
def test_a_reader_who_has_gone_is_no_failure(gpubench, gone: int, arguments: list[str]) -> None:
    ended = gpubench(arguments, stdout=gone)
    assert ended.returncode == 0
    assert ended.stderr == ""


def test_an_export_that_nobody_reads_to_its_end_is_no_failure(gpubench, gone: int, measured: Path) -> None:
    ended = gpubench(["export", str(measured)], stdout=gone)
    assert ended.returncode == 0
    assert ended.stderr == ""


def test_a_run_goes_on_when_nobody_follows_it(gpubench, gone: int, failing: list[str], tmp_path: Path) -> None:
    """As with `gpubench run 2>&1 | head -1`."""
    assert gpubench(failing, stdout=gone, stderr=gone).returncode == 3
    assert b'"kind":"end"' in (tmp_path / "run" / "results.jsonl").read_bytes().splitlines()[-1]


@pytest.mark.parametrize("arguments", [LIST, ["--help"], ["--version"]])
def test_standard_output_on_a_full_disk_ends_with_74(gpubench, full: int, arguments: list[str]) -> None:
    ended = gpubench(arguments, stdout=full)
    assert ended.returncode == 74
    assert ended.stderr.startswith("gpubench: No space left on device: standard output\n")


def test_an_export_onto_a_full_disk_ends_with_74(gpubench, full: int, measured: Path) -> None:
    ended = gpubench(["export", str(measured)], stdout=full)
    assert ended.returncode == 74
    assert ended.stderr == "gpubench: No space left on device: standard output\n  free space, or check permissions\n"


def test_messages_that_cannot_be_written_leave_the_exit_code(gpubench, full: int, failing: list[str]) -> None:
    assert gpubench(["export", "nosuch"], stderr=full).returncode == 6
    assert gpubench(["nosuch"], stderr=full).returncode == 2
    assert gpubench(failing, stderr=full).returncode == 3


def test_closed_streams_are_no_matter(tmp_path: Path, buffered: None, failing: list[str]) -> None:
    """A daemon may start us so; the next file that is opened would become standard output."""
    command = 'exec "$@" <&- >&- 2>&-'
    ended = subprocess.run(
        ["sh", "-c", command, "sh", sys.executable, "-m", "gpubench", *failing], cwd=tmp_path, timeout=60, check=False
    )
    assert ended.returncode == 3
    lines = (tmp_path / "run" / "results.jsonl").read_bytes().splitlines()
    assert all(line.startswith(b'{"kind":"') for line in lines)
    assert b'"kind":"end"' in lines[-1]


def test_what_the_terminal_has_no_letter_for_is_written_with_escapes(gpubench, failing: list[str]) -> None:
    ended = gpubench([*failing[:-1], "雪"], env={**os.environ, "PYTHONIOENCODING": "latin-1"})
    assert ended.returncode == 3
    assert ended.stdout == "\\u96ea\n"
