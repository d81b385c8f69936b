"""Plug-ins found by entry point and in files, and loaded in another process by what they are known by."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from gpubench.plugins import catalogue, find_backends, find_reports, find_workloads, load_target

TOYS = Path(__file__).parent / "plugins" / "toy.py"
SHIPPED = {"matmul", "conv2d", "mnist_cnn_train", "noop", "dispatch", "copy"}

Declare = Callable[..., Path]
Install = Callable[..., None]


def test_what_ships_is_found_by_entry_point() -> None:
    found = catalogue()
    assert set(found.workloads) >= SHIPPED
    assert set(found.backends) >= {"torch", "tensorflow"}
    assert set(find_reports().plugins) >= {"html", "png"}
    assert found.broken == {}
    assert found.broken_in_words == ""
    assert found.workloads["matmul"].target == "gpubench_workloads.matmul:matmul"
    assert re.fullmatch(r"gpubench-suite \d.*", found.workloads["matmul"].origin)


def test_another_distributions_workload_is_found(install: Install) -> None:
    install("theirs", "gpubench.workloads", "anything", 'it = at("theirs")')
    plugin = find_workloads().plugins["theirs"]
    assert plugin.value.name == "theirs"
    assert (plugin.origin, plugin.target) == ("theirs 1.5", "someones_theirs:it")
    assert load_target(plugin.target) is plugin.value


def test_another_distributions_report_goes_by_the_name_of_its_entry(install: Install) -> None:
    install("pdf", "gpubench.reports", "paper", "def it(findings, folder): return []")
    assert find_reports().plugins["paper"].value("", "") == []


def test_a_file_declares_workloads_and_backends() -> None:
    found = catalogue([TOYS])
    assert set(found.workloads) >= {"doubling", *SHIPPED}
    assert found.workloads["doubling"].target == f"{TOYS}:doubling"
    assert found.backends["toy"].origin == str(TOYS)
    assert found.broken == {}


def test_a_file_may_use_dataclasses_whose_annotations_are_texts(declare: Declare) -> None:
    """The dataclass decorator looks its module up in sys.modules while it is still executed."""
    file = declare('it = at("mine")', "@dataclass", "class More:", "    field: 'int' = 0")
    found = find_workloads([file])
    assert found.broken == {}
    assert found.plugins["mine"].value.sizes["smoke"].n == 1


RENDERER = """
from gpubench import Renderer

def plain(findings, out, *, dpi=150):
    return [out / "plain.txt"]

it = Renderer("plain", plain)
"""


def test_a_report_in_a_file_goes_by_the_name_that_it_declares(declare: Declare) -> None:
    file = declare(RENDERER)
    found = find_reports([file])
    assert found.broken == {}
    assert found.plugins["plain"].value(None, file.parent) == [file.parent / "plain.txt"]
    assert (found.plugins["plain"].target, found.plugins["plain"].origin) == (f"{file}:it", str(file))
    assert set(find_reports().plugins) == set(found.plugins) - {"plain"}
    assert catalogue([file]).broken == {}, "a file of reports alone is not broken for lack of workloads"


def test_an_entry_point_may_name_a_renderer_too(install: Install) -> None:
    install("pdf", "gpubench.reports", "paper", RENDERER)
    assert find_reports().plugins["paper"].value(None, Path("x")) == [Path("x/plain.txt")]


def test_a_file_of_backends_alone_is_not_broken_for_lack_of_workloads(declare: Declare) -> None:
    file = declare("from dataclasses import replace", "from gpubench.plugins import load_target",
                 f"mine = replace(load_target({str(TOYS)!r} + ':toy'), name='mine')")  # fmt: skip
    assert find_workloads([file]).broken == {}
    assert find_backends([file]).plugins["mine"].target == f"{file}:mine"


def test_a_file_may_import_a_workload_to_build_on_it(declare: Declare) -> None:
    file = declare("from dataclasses import replace", "from gpubench_workloads.matmul import matmul",
                 'mine = replace(matmul, name="mine")', "also = mine")  # fmt: skip
    found = find_workloads([file])
    assert found.plugins["matmul"].target == "gpubench_workloads.matmul:matmul"
    assert found.plugins["mine"].target == f"{file}:mine"


def test_a_file_that_is_named_twice_is_one_module(declare: Declare, monkeypatch: pytest.MonkeyPatch) -> None:
    file = declare('it = at("mine")')
    monkeypatch.chdir(file.parent)
    first = find_workloads([file, Path(file.name)]).plugins["mine"]
    assert find_workloads([file]).plugins["mine"].value is first.value
    assert load_target(first.target) is first.value


def test_files_of_one_name_in_two_folders_are_two_modules(declare: Declare) -> None:
    first, second = declare('it = at("one")', name="a/mine.py"), declare('it = at("two")', name="b/mine.py")
    found = find_workloads([first, second]).plugins
    assert (found["one"].value.name, found["two"].value.name) == ("one", "two")
    assert load_target(f"{second}:it").name == "two"


def test_what_a_target_raises_comes_through(declare: Declare) -> None:
    with pytest.raises(ZeroDivisionError):
        load_target(f"{declare('1 / 0')}:it")
    with pytest.raises(AttributeError):
        load_target("gpubench_workloads.matmul:nothing")
