"""Free text made harmless: and nothing that stands in a results file reaches a terminal as it is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import msgspec
import pytest

from gpubench.cli.visible import one_line, visible
from gpubench.results.results import Results

HOSTILE = "\x1b[2J\x1b]0;mine\x07\u202egnp\u2066\u200b\x00\x9b31m\r\b"
INNOCENT = "häßlich 雪 × 3 µs – שלום"


@pytest.mark.parametrize("character", list("\x1b\x07\u202e\u2066\u200b\x00\x9b\r\b\tgn"))
def test_what_controls_a_terminal_or_a_line_is_replaced(character: str) -> None:
    shown = visible(f"a{character}b")
    assert len(shown) == 3
    assert shown == (f"a{character}b" if character.isalpha() else "a\ufffdb")


def test_letters_of_any_script_and_line_ends_are_left() -> None:
    assert visible(f"{INNOCENT}\nnext") == f"{INNOCENT}\nnext"


def test_one_line_is_one_line() -> None:
    assert one_line(" a\n\n2 cells ok\t b\u2028c ") == "a 2 cells ok b c"
    assert one_line(HOSTILE).count("\n") == 0


@pytest.fixture
def hostile(invented: ModuleType, keep: Callable[[str, Results], Path]) -> Path:
    """A run whose every name and reason is hostile, one of them long."""
    absent = {HOSTILE: HOSTILE, "cuda": HOSTILE}
    made = invented.Invented(f"20260102T030405-{HOSTILE}", preset=HOSTILE, absent=absent, command=[HOSTILE])
    made.run = msgspec.structs.replace(made.run, gpubench=HOSTILE)
    made.machine = {HOSTILE: HOSTILE, "host (hashed)": HOSTILE}
    names = {"workload": f"work {HOSTILE}", "axis": HOSTILE, "params": {HOSTILE: HOSTILE}, "precision": HOSTILE}
    for backend in ("torch", f"b {HOSTILE}"):
        made.cell(
            (1.0, 1.0, 1.0), size=HOSTILE, backend=backend, mode=HOSTILE, flags=(HOSTILE,), model=HOSTILE, **names
        )
    made.cell(workload="bad", status="failed", reason=f"first line {HOSTILE}\n9 cells ok", device=f"cuda:{HOSTILE}")
    made.cell(workload="none", status="skipped", reason=HOSTILE * 100)
    return keep("hostile", made.results())


def controls(text: str) -> Iterator[str]:
    """What could do something to a terminal, our own colours apart."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text) if "\x1b[" in text else text
    yield from (character for character in plain if unicodedata.category(character)[0] == "C" and character != "\n")


@pytest.mark.parametrize("coloured", [True, False])
@pytest.mark.parametrize(
    "command",
    [
        ["show", "hostile"],
        ["list", "runs"],
        ["validate", "hostile"],
        ["compare", "hostile", "again", "--explain"],
        ["compare", "hostile", "--by", "backend", "--explain"],
        ["compare", "hostile", "again", "--format", "markdown"],
        ["export", "hostile", "--format", "json"],
        ["run", "--resume", "hostile"],
        ["run", "--resume", "cut"],
        ["run", "--baseline", "hostile", "--dry-run"],
        ["report", "cut", "--out", "report"],
    ],
)
def test_nothing_of_a_results_file_reaches_the_terminal_as_it_is(
    cli, hostile: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str], coloured: bool
) -> None:
    monkeypatch.setenv("FORCE_COLOR" if coloured else "NO_COLOR", "1")
    lines = (hostile / "results.jsonl").read_bytes().splitlines(keepends=True)
    for name, kept in (("again", lines), ("cut", lines[:-1]), ("gpubench-results/one", lines)):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "results.jsonl").write_bytes(b"".join(kept))
    said = cli(*command)
    assert said.code != 70, said.err
    assert said.out + said.err
    assert list(controls(said.out)) == []
    assert list(controls(said.err)) == []
    assert "\n9 cells ok" not in said.out + said.err
    assert ("\x1b[" in said.out + said.err) <= coloured
