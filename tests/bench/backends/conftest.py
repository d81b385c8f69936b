"""The runtimes of the backends that ship, opened once in this process."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from gpubench.backend import Runtime

THREADS = 2  # what other tests in this process start TensorFlow with: it can't be started anew with another count


@pytest.fixture(scope="session")
def started() -> Callable[[str], Runtime]:
    """Starts a backend on the CPU."""
    runtimes: dict[str, Runtime] = {}

    def start(name: str) -> Runtime:
        if name not in runtimes:
            os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
            os.environ.setdefault("KERAS_BACKEND", "tensorflow")
            runtimes[name] = importlib.import_module(f"gpubench.backends.{name}").backend.start(THREADS, "cpu")
        return runtimes[name]

    return start


@pytest.fixture(params=[pytest.param(name, marks=pytest.mark.framework(name)) for name in ("torch", "tensorflow")])
def backend(request: pytest.FixtureRequest) -> str:
    """Each backend."""
    name: str = request.param
    return name


@pytest.fixture
def runtime(backend: str, started: Callable[[str], Runtime]) -> Runtime:
    """Each backend's runtime."""
    return started(backend)


@pytest.fixture
def session(runtime: Runtime, backend: str) -> Iterator[Callable[..., Any]]:
    """Opens a session on the CPU, in the backend's default mode, and enters its scope until the test ends."""
    import contextlib

    declared = importlib.import_module(f"gpubench.backends.{backend}").backend
    with contextlib.ExitStack() as stack:

        def opened(precision: str = "float32", mode: str = "") -> Any:
            made = runtime.open("cpu", precision, mode or declared.default_mode)
            stack.enter_context(made.scope())
            return made

        yield opened
