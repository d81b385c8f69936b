"""Builders for workloads that somebody else declared, found and loaded with them."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gpubench.cli.main import exit_code
from gpubench.errors import PluginError
from gpubench.plugins import catalogue, find_workloads, load_target
from gpubench.results.results import load

TOY = Path(__file__).parent / "plugins" / "toy.py"
PRODUCT = """
from gpubench import Addition, Step

def product(params, inputs, session):
    return Step(lambda a, b: a @ b, (inputs.data["a"], inputs.data["b"]), lambda c: {"c": session.fetch(c)})

added = Addition("matmul", "toy", product)
"""


@pytest.fixture
def write(tmp_path: Path) -> Iterator[Callable[[str, str], Path]]:
    """Writes a plug-in file; forgets its modules afterwards."""
    path, modules = list(sys.path), set(sys.modules)

    def written(name: str, text: str) -> Path:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path / name

    yield written
    sys.path[:] = path
    for name in set(sys.modules) - modules:
        if name.startswith("gpubench_plugin_"):
            del sys.modules[name]


def test_an_added_builder_stands_beside_those_of_the_workload(write) -> None:
    file = write("added.py", PRODUCT)
    plugin = find_workloads([TOY, file]).plugins["matmul"]
    assert set(plugin.value.builders) == {"torch", "tensorflow", "toy"}
    assert plugin.origin.startswith("gpubench-suite ")
    assert "matmul for toy" not in find_workloads([TOY, file]).plugins
    assert set(find_workloads().plugins["matmul"].value.builders) == {"torch", "tensorflow"}


def test_another_process_loads_the_workload_with_it(write) -> None:
    target = find_workloads([TOY, write("added.py", PRODUCT)]).plugins["matmul"].target
    assert set(load_target(target).builders) == {"torch", "tensorflow", "toy"}


def test_the_built_in_product_is_measured_and_checked_under_a_backend_from_elsewhere(write, tmp_path: Path) -> None:
    file = write("added.py", PRODUCT)
    wanted = ["run", "matmul", "--plugin", str(TOY), "--plugin", str(file), "-b", "toy", "-d", "cpu", "-s", "smoke"]
    how = ["--launches", "1", "--max-time", "0.02", "--no-report", "-q", "--out", str(tmp_path / "out")]
    assert exit_code([*wanted, *how]) == 0
    assert {(launch.status, launch.checked) for launch in load(tmp_path / "out").launch_records} == {("ok", True)}


def test_an_addition_to_what_is_not_there_is_broken_with_its_reason(write) -> None:
    file = write("added.py", PRODUCT.replace('"matmul"', '"matmul_of_mine"'))
    (said,) = find_workloads([file]).broken.items()
    why = (
        "it adds a builder to 'matmul_of_mine', and there is no such workload; did you mean 'matmul'?; there are: conv"
    )
    assert said[0] == f"{file}:added ({file})"
    assert said[1].startswith(why)


def test_it_is_refused_in_every_command_that_the_file_is_named_to(write, capsys) -> None:
    file = str(write("added.py", PRODUCT.replace('"matmul"', '"matmul_of_mine"')))
    kinds = [["list", kind] for kind in ("workloads", "backends", "devices", "cells", "reports")]
    for words in (*kinds, ["run", "matmul"], ["selftest"]):
        assert exit_code([*words, "--plugin", file]) == 2
        said = capsys.readouterr().err
        assert f"{file}: it can't be used: it adds a builder to 'matmul_of_mine'" in said
        assert "shows the line" not in said
    assert exit_code(["check", file]) == 3
    assert "there is no such workload; did you mean 'matmul'?" in capsys.readouterr().out


OF_NOBODY = PRODUCT.replace('"toy"', '"toyy"')


def test_an_addition_for_a_backend_that_nobody_declares_is_refused_where_its_file_is_named(write, capsys) -> None:
    file = str(write("added.py", OF_NOBODY))
    why = "it adds a builder for 'toyy', and there is no such backend; did you mean 'toy'?; there are: tensorflow, "
    for words in (["list"], ["list", "backends"], ["run", "matmul", "-b", "toy", "--dry-run"], ["check", "matmul"]):
        assert exit_code([*words, "--plugin", str(TOY), "--plugin", file]) == 2
        assert f"{file}: it can't be used: {why}torch, toy; one in" in capsys.readouterr().err
    assert exit_code(["check", file, "--plugin", str(TOY)]) == 3
    assert why in capsys.readouterr().out


def test_a_backend_whose_file_is_broken_is_given_as_the_reason(write) -> None:
    files = [write("added.py", PRODUCT), write("backend.py", "1 / 0\n")]
    said = find_workloads(files).broken[f"{files[0]}:added ({files[0]})"]
    assert said.endswith(f"; plug-in {files[1]} is broken: ZeroDivisionError: division by zero")


def test_an_installed_addition_without_its_backend_is_told_and_its_workload_is_planned_all_the_same(
    install, capsys
) -> None:
    addition = OF_NOBODY.replace('"matmul"', '"doubling"')
    install("theirs", "gpubench.workloads", "more", addition, "it = added")
    told = "someones_theirs:it (theirs 1.5)"
    assert exit_code(["list", "--plugin", str(TOY)]) == 0
    assert f"broken: {told}: it adds a builder for 'toyy', and there is no such backend" in capsys.readouterr().out
    wanted = ["run", "doubling", "--plugin", str(TOY), "-b", "toy", "-d", "cpu", "-s", "smoke", "--dry-run"]
    assert exit_code(wanted) == 0
    said = capsys.readouterr()
    assert "doubling n=4" in said.out
    assert f"Left out: plug-in {told} is broken: it adds a builder for 'toyy'" in said.err


def test_a_backend_that_is_declared_and_not_installed_is_no_fault_of_an_addition(write, capsys) -> None:
    absent = TOY.read_text(encoding="utf-8").replace('distribution="numpy"', 'distribution="no-such-framework"')
    files = [write("absent.py", absent.replace('name="toy"', 'name="absent"').replace("doubling", "halving"))]
    files.append(write("added.py", PRODUCT.replace('"toy"', '"absent"')))
    plugins = [word for file in files for word in ("--plugin", str(file))]
    assert exit_code(["run", "matmul", *plugins, "-b", "torch", "-d", "cpu", "-s", "smoke", "--dry-run"]) == 0
    assert "matmul n=64" in capsys.readouterr().out


def test_a_file_that_only_adds_is_checked_as_the_workload_that_it_adds_to(write, capsys) -> None:
    file = str(write("added.py", PRODUCT))
    assert exit_code(["check", file, "--plugin", str(TOY)]) == 2
    assert f"it adds to matmul: `gpubench check matmul --plugin {TOY} --plugin {file}`" in capsys.readouterr().err


def test_an_addition_may_be_to_a_workload_in_another_file(write) -> None:
    file = write("added.py", PRODUCT.replace('"matmul", "toy"', '"doubling", "torch"'))
    found = catalogue([file, TOY])
    assert found.broken == {}
    assert set(found.workloads["doubling"].value.builders) == {"toy", "torch"}


def test_two_builders_for_one_backend_are_refused_with_both_origins(write) -> None:
    file = write("added.py", PRODUCT.replace('"toy"', '"torch"'))
    with pytest.raises(
        PluginError, match=r"matmul has a builder for torch already, from gpubench-suite .*added\.py:added"
    ):
        find_workloads([file])
    one, two = write("one.py", PRODUCT), write("two.py", PRODUCT)
    with pytest.raises(PluginError, match=r"two plug-ins are called 'matmul for toy': .*one\.py:added .*two\.py:added"):
        find_workloads([one, two])


LIMITED = """
from gpubench import Addition, Step

def only_none(params, inputs, session):
    return Step(lambda x: 2 * x, (inputs.data["x"],), lambda y: {"y": session.fetch(y)})

limited = Addition("doubling", "other", only_none, limits={"fault": ("none",)})
"""
OTHER = "from dataclasses import replace\nfrom .toy import toy\nother = replace(toy, name='other')\n"


def test_values_of_a_parameter_that_a_backend_has_not_plan_no_cell_for_it(write, tmp_path: Path) -> None:
    (tmp_path / "toy.py").write_text(TOY.read_text(encoding="utf-8"), encoding="utf-8")
    files = [write("toy.py", TOY.read_text(encoding="utf-8")), write("other.py", OTHER), write("limited.py", LIMITED)]
    plugins = [word for file in files for word in ("--plugin", str(file))]
    wanted = ["run", "doubling", *plugins, "-b", "toy,other", "-d", "cpu", "-s", "smoke"]
    how = ["--launches", "1", "--max-time", "0.02", "--no-report", "-q", "--out", str(tmp_path / "out")]
    assert exit_code([*wanted, "--param", "fault=none,wrong", *how]) == 3
    cells = load(tmp_path / "out").cells()
    plain = cells[cells["variant"] == ""]
    assert sorted(zip(plain["backend"], plain["params"], strict=True)) == [
        ("other", '{"fault": "none"}'), ("toy", '{"fault": "none"}'), ("toy", '{"fault": "wrong"}'),
    ]  # fmt: skip


def test_where_no_backend_has_the_value_it_is_wrong_use(write, capsys) -> None:
    files = [write("toy.py", TOY.read_text(encoding="utf-8")), write("other.py", OTHER), write("limited.py", LIMITED)]
    plugins = [word for file in files for word in ("--plugin", str(file))]
    wanted = ["run", "doubling", *plugins, "-b", "other", "-d", "cpu", "-s", "smoke", "--param", "fault=wrong"]
    assert exit_code(wanted) == 2
    assert "nothing is selected: no workload and backend has this combination" in capsys.readouterr().err


def test_limits_stand_beside_those_of_the_workload_in_another_process_too(write) -> None:
    file = write("added.py", PRODUCT.replace(", product)", ', product, limits={"n": (64,)})'))
    plugin = find_workloads([TOY, file]).plugins["matmul"]
    assert plugin.value.limits["toy"] == {"n": (64,)}
    assert load_target(plugin.target).limits == plugin.value.limits
    assert "toy" not in find_workloads().plugins["matmul"].value.limits


def test_a_limit_of_what_is_no_parameter_is_broken_with_its_reason(write) -> None:
    file = write("added.py", PRODUCT.replace(", product)", ', product, limits={"layout": ("native",)})'))
    assert find_workloads([TOY, file]).broken == {
        f"{file}:added ({file})": "matmul limits 'layout' for toy, which is none of its parameters: n, shape"
    }


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ("None", "its limits are None: a mapping of parameters of matmul to tuples of values is expected"),
        ("['shape']", r"its limits are \['shape'\]: a mapping"),
        ("{'shape': 5}", "its limits have 'shape': 5: a mapping of parameters .*, at least one for each"),
        ("{'shape': 'square'}", "its limits have 'shape': 'square': a mapping"),
        ("{'shape': ()}", r"its limits have 'shape': \(\): a mapping .*, at least one for each"),
        (
            "{'shape': ('square', 'round')}",
            "its limits have .*: matmul can't be made with shape=round: shape is square",
        ),
        ("{'shape': (5,)}", "its limits have .*: a str is expected, as 'square' is, and 5 is of type int"),
    ],
)
def test_limits_that_say_nothing_of_the_workload_are_refused_with_the_file(
    write, capsys, limits: str, said: str
) -> None:
    file = write("added.py", PRODUCT.replace(", product)", f", product, limits={limits})"))
    assert exit_code(["list", "--plugin", str(TOY), "--plugin", str(file)]) == 2
    assert re.search(rf"{file}: it can't be used: {said}", capsys.readouterr().err)
