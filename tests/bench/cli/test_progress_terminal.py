"""The table on a real pseudo-terminal, drawn by a real run with real workers."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest

PATIENCE_S = 120.0
_WATCHED = """
    seen = set()

    def threads():
        status = open(f"/proc/{os.getppid()}/status").read()
        return next(line.split()[1] for line in status.splitlines() if line.startswith("Threads:"))

    def call(*placed: Array) -> Array:
        now = threads()
        if now not in seen:
            seen.add(now)
            with open(os.environ["TOY_LOG"], "a") as log:
                log.write(now + "\\n")
        return placed[0] * session.dtype.type(2)

    return Step(call, feeds, lambda y: {"y": session.fetch(y)}, facts={"fault": params.fault})
"""


def on_a_terminal(arguments: list[object], folder: Path, width: int, height: int, **variables: str) -> str:
    """What a terminal gets from `gpubench ARGUMENTS`, both streams."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
    dropped = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GPUBENCH_", "TOY_"))}
    environment = {name: value for name, value in kept.items() if name not in dropped} | {"TERM": "xterm", **variables}
    process = subprocess.Popen(
        [sys.executable, "-m", "gpubench", *map(str, arguments)], cwd=folder, stdin=theirs, stdout=theirs,
        stderr=theirs, env=environment,
    )  # fmt: skip
    os.close(theirs)
    text = b""
    with os.fdopen(ours, "rb", buffering=0) as screen:
        while select.select([screen], [], [], PATIENCE_S)[0]:
            try:
                text += os.read(ours, 1 << 16)
            except OSError:  # nobody holds the other side any more
                break
    process.wait(PATIENCE_S)
    return text.decode().replace("\r\n", "\n")


@pytest.fixture
def quick(toy: list[str]) -> list[object]:
    return ["run", *toy, "--launches", "1", "--max-time", "0.05", "--no-report", "--out", "run"]


@pytest.mark.parametrize("variables", [{}, {"NO_COLOR": "1"}], ids=["coloured", "plain"])
def test_a_terminal_gets_a_table_and_keeps_the_last_words(quick, tmp_path: Path, variables: dict[str, str]) -> None:
    text = on_a_terminal([*quick, "--param", "fault=raise"], tmp_path, 100, 30, **variables)
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)
    assert "toy on cpu, launch 1 of 1: doubling n=4" in plain
    assert re.search(r"\n *toy\n *cpu\n", plain)
    assert " 1/2, 0:0" in plain
    assert ("\x1b[31m" in text) == (not variables)
    last = text.rpartition("\x1b[2K")[2].splitlines()
    assert last[:2] == ["run", "2 cells failed"]
    assert last[-1].endswith("No cell gave a number, so no speed-up is reported.")


@pytest.mark.parametrize(("width", "height"), [(40, 12), (80, 24), (120, 40)])
def test_a_hundred_cells_fit_a_terminal_of_any_size(quick, tmp_path: Path, width: int, height: int) -> None:
    sizes = ",".join(str(size) for size in range(1, 121))
    text = on_a_terminal([*quick, "-s", sizes, "--param", "fault=unsupported"], tmp_path, width, height)
    frames = [frame for frame in re.split(r"\x1b\[2K", text) if frame.count("\n") > 2 and " launch 1 of 1" in frame]
    assert frames
    for frame in frames[-20:]:
        lines = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r", "", frame).split("\n")
        assert len(lines) <= height
        assert max(len(line.rstrip()) for line in lines) <= width


def test_no_thread_of_ours_runs_while_a_worker_measures(quick, toy_file: Path, tmp_path: Path) -> None:
    """The worker counts its parent's threads in the very calls that are timed, with the table and without."""
    head, _, tail = toy_file.read_text(encoding="utf-8").partition("    def call(*placed: Array) -> Array:")
    rest = tail[tail.index("\n\ndoubling = Workload(") :]
    (tmp_path / "watched.py").write_text(head + _WATCHED.lstrip("\n") + rest)
    mine = [*["watched.py" if word == str(toy_file) else word for word in quick[:-2]], "--out"]
    counted = {}
    for kind in ("auto", "none"):
        log = tmp_path / kind
        on_a_terminal([*mine, f"run-{kind}", "--progress", kind], tmp_path, 80, 24, TOY_LOG=str(log))
        counted[kind] = set(log.read_text(encoding="utf-8").split())
    assert counted["auto"] == counted["none"] != set()
