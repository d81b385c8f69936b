"""What pytest loads of gpubench, wherever both are installed: options, the marker and the fixture `gpubench`.

It is loaded at every start of pytest, by people who don't benchmark too: so it imports nothing but pytest here.
"""

from __future__ import annotations

import argparse
import math
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from gpubench.pytest_plugin.bench import Bench
    from gpubench.pytest_plugin.launched import Launched

CLOCK: pytest.StashKey[Launched] = pytest.StashKey()
"""In the process of a launch: what measures its step."""


_CHOICES = {
    "workload": "a workload of `pytest --pyargs gpubench.benchmarks`; all by default",
    "size": "a size of its workloads, by name or value; those of the preset `quick` by default",
    "backend": "a framework; all by default",
    "device": "cpu, cuda, cuda:1 or all; by default the CPU and the first GPU",
    "require": "a device or backend that must be here: without it nothing is run",
}
_MARKER = (
    "gpubench(backend, precision='float32', mode=None): on which framework the step of a test with the fixture "
    "`gpubench` runs, and how"
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """For both: the suite `gpubench.benchmarks`, and steps of other projects."""
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
    group.addoption(
        "--gpubench-out", metavar="DIR", help="measure the steps of tests with the fixture `gpubench` into a run folder"
    )
    group.addoption(
        "--gpubench-launches", type=_count, default=5, metavar="N", help="fresh processes that measure each step; 5"
    )
    group.addoption("--gpubench-launch", help=argparse.SUPPRESS)  # what a launch is told
    group.addoption(
        "--gpubench-max-time", type=_seconds, default=1.1, metavar="SECONDS", help="sampling time in each of them; 1.1"
    )


def _parts(text: str) -> list[str]:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not parts:
        raise argparse.ArgumentTypeError("a value is expected; leave the option out for the default")
    return parts


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"expected is a whole number from 1 on, not {text}")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < math.inf:
        raise argparse.ArgumentTypeError(f"expected is a number of seconds above 0, not {text}")
    return seconds


def _interpreter(text: str) -> tuple[str, str]:
    name, _, given = (part.strip() for part in text.partition("="))
    program = shutil.which(Path(given).expanduser()) if name and given else None
    if program is None:
        raise argparse.ArgumentTypeError(f"{text}: expected is, for example, tensorflow=/opt/tf/bin/python")
    return name, str(Path(program).absolute())  # a link stays one: it is what makes an environment


def pytest_configure(config: pytest.Config) -> None:
    """Tell pytest the marker; have steps measured where that is asked for."""
    config.addinivalue_line("markers", _MARKER)
    if config.option.gpubench_launch:
        from gpubench.pytest_plugin.launched import Launched, Order

        config.stash[CLOCK] = launched = Launched(config, Order.of(config.option.gpubench_launch))
        config.pluginmanager.register(launched)
    elif config.option.gpubench_out:
        from gpubench.pytest_plugin.launches import Launches

        if config.getoption("dist", "no") != "no":
            raise pytest.UsageError("--gpubench-out measures one step at a time: leave pytest-xdist's -n out (or -n 0)")
        config.pluginmanager.register(Launches(config))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each test with the fixture for each device, and for each launch where steps are measured.

    Without the marker it is a fixture of that name that somebody else made, or a mistake, which ours tells of.
    """
    if "gpubench" not in metafunc.fixturenames or metafunc.definition.get_closest_marker("gpubench") is None:
        return
    from gpubench.pytest_plugin.place import parametrize, parametrize_at

    launched = metafunc.config.stash.get(CLOCK, None)
    if launched is not None:
        parametrize_at(metafunc, launched.place)
    else:
        parametrize(metafunc, metafunc.config.option.gpubench_launches if metafunc.config.option.gpubench_out else 0)


@pytest.fixture
def gpubench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    """A device and a framework for a step of your own; `gpubench(step)` calls it, and measures with `--gpubench-out`.

    The test needs the marker `gpubench(backend=...)`, and runs on each device of that framework.
    """
    from gpubench.pytest_plugin.bench import opened

    with opened(request, request.config.stash.get(CLOCK, None)) as bench:
        yield bench
