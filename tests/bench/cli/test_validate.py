"""`gpubench validate`: whole, readable but not whole, or not to be trusted. And no other command trusts it more."""

from __future__ import annotations

from pathlib import Path

import pytest


def test_a_whole_run_is_said_to_be_whole(cli, run: Path) -> None:
    said = cli("validate", run)
    assert said.code == 0
    assert said.out == f"{run}/results.jsonl: whole: 3 cells, 3 launches\n"
    assert said.err == ""


def test_an_incomplete_run_is_readable_but_not_whole(cli, incomplete: Path) -> None:
    said = cli("validate", incomplete)
    assert said.code == 6
    assert "is readable (3 cells, 2 launches) but not whole: the run was not carried to its end" in said.err
    assert f"finish it: gpubench run --resume {incomplete}\n" in said.err
    assert said.out == ""


def test_a_torn_last_line_is_said(cli, run: Path, lines: list[bytes]) -> None:
    (run / "results.jsonl").write_bytes(b"".join(lines)[:-1])
    said = cli("validate", run)
    assert said.code == 6
    assert "(3 cells, 3 launches) but not whole: a torn last line was dropped" in said.err


def test_another_file_is_named_itself_not_its_folder(cli, run: Path, lines: list[bytes]) -> None:
    (run / "copy.jsonl").write_bytes(b"".join(lines[:-1]))
    assert f"gpubench run --resume {run}/copy.jsonl\n" in cli("validate", run / "copy.jsonl").err


def changed(lines: list[bytes]) -> bytes:
    return b"".join([*lines[:2], lines[2].replace(b"toy", b"tay"), *lines[3:]])


def joined(lines: list[bytes]) -> bytes:
    return b"".join(lines).replace(b"\n", b"", 1)


def without_its_run(lines: list[bytes]) -> bytes:
    return b"".join(lines[1:])


def of_two_runs(lines: list[bytes]) -> bytes:
    return b"".join([*lines, *lines])


def empty(_: list[bytes]) -> bytes:
    return b""


def begun(lines: list[bytes]) -> bytes:
    return lines[0][:50]


def binary(_: list[bytes]) -> bytes:
    return b"\x00\xff\n\x80" * 9


def other_json(_: list[bytes]) -> bytes:
    return b"{}\n"


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (changed, "line 3: its checksum does not match its text"),
        (joined, "line 1: its checksum does not match its text"),
        (without_its_run, "its first line is no run record"),
        (of_two_runs, "holds more than one run record"),
        (empty, "is no results file of gpubench"),
        (begun, "is no results file of gpubench"),
        (binary, "is no results file of gpubench: its first line is no run record"),
        (other_json, "is no results file of gpubench: it is JSON of another kind"),
    ],
)
@pytest.mark.parametrize(
    "command", [["validate"], ["show"], ["export"], ["report", "--out", "report"], ["run", "--resume"]]
)
def test_a_spoilt_file_is_refused_by_every_command(
    cli, run: Path, lines: list[bytes], spoil, said: str, command: list[str]
) -> None:
    spoilt = spoil(lines)
    (run / "results.jsonl").write_bytes(spoilt)
    outcome = cli(*command, run)
    assert outcome.code == 6
    assert f"{run}/results.jsonl" in outcome.err
    assert said in outcome.err
    assert outcome.out == ""
    assert (run / "results.jsonl").read_bytes() == spoilt
    assert not Path("report").exists()
