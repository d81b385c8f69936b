"""What every runtime tells of itself, and the settings in force in a real worker of each backend."""

from __future__ import annotations

import importlib.metadata
import platform

import pytest

from gpubench.backend import Fault
from gpubench.plugins import find_backends
from gpubench.runner.spawner import ProcessSpawner
from gpubench.worker.job import Start

LONG_S = 300.0


@pytest.fixture(scope="module")
def said():
    """What a real worker answers to its start with one thread: once for each backend."""
    answers = {}

    def ask(name: str):
        if name not in answers:
            plugin = find_backends().plugins[name]
            start = Start(plugin.target, "cpu", 1)
            with ProcessSpawner({}) as spawner:
                worker = spawner.spawn(plugin.value, start)
                answers[name] = worker.ask(start.message(), LONG_S)
                worker.close()
        return answers[name]

    return ask


def test_a_worker_has_the_threads_it_was_asked_for(said, backend):
    assert said(backend)["settings"]["intra-op threads"] == "1"


def test_the_cpus_baseline_is_healthy(said, backend):
    assert said(backend)["settings"]["oneDNN"] == "on"


def test_versions_are_those_that_are_installed(said, backend):
    versions = said(backend)["versions"]
    assert versions[backend].partition("+")[0] == importlib.metadata.version(backend).partition("+")[0]
    assert versions["python"] == platform.python_version()


def test_a_cpus_worker_sees_no_gpu(said, backend):
    assert [name for name, *_ in said(backend)["devices"]] == ["cpu"]
    assert said(backend)["missing"]


def test_threads_in_force_are_read_back(runtime, backend):
    assert runtime.settings()["intra-op threads"] == "2"


def test_running_out_of_host_memory_is_told_by_python_too(runtime, backend):
    assert runtime.fault(MemoryError()) is Fault.OUT_OF_MEMORY


@pytest.mark.parametrize("error", [RuntimeError("no"), ValueError("shapes"), KeyError("x")])
def test_what_is_nothing_special_is_a_failure(runtime, backend, error: Exception):
    assert runtime.fault(error) is Fault.OTHER


def test_what_is_not_implemented_is_unsupported(runtime, backend):
    assert runtime.fault(NotImplementedError()) is Fault.UNSUPPORTED


@pytest.mark.cuda
def test_a_gpu_is_named_with_its_model(backend):
    plugin = find_backends().plugins[backend]
    start = Start(plugin.target, "all", 1)
    with ProcessSpawner({}) as spawner:
        worker = spawner.spawn(plugin.value, start)
        answer = worker.ask(start.message(), LONG_S)
        worker.close()
    names = [name for name, *_ in answer["devices"]]
    assert answer["missing"] or ("cuda:0" in names and all(model for _, model, *_ in answer["devices"][1:]))
