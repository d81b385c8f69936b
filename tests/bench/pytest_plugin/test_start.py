"""What the plugin costs those who use pytest for other things: next to nothing of gpubench is loaded."""

from __future__ import annotations

import json
import subprocess
import sys
from argparse import ArgumentTypeError
from pathlib import Path

import pytest

from gpubench.pytest_plugin import _count, _interpreter, _parts, _seconds

_WATCH = """
import json, sys
def test_loaded():
    ours = sorted(name for name in sys.modules if name.partition(".")[0].startswith("gpubench"))
    heavy = sorted({"numpy", "pandas", "torch", "tensorflow", "msgspec", "psutil", "click"} & set(sys.modules))
    print(json.dumps({"ours": ours, "heavy": heavy}), file=open("loaded.json", "w"))
"""


def test_a_suite_without_benchmarks_loads_the_plugin_s_own_file_alone(tmp_path: Path) -> None:
    (tmp_path / "test_watch.py").write_text(_WATCH, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:hypothesispytest"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    loaded = json.loads((tmp_path / "loaded.json").read_text(encoding="utf-8"))
    assert loaded == {"ours": ["gpubench", "gpubench.pytest_plugin"], "heavy": []}


def test_pytest_s_help_names_every_option_for_users(pytester: pytest.Pytester) -> None:
    said = pytester.runpytest_inprocess("--help", "-p", "no:hypothesispytest").stdout.str()
    for name in ("workload", "backend", "device", "size", "require", "python", "plugin", "out", "launches", "max-time"):
        assert f"--gpubench-{name}" in said
    assert "--gpubench-launch " not in said
    assert "==SUPPRESS==" not in said


def test_values_of_options_are_what_they_should_be() -> None:
    assert _parts("cpu, cuda,") == ["cpu", "cuda"]
    assert _interpreter(f"tensorflow={sys.executable}") == ("tensorflow", sys.executable)
    assert (_count("3"), _seconds("0.5")) == (3, 0.5)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (_parts, ","),
        (_interpreter, "tensorflow=/nowhere/python"),
        (_interpreter, "python"),
        (_count, "0"),
        (_count, "two"),
        (_seconds, "0"),
        (_seconds, "nan"),
        (_seconds, "inf"),
        (_seconds, "soon"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_a_value_that_an_option_can_t_take_is_refused_with_what_is_expected(kind, text: str) -> None:
    with pytest.raises(ArgumentTypeError, match="expected"):
        kind(text)
