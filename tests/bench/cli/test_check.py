"""`gpubench check`: what an author is told, and how the command ends."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def mine(toy_file: Path, tmp_path: Path) -> Callable[..., Path]:
    """A file of one's own with the toy in it, in the folder of the call; replacements are pairs of texts."""

    def written(*replacements: tuple[str, str]) -> Path:
        text = toy_file.read_text(encoding="utf-8")
        for old, new in (("    builders=", "    precisions=('float32',),\n    builders="), *replacements):
            assert old in text
            text = text.replace(old, new)
        (tmp_path / "mine.py").write_text(text, encoding="utf-8")
        return tmp_path / "mine.py"

    return written


def test_a_right_file_ends_with_zero_and_the_next_command(cli, mine) -> None:
    file = mine()
    said = cli("check", "mine.py", "-s", "smoke,small")
    assert said.code == 0, said.out
    lines = said.out.splitlines()
    assert lines[0] == f"doubling, from {file}"
    assert lines[1] == "pass  declared, imports no framework"
    assert lines[2].startswith("pass  toy cpu n=4 fault=none float32 eager: inputs, build, call, output, ")
    assert re.search(r", timing$|: timing: flagged", said.out, flags=re.MULTILINE)  # as busy as the machine is
    assert any(line.startswith("pass  toy cpu n=64 fault=none float32 eager: ") for line in lines)
    assert said.err.startswith("doubling: nothing is wrong (")
    assert said.err.endswith("Measure it: gpubench run doubling --plugin mine.py\n")


def test_a_wrong_answer_ends_with_three_and_says_where_and_what_to_do(cli, mine) -> None:
    file = mine(("dtype.type(2)", "dtype.type(2.001)"))
    said = cli("check", "mine.py", "-s", "smoke")
    assert said.code == 3
    number = next(n for n, line in enumerate(file.read_text().splitlines(), 1) if line.startswith("def toy_step"))
    lines = said.out.splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("FAIL  toy cpu n=4"))
    assert "output: the output is wrong: error of y is 0.000" in lines[at]
    assert lines[at + 1] == f"        mine.py:{number}"
    assert lines[at + 2].startswith(
        "        compare what the builder computes and `observe` returns with the reference"
    )
    assert "failed" in said.err


def test_every_finding_is_in_the_object_for_scripts(cli, mine) -> None:
    mine(("    summary=", "    version=2,\n    summary="), ('"smoke": Doubling(4)', '"smoke": Doubling(4, "closure")'))
    said = cli("check", "mine.py", "-s", "smoke", "--json")
    assert said.code == 3
    (told,) = json.loads(said.out)["workloads"]
    assert (told["workload"], told["ok"]) == ("doubling", False)
    failed = [found for found in told["findings"] if found["level"] == "fail"]
    assert {found["check"] for found in failed} == {"depends on its data"}
    assert set(failed[0]) == {"subject", "check", "level", "says", "line", "hint"}


def test_a_workload_goes_by_its_name_with_the_file_named_as_a_plug_in(cli, mine) -> None:
    file = mine()
    said = cli("check", "doubling", "--plugin", file, "-b", "toy", "-s", "smoke")
    assert said.code == 0
    assert said.err.endswith(f"Measure it: gpubench run doubling --plugin {file}\n")


@pytest.mark.parametrize(
    ("text", "says", "line"),
    [
        ("import numpy\n1 / 0\n", "ZeroDivisionError: division by zero", "        mine.py:2"),
        ("def f(:\n", "SyntaxError: invalid syntax", "        mine.py:1"),
        ('GPUBENCH_INTERFACE = "9.0"\n', "it is written for interface 9.0 of gpubench", ""),
        ("x = 1\n", "it declares no Workload, no Backend and no Renderer", ""),
    ],
)
def test_a_file_that_can_not_be_used_is_a_finding(cli, tmp_path: Path, text: str, says: str, line: str) -> None:
    (tmp_path / "mine.py").write_text(text)
    said = cli("check", "mine.py")
    assert said.code == 3
    assert said.out.startswith(f"FAIL  loads: {says}")
    assert line in said.out.splitlines() or not line
    assert said.err == "mine.py: 1 failed\n"


def test_a_file_of_a_backend_alone_declares_no_workload(cli, mine) -> None:
    mine(("doubling = Workload(", "doubling = (lambda **fields: None)("))
    said = cli("check", "mine.py")
    assert said.code == 2
    assert "declares no workload" in said.err


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("nosuch",), 2, "there is no workload 'nosuch'"),
        (("matmull",), 2, "did you mean 'matmul'?"),
        (("nosuch.py",), 2, "there is no such file"),
        (("matmul", "-b", "nosuch"), 2, "nosuch"),
        (("mine.py", "-s", "nosuch"), 2, "--size nosuch: doubling has no such size"),
        (("mine.py", "--mode", "eagre"), 2, "--mode eagre: no backend has it; did you mean 'eager'?"),
        (("mine.py", "-d", "cuda", "-b", "toy"), 5, "there is no device 'cuda' here"),
    ],
)
def test_wrong_use_is_told(cli, mine, words: tuple[str, ...], code: int, says: str) -> None:
    mine()
    said = cli("check", *words)
    assert said.code == code
    assert says in said.err


def test_a_backend_that_was_named_and_is_not_here_ends_with_five(cli, mine) -> None:
    mine(('distribution="numpy"', 'distribution="no-such-framework"'))
    said = cli("check", "mine.py", "-b", "toy")
    assert said.code == 5
    assert "no-such-framework is not installed" in said.err
    unnamed = cli("check", "mine.py")
    assert unnamed.code == 0
    assert "skip  toy: backend: no-such-framework is not installed" in unnamed.out


def test_what_a_file_says_writes_nothing_to_a_terminal(cli, mine) -> None:
    mine(('RuntimeError("the toy broke <b>here</b>")', r'RuntimeError("\x1b[31mred\u202e")'),
         ('"smoke": Doubling(4)', '"smoke": Doubling(4, "raise")'))  # fmt: skip
    said = cli("check", "mine.py", "-s", "smoke")
    assert said.code == 3
    assert "\x1b" not in said.out
    assert "\u202e" not in said.out
    assert "[31mred" in said.out


def test_defaults_come_from_where_a_run_has_them(cli, mine, monkeypatch: pytest.MonkeyPatch) -> None:
    mine()
    Path("pyproject.toml").write_text('[tool.gpubench]\nsize = ["smoke"]\nlaunches = 7\n')
    assert "n=64" not in cli("check", "mine.py").out
    monkeypatch.setenv("GPUBENCH_SIZE", "small")
    said = cli("check", "mine.py")
    assert "n=64" in said.out
    assert "n=4 " not in said.out


def test_a_broken_file_is_a_finding_where_it_is_checked_and_wrong_use_where_it_is_a_plug_in(cli, mine) -> None:
    mine()
    Path("zero.py").write_text("x = 1\n1 / 0\n", encoding="utf-8")
    said = cli("check", "zero.py")
    assert said.code == 3
    assert said.out.splitlines()[:2] == [
        "FAIL  loads: ZeroDivisionError: division by zero", "        zero.py:2",
    ]  # fmt: skip
    said = cli("check", "mine.py", "--plugin", "zero.py", "-s", "smoke")
    assert (said.code, said.out) == (2, "")
    assert "--plugin zero.py: it can't be used: ZeroDivisionError: division by zero" in said.err
