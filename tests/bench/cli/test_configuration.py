"""Defaults from `[tool.gpubench]`: what they reach, what beats them, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def plan(cli, tmp_path: Path, toy_file: Path):
    """The plan of a run under a configuration."""

    def made(text: str, *more: str):
        (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
        return cli("run", "doubling", "--plugin", toy_file, "-d", "cpu", "--dry-run", *more)

    return made


def cells(out: str) -> list[str]:
    return [line for line in out.splitlines() if not line.endswith(" again")]


@pytest.mark.parametrize(
    ("text", "planned"),
    [
        ('size = ["smoke", 8]', ["n=4 fault=none toy cpu float32 eager", "n=8 fault=none toy cpu float32 eager"]),
        ('size = "smoke,8"', ["n=4 fault=none toy cpu float32 eager", "n=8 fault=none toy cpu float32 eager"]),
        ("size = 8", ["n=8 fault=none toy cpu float32 eager"]),
        ('size = 8\nmode = ["slow"]', ["n=8 fault=none toy cpu float32 slow"]),
        ('size = 8\nparam = {fault = "wrong"}', ["n=8 fault=wrong toy cpu float32 eager"]),
        ('size = 8\nparam = ["fault=wrong"]', ["n=8 fault=wrong toy cpu float32 eager"]),
        (
            'size = 8\nparam = {fault = ["wrong", "nan"]}',
            ["n=8 fault=wrong toy cpu float32 eager", "n=8 fault=nan toy cpu float32 eager"],
        ),
        ("size = []", ["n=64 fault=none toy cpu float32 eager", "n=256 fault=none toy cpu float32 eager"]),
    ],
)
def test_the_file_gives_defaults(plan, text: str, planned: list[str]) -> None:
    said = plan(f'[tool.gpubench]\nbackend = "toy"\n{text}\n')
    assert cells(said.out) == [f"doubling {cell}" for cell in planned]
    assert said.code == 0


def test_flags_beat_the_environment_which_beats_the_file(plan, monkeypatch: pytest.MonkeyPatch) -> None:
    text = '[tool.gpubench]\nbackend = "toy"\nsize = "smoke"\nlaunches = 2\n'
    assert "2 cells x 2 launches" in plan(text).err
    monkeypatch.setenv("GPUBENCH_LAUNCHES", "7")
    monkeypatch.setenv("GPUBENCH_SIZE", "small,9")
    said = plan(text)
    assert "3 cells x 7 launches" in said.err
    assert "n=64" in said.out
    said = plan(text, "--launches", "4", "--size", "large")
    assert "2 cells x 4 launches" in said.err
    assert "n=1024" in said.out
    assert "n=64" not in said.out


@pytest.mark.parametrize(("key", "how"), [("quiet", ""), ("no-report", None), ("json", None)])
def test_a_flag_can_be_set(plan, key: str, how: str | None) -> None:
    said = plan(f'[tool.gpubench]\nbackend = "toy"\nsize = 8\n{key} = true\n')
    assert said.code == 0
    if how is not None:
        assert said.err == how
    assert said.out.startswith("{") == (key == "json")


def test_an_unknown_key_is_refused_with_what_was_meant(plan) -> None:
    said = plan("[tool.gpubench]\nlanches = 3\n")
    assert said.code == 2
    assert "pyproject.toml: [tool.gpubench] has an unknown key 'lanches'; did you mean 'launches'?" in said.err
    assert "max-time, mode, no-report" in said.err


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('launches = "3"', "a number is expected"),
        ("launches = true", "a number is expected"),
        ("launches = [3]", "a number is expected"),
        ("launches = {a = 1}", "a number is expected"),
        ("launches = 2024-01-01", "a number is expected"),
        ("launches = 2.5", "a whole number is expected"),
        ("launches = 0", "0 is not in the range"),
        ("max-time = nan", "nan is not a number of seconds"),
        ("max-time = inf", "inf is not in the range"),
        ('max-time = "fast"', "a number is expected"),
        ("timeout = 0", "0 is not in the range"),
        ("threads = -1", "-1 is not in the range"),
        ("no-report = 3", "true or false is expected"),
        ('json = "yes"', "true or false is expected"),
        ('preset = "fast"', "'fast' is not one of 'quick', 'standard', 'thorough'"),
        ('preset = ["quick"]', "a text is expected"),
        ("progress = true", "a text is expected"),
        ("out = 3", "a text is expected"),
        ('out = ["a"]', "a text is expected"),
        ('data-dir = ["a"]', "a text is expected"),
        ("backend = {toy = 1}", "a text, a number or a list of them is expected"),
        ('backend = [["toy"]]', "a text, a number or a list of them is expected"),
        ("size = [2024-01-01]", "a text, a number or a list of them is expected"),
        ("param = 3", "a table is expected, or texts like name=value"),
        ("param = {fault = {a = 1}}", "a text, a number or a list of them is expected"),
        ('python = "python3"', "a table is expected, or texts like name=value"),
    ],
)
def test_a_value_of_the_wrong_type_is_refused_with_its_place(plan, line: str, expected: str) -> None:
    said = plan(f"[tool.gpubench]\n{line}\n")
    assert said.code == 2
    assert f"pyproject.toml: [tool.gpubench] {line.partition(' ')[0]} = " in said.err
    assert expected in said.err
    assert "`gpubench run --help`" in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = [", "pyproject.toml is not TOML: "),
        ("tool = 3", "pyproject.toml: 'tool' is no table"),
        ("[tool]\ngpubench = 3", "pyproject.toml: 'gpubench' is no table"),
        ("[[tool.gpubench]]", "pyproject.toml: 'gpubench' is no table"),
    ],
)
def test_a_file_that_holds_no_such_table_is_refused(plan, text: str, expected: str) -> None:
    said = plan(text)
    assert said.code == 2
    assert expected in said.err


def test_a_file_that_is_not_utf_8_is_refused(cli, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes(b"\xff")
    said = cli("run")
    assert said.code == 2
    assert "pyproject.toml is not TOML" in said.err


def test_a_file_of_other_tools_is_no_matter(plan) -> None:
    assert plan('[tool.other]\nx = 1\n[project]\nname = "x"\n', "-b", "toy").code == 0


def test_help_does_not_depend_on_the_file(cli, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("x = [")
    assert cli("run", "--help").code == 0
    assert cli("list").code == 0
    assert cli("run").code == 2
