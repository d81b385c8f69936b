"""`gpubench new workload`: a file is written once, under a name that can be one."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from gpubench.plugins import catalogue


@pytest.mark.parametrize("name", ["layer_norm", "dense", "x2", "attention_with_a_rather_long_name"])
def test_the_file_declares_the_workload(cli, name: str) -> None:
    said = cli("new", "workload", name)
    assert (said.code, said.out) == (0, f"{name}.py\n")
    assert said.err == f"Is it right? gpubench check {name}.py\n"
    found = catalogue([Path(f"{name}.py")])
    assert found.broken == {}
    workload = found.workloads[name].value
    assert set(workload.builders) == {"torch", "tensorflow"}
    assert set(workload.sizes) == {"smoke", "small", "medium", "large"}
    text = Path(f"{name}.py").read_text()
    assert f"gpubench run {name} --plugin {name}.py" in str(ast.get_docstring(ast.parse(text)))
    assert "$" not in text
    assert all(len(line) <= 120 for line in text.splitlines())


def test_it_can_be_written_elsewhere(cli) -> None:
    Path("my files").mkdir()
    assert cli("new", "workload", "mine", "--out", "my files/other.py").code == 0
    assert "gpubench check 'my files/other.py'" in Path("my files/other.py").read_text()


def test_nothing_is_overwritten(cli) -> None:
    Path("mine.py").write_text("dear to me\n")
    said = cli("new", "workload", "mine")
    assert said.code == 2
    assert "mine.py is there already, and nothing is overwritten" in said.err
    assert Path("mine.py").read_text() == "dear to me\n"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("Layer-Norm", "for example: gpubench new workload layer_norm"),
        ("2d", "for example: gpubench new workload layer_norm"),
        ("", "small letters, digits and '_' are expected"),
        ("größe", "small letters, digits and '_' are expected"),
        ("class", "'class' means something else in the file that is written"),
        ("np", "'np' means something else"),
        ("in_torch", "'in_torch' means something else"),
        ("inputs", "'inputs' means something else"),
        ("float", "'float' means something else"),
        ("width", "'width' means something else"),
        ("matmul", "there is a workload 'matmul' already, from gpubench-suite"),
    ],
)
def test_a_name_that_can_be_none_is_refused(cli, name: str, says: str) -> None:
    said = cli("new", "workload", name)
    assert said.code == 2
    assert says in said.err
    assert list(Path().iterdir()) == []


def test_other_things_and_other_files_are_wrong_use(cli) -> None:
    assert cli("new", "backend", "mine").code == 2
    assert "for example --out mine.txt.py" in cli("new", "workload", "mine", "--out", "mine.txt").err
    assert cli("new", "workload", "mine", "--out", "nowhere/mine.py").code == 74
