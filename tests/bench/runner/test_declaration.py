"""What a declaration shows before anything is built."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from gpubench.plugins import Plugin
from gpubench.runner.declaration import broken_file, declaration, imports, loaded


@pytest.fixture
def plugin(known):
    return known.workloads["doubling"]


def found(plugin, known, **changed):
    told = list(declaration(replace(plugin, value=replace(plugin.value, **changed)), known.backends))
    return {one.check: one for one in told}


def test_a_right_declaration_passes(plugin, known):
    assert {one.level for one in found(plugin, known).values()} == {"pass"}


@dataclass
class Thawed:
    """Can be changed, so it is no identity."""

    n: int = 1


@dataclass(frozen=True)
class Listed:
    """Holds what no result can hold."""

    n: int = 1
    layers: tuple[int, ...] = (1, 2)
    path: tuple[str, ...] = field(default=(), compare=False)


class NoDataclass:
    """Has fields by hand."""


@pytest.mark.parametrize(
    ("changed", "name", "level", "says"),
    [
        ({"sizes": {"smoke": Thawed()}}, "parameters", "fail", "Thawed is no frozen dataclass"),
        (
            {"sizes": {"smoke": Listed()}},
            "parameters",
            "fail",
            "layers is a tuple; results hold int, float, bool and str",
        ),
        ({"builders": {}}, "builders", "fail", "it has no builder at all"),
        ({"builders": {"toi": print}}, "builders", "warn", "it has a builder for 'toi', which is no backend here"),
        ({"summary": ""}, "summary", "warn", "it has no summary"),
    ],
)
def test_a_mistake_is_said_with_what_to_do(changed, name, level, says, plugin, known):
    one = found(plugin, known, **changed)[name]
    assert one.level == level
    assert one.says.startswith(says)
    assert one.hint


def test_sizes_that_scripts_count_on_are_missed(plugin, known):
    one = found(plugin, known, sizes={"small": plugin.value.sizes["small"]})["sizes"]
    assert (one.level, one.says) == ("warn", "there is no size called smoke, medium, large")


def test_a_mistaken_parameter_points_at_its_class(plugin, known):
    one = found(plugin, known, sizes={"smoke": Thawed()})["parameters"]
    assert one.line.startswith(f"{__file__}:")


def test_a_file_that_imports_a_framework_is_found_with_its_line(tmp_path: Path):
    file = tmp_path / "plug.py"
    file.write_text("import numpy\nimport json, heavy_framework\nfrom heavy_framework import nn\n")
    plugin = Plugin("x", None, f"{file}:x", str(file))
    one = imports(plugin, {"heavy_framework"}, lambda target: {"json", "heavy_framework"})
    assert (one.level, one.says) == ("fail", "importing it imports heavy_framework")
    assert one.line == f"{file}:3"
    assert imports(plugin, {"heavy_framework"}, lambda target: {"json"}).level == "pass"


def test_a_file_that_can_not_be_loaded_alone_is_skipped(plugin):
    def fail(target):
        raise subprocess.CalledProcessError(1, "python")

    assert imports(plugin, {"torch"}, fail).level == "skip"


def test_a_fresh_interpreter_tells_what_a_target_loads(tmp_path: Path):
    (tmp_path / "slow_framework.py").write_text("")
    file = tmp_path / "plug.py"
    file.write_text("print('noise')\nimport wave, slow_framework, numpy\nx = 1\n")
    brought = loaded(f"{file}:x")
    assert {"wave", "slow_framework"} <= brought
    assert "numpy" not in brought  # which every workload imports
    with pytest.raises(subprocess.CalledProcessError):
        loaded(f"{file}:y")


@pytest.mark.parametrize(
    ("text", "line"), [("x = 1\n1 / 0\n", 2), ("x = 1\n\ndef f(:\n", 3), ("import json\n\njson.loads('{')\n", 3)]
)
def test_a_broken_file_is_told_with_the_line_that_raised(text, line, tmp_path: Path):
    file = tmp_path / "plug.py"
    file.write_text(text)
    one = broken_file(file, "it is broken")
    assert (one.check, one.level, one.says, one.line) == ("loads", "fail", "it is broken", f"{file}:{line}")
