"""How long a user waits for the command itself: each is a whole process."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gpubench.plugins import find_backends
from gpubench.runner.spawner import ProcessSpawner
from gpubench.runner.survey import TIMEOUT_S
from gpubench.worker.job import Start

Benchmark = Callable[..., Any]


@pytest.mark.parametrize("arguments", ["-c pass", "-m gpubench --help", "-m gpubench list workloads"])
def test_process(arguments: str, benchmark: Benchmark) -> None:
    """`-c pass` is the interpreter alone, to hold the others against."""
    benchmark.group = "a process, start to end"
    command = [sys.executable, *arguments.split()]
    benchmark(subprocess.run, command, check=True, capture_output=True)


def test_worker(toy: Path, benchmark: Benchmark) -> None:
    """A worker from its start to its first answer, without a framework."""
    benchmark.group = "a worker"
    plugin = find_backends([toy]).plugins["toy"]
    start = Start(plugin.target, "cpu", 1)

    def start_and_end() -> None:
        with ProcessSpawner({}) as spawner:
            worker = spawner.spawn(plugin.value, start)
            assert worker.ask(start.message(), TIMEOUT_S)["status"] == "ok"
            worker.close()

    benchmark(start_and_end)
