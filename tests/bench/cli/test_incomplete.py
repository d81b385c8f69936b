"""An incomplete run says that it is one, wherever its results are shown."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.mark.parametrize(
    "command", [["export", "{}"], ["export", "{}", "--output", "cells.csv"], ["report", "{}", "--out", "report"]]
)
def test_it_is_said_with_what_finishes_it(cli, incomplete: Path, command: list[str]) -> None:
    said = cli(*(word.format(incomplete) for word in command))
    assert said.code == 0
    assert f"{incomplete}/results.jsonl is incomplete: cells that were not measured are `skipped`" in said.err
    assert said.err.endswith(f"Finish it: gpubench run --resume {incomplete}\n")


def test_a_torn_last_line_is_said_too(cli, run: Path, lines: list[bytes]) -> None:
    (run / "results.jsonl").write_bytes(b"".join(lines)[:-7])
    assert "is incomplete; a torn last line was dropped: cells" in cli("export", run).err


def test_the_command_can_be_copied(cli, incomplete: Path) -> None:
    incomplete.rename("a 'b' c")
    assert """Finish it: gpubench run --resume 'a '"'"'b'"'"' c'\n""" in cli("export", "a 'b' c").err


def test_of_a_complete_run_nothing_is_said(cli, run: Path) -> None:
    assert cli("export", run).err == ""
    assert cli("report", run).err == ""
