"""What can't be used: a broken plug-in keeps its reason and stops nobody, a file that is named is refused by it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from gpubench.errors import PluginError, UsageError
from gpubench.plugins import catalogue, find_backends, find_reports, find_workloads, refuse_broken

Declare = Callable[..., Path]
Install = Callable[..., None]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("raise RuntimeError('no such luck')", "RuntimeError: no such luck"),
        ("import no_such_module", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("it = 7", "TypeError: it is a int, not a Workload"),
        ("other = 7", "AttributeError: module 'someones_broken' has no attribute 'it'"),
        ("def f(:", "SyntaxError: "),
        ("import sys; sys.exit('use python -m')", "SystemExit: use python -m"),
    ],
)
def test_a_broken_distribution_keeps_its_reason_and_stops_nobody(line: str, reason: str, install: Install) -> None:
    install("broken", "gpubench.workloads", "wreck", line)
    install("theirs", "gpubench.workloads", "theirs", 'it = at("theirs")')
    found = find_workloads()
    assert set(found.plugins) >= {"matmul", "theirs"}
    (said,) = found.broken.items()
    assert said[0] == "wreck (broken 1.5, someones_broken:it)"
    assert said[1].startswith(reason)
    assert f"plug-in {said[0]} is broken: {reason}" in catalogue().broken_in_words


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("def f(:", "SyntaxError: "),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("", "it declares no Workload, no Backend and no Renderer"),
    ],
)
def test_a_broken_file_keeps_its_reason_and_is_refused_by_it(line: str, reason: str, declare: Declare) -> None:
    broken, good = declare(line, name="broken.py"), declare('it = at("mine")', name="good.py")
    found = catalogue([broken, good])
    assert set(found.workloads) >= {"matmul", "mine"}
    assert set(found.broken) == {str(broken)}
    assert found.broken[str(broken)].startswith(reason)
    assert found.broken_in_words.startswith(f"plug-in {broken} is broken: {reason}")
    refuse_broken(found.broken, [good])
    with pytest.raises(PluginError, match=re.escape(f"--plugin {broken}: it can't be used: {reason}")) as refusal:
        refuse_broken(found.broken, [good, broken])
    assert refusal.value.exit_code == 2
    assert f"`gpubench check {broken}` shows the line" in refusal.value.hint


def test_a_distribution_that_is_broken_is_no_reason_to_refuse_a_file(install: Install, declare: Declare) -> None:
    install("broken", "gpubench.workloads", "wreck", "raise RuntimeError('no such luck')")
    good = declare('it = at("mine")')
    refuse_broken(find_workloads([good]).broken, [good])


def test_a_file_may_not_take_the_name_of_a_report_that_ships(declare: Declare) -> None:
    with pytest.raises(PluginError, match=r"two plug-ins are called 'html': gpubench_reports\.html:render from "):
        find_reports([declare("from gpubench import Renderer", "it = Renderer('html', print)")])


def test_a_broken_file_may_be_mended_and_loaded_again(declare: Declare) -> None:
    broken = declare("1 / 0")
    assert str(broken) in find_workloads([broken]).broken
    mended = declare("# mended", 'it = at("mine")')
    assert "mine" in find_workloads([mended]).plugins


def test_a_file_that_is_not_there_is_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=rf"--plugin {tmp_path}/none\.py: there is no such file"):
        find_workloads([tmp_path / "none.py"])
    with pytest.raises(UsageError, match="there is no such file"):
        find_backends([tmp_path])


def test_what_is_no_python_file_keeps_its_reason(declare: Declare) -> None:
    file = declare(name="notes.txt")
    assert find_workloads([file]).broken == {str(file): f"ImportError: {file} is no Python file"}


def test_two_workloads_of_one_name_are_refused_with_both_origins(declare: Declare) -> None:
    first, second = declare('it = at("mine")', name="first.py"), declare('that = at("mine")', name="second.py")
    with pytest.raises(PluginError, match=r"^two plug-ins are called 'mine': ") as refusal:
        find_workloads([first, second])
    assert f"{first}:it from {first}, and {second}:that from {second}" in refusal.value.message
    assert refusal.value.exit_code == 2


def test_a_file_may_not_take_the_name_of_what_ships(declare: Declare) -> None:
    file = declare('it = at("matmul")')
    with pytest.raises(PluginError, match=r"gpubench_workloads\.matmul:matmul from gpubench-suite .*plugin\.py:it"):
        find_workloads([file])


def test_two_distributions_of_one_name_are_refused(install: Install) -> None:
    install("one", "gpubench.workloads", "a", 'it = at("theirs")')
    install("two", "gpubench.workloads", "b", 'it = at("theirs")')
    with pytest.raises(PluginError, match=r"someones_(one|two):it from \1 1\.5, and someones_(?!\1)\w+:it from "):
        find_workloads()


NEWER = 'GPUBENCH_INTERFACE = "1.999"'
REFUSED = "it is written for interface 1.999 of gpubench, and this one serves 1.0: update gpubench-suite"


@pytest.mark.parametrize("line", ['it = at("mine")', "import no_such_module", "it = at('mine', colour='red')"])
def test_a_file_for_another_interface_is_refused_whatever_else_is_wrong_with_it(line: str, declare: Declare) -> None:
    """What it uses of a newer interface fails here; that is no reason of its own."""
    file = declare(NEWER, line)
    assert catalogue([file]).broken == {str(file): REFUSED}


@pytest.mark.parametrize("line", ['it = at("theirs")', "import no_such_module"])
def test_a_distribution_for_another_interface_is_refused_by_every_group(line: str, install: Install) -> None:
    install("newer", "gpubench.workloads", "a", NEWER, line)
    assert find_workloads().broken == {"a (newer 1.5, someones_newer:it)": REFUSED}
    install("report", "gpubench.reports", "b", NEWER, "def it(findings, out): return []")
    assert find_reports().broken == {"b (report 1.5, someones_report:it)": REFUSED}


def test_a_package_says_it_for_its_modules_and_a_module_knows_better(declare: Declare) -> None:
    own = {"plain": "", "better": 'GPUBENCH_INTERFACE = "1.0"'}
    files = [declare(more, f"it = at('{name}')", name=f"someones/{name}.py") for name, more in own.items()]
    (files[0].parent / "__init__.py").write_text(NEWER, encoding="utf-8")
    found = find_workloads(files)
    assert found.broken == {str(files[0]): REFUSED}
    assert "better" in found.plugins


def test_an_interface_that_is_no_version_is_refused(declare: Declare) -> None:
    file = declare("GPUBENCH_INTERFACE = 1", 'it = at("mine")')
    assert catalogue([file]).broken[str(file)].startswith("GPUBENCH_INTERFACE = 1: a version is expected")
