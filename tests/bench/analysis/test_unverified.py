"""Which devices a reader is told of that no self-test has passed on, and what to type."""

from __future__ import annotations

import dataclasses

import msgspec
import pytest

from gpubench.analysis.analyse import analyse
from gpubench.results.records import Env


@pytest.fixture
def run(invented):
    """A run on the CPU and, under two backends, on a GPU."""

    def made(selftest: str):
        run = invented.Invented()
        run.selftest = selftest
        for backend in ("torch", "tensorflow"):
            run.cell((1.0,) * 3, backend=backend)
            run.cell((0.5,) * 3, backend=backend, device="cuda:0")
        return run.results()

    return made


def told(results):
    return [(caveat.text, caveat.next) for caveat in analyse([results]).caveats if caveat.kind == "unverified"]


def test_an_accelerator_without_a_selftest_is_told_once_with_its_backends(run):
    assert told(run("")) == [
        (
            "torch, tensorflow on cuda:0: timings on this device not verified by selftest. To verify them, type:",
            "gpubench selftest --device cuda:0",
        )
    ]


def test_of_a_device_that_passed_nothing_is_told(run):
    assert told(run("passed 2026-11-26")) == []


def test_of_the_cpu_nothing_is_told_but_that_it_failed(run):
    results = run("passed 2026-11-26")
    worse = [
        msgspec.structs.replace(env, facts={**env.facts, "selftest": "failed 2026-11-25: numerics-float32"})
        if env.scope == "torch@cpu"
        else env
        for env in results.envs
    ]
    ((text, command),) = told(dataclasses.replace(results, envs=tuple(worse)))
    assert text.startswith(
        "torch on cpu: selftest failed 2026-11-25: numerics-float32. Its timings can't be relied on."
    )
    assert command == "gpubench selftest --device cpu"


def test_what_a_pass_of_the_run_tells_of_the_same_device_hides_no_selftest(run):
    """A run keeps further facts of a device in records of their own."""
    results = run("passed 2026-11-26")
    more = Env(scope="torch@cuda:0", facts={"energy": "no counter: none is known"})
    assert told(dataclasses.replace(results, envs=(*results.envs, more))) == []


def test_the_command_names_the_environments_and_the_plugins_of_the_run(run):
    results = run("")
    selection = {"interpreters": {"tensorflow": "my env/bin/python"}, "plugins": ["plug-ins/mine.py"]}
    chosen = dataclasses.replace(results, run=msgspec.structs.replace(results.run, selection=selection))
    ((_, command),) = told(chosen)
    assert command == (
        "gpubench selftest --device cuda:0 --python 'tensorflow=my env/bin/python' --plugin plug-ins/mine.py"
    )


def test_the_command_names_files_as_the_run_s_own_did_and_not_by_the_folders_they_lie_in(run):
    results = run("")
    selection = {"interpreters": {"torch": "/home/me/a/bin/python"}, "plugins": ["/home/me/b/mine.py", "/else/mine.py"]}
    typed = ["gpubench", "run", "--python", "torch=a/bin/python", "--plugin=b/mine.py", "--plugin", "/else/mine.py"]
    stored = msgspec.structs.replace(results.run, selection=selection, command=typed)
    ((_, command),) = told(dataclasses.replace(results, run=stored))
    assert command == (
        "gpubench selftest --device cuda:0 --python torch=a/bin/python --plugin b/mine.py --plugin /else/mine.py"
    )
