"""What pytest loads of gpubench, wherever both are installed: options.

It is loaded at every start of pytest, by people who don't benchmark too: so it imports nothing but pytest here.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

import pytest

_CHOICES = {
    "workload": "a workload of `pytest --pyargs gpubench.benchmarks`; all by default",
    "size": "a size of its workloads, by name or value; those of the preset `quick` by default",
    "backend": "a framework; all by default",
    "device": "cpu, cuda, cuda:1 or all; by default the CPU and the first GPU",
    "require": "a device or backend that must be here: without it nothing is run",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """For the suite `gpubench.benchmarks`."""
    group = parser.getgroup("gpubench", "deep-learning benchmarks on CPU and GPU (commas equal repeats)")
    for name, about in _CHOICES.items():
        group.addoption(
            f"--gpubench-{name}", action="extend", type=_parts, default=[], metavar=name.upper(), help=about
        )
    group.addoption(
        "--gpubench-python", action="append", type=_interpreter, default=[], metavar="BACKEND=INTERPRETER",
        help="the Python of the environment that has a framework, for gpubench.benchmarks",
    )  # fmt: skip
    group.addoption(
        "--gpubench-plugin", action="append", default=[], metavar="FILE", help="workloads or backends of your own"
    )


def _parts(text: str) -> list[str]:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not parts:
        raise argparse.ArgumentTypeError("a value is expected; leave the option out for the default")
    return parts


def _interpreter(text: str) -> tuple[str, str]:
    name, _, given = (part.strip() for part in text.partition("="))
    program = shutil.which(Path(given).expanduser()) if name and given else None
    if program is None:
        raise argparse.ArgumentTypeError(f"{text}: expected is, for example, tensorflow=/opt/tf/bin/python")
    return name, str(Path(program).absolute())  # a link stays one: it is what makes an environment
