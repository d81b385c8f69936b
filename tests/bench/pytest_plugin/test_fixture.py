"""A step of one's own without measuring: on each device, waited for, beside pytest-benchmark or without it."""

from __future__ import annotations

import json

import pytest

_STEP = """
import numpy as np, pytest

@pytest.mark.gpubench(backend="toy")
def test_step(gpubench):
    calls = []
    x = gpubench.session.place(np.ones(4))
    assert gpubench(lambda: calls.append(gpubench.device) or 2 * x).sum() == 8
    assert calls == [gpubench.device]
    print("called on", gpubench.device, gpubench.session.device)
"""


@pytest.mark.parametrize("without", ["", "no:benchmark"])
def test_a_step_is_called_once_on_each_device_and_an_absent_one_is_skipped(project, without: str) -> None:
    done = project(_STEP, "-s", "--gpubench-device=cpu,toy", *(["-p", without] if without else []))
    assert "called on cpu cpu" in done.stdout.str()
    assert "there is no device 'toy' here: no toy is plugged in" in done.stdout.str()
    done.assert_outcomes(passed=1, skipped=1)


def test_a_device_that_is_plugged_in_is_found_but_another_one_than_the_first_needs_a_process_of_its_own(
    project,
) -> None:
    done = project(_STEP, "-s", "--gpubench-device=toy,toy:1", TOY_DEVICES="2")
    assert "called on toy:0 toy:0" in done.stdout.str()
    assert "toy:1 is seen by the launches of --gpubench-out alone" in done.stdout.str()
    done.assert_outcomes(passed=1, skipped=1)


@pytest.mark.parametrize(
    ("marker", "said"),
    [
        ("", 'test_step has no marker that says which framework its step is for\n@pytest.mark.gpubench(backend="t'),
        ("@pytest.mark.gpubench(frame='toy')", "the marker of test_step says {'frame': 'toy'}\nit takes backend,"),
    ],
)  # fmt: skip
def test_a_marker_that_says_too_little_or_wrong_is_refused(project, marker: str, said: str) -> None:
    done = project(_STEP.replace('@pytest.mark.gpubench(backend="toy")', marker), "-rE")
    assert done.ret != 0
    assert said in done.stdout.str()
    assert f" - Failed: {said[:20]}" in done.stdout.str()


def test_a_fixture_of_that_name_that_others_made_is_left_alone(project) -> None:
    own = """
import pytest

@pytest.fixture(params=["mine", "my other"])
def gpubench(request):
    return request.param

def test_own(gpubench):
    assert gpubench.startswith("m")
"""
    done = project(own)
    done.assert_outcomes(passed=2)


def test_what_is_required_must_be_here(project) -> None:
    done = project(_STEP, "--gpubench-require=toy:0")
    assert done.ret != 0
    assert "toy:0 is required: there is no device 'toy:0' here: no toy is plugged in" in done.stdout.str()


def test_a_step_that_leaves_the_device_fails_and_a_second_one_too(project) -> None:
    tests = (
        _STEP
        + """
@pytest.mark.gpubench("toy")
def test_stray(gpubench):
    gpubench(lambda: "off")

@pytest.mark.gpubench("toy")
def test_twice(gpubench):
    gpubench(int)
    gpubench(int)
"""
    )
    done = project(tests, "--gpubench-device=cpu")
    assert "the step's result is not on cpu: a toy on the floor" in done.stdout.str()
    assert "gpubench(step) was called twice" in done.stdout.str()
    done.assert_outcomes(failed=2, passed=1)


_BENCHMARK = """
import time, pytest

@pytest.mark.gpubench("toy")
@pytest.mark.parametrize("n", [3])
@pytest.mark.parametrize("how", [min, max])
def test_timed(gpubench, benchmark, n, how):
    gpubench.session.complete = lambda: time.sleep(0.003)
    benchmark.pedantic(gpubench.waited(lambda: how(range(n))), rounds=3)

def test_of_old(benchmark):
    benchmark.pedantic(int, rounds=3)
"""


def test_pytest_benchmark_s_clock_holds_the_wait_and_its_file_says_what_was_measured(
    project, pytester: pytest.Pytester
) -> None:
    done = project(_BENCHMARK, "--gpubench-device=cpu,toy", "--benchmark-json=bench.json", TOY_DEVICES="1")
    assert done.ret == 0, done.stdout.str()
    tests = json.loads((pytester.path / "bench.json").read_text(encoding="utf-8"))["benchmarks"]
    own = [test for test in tests if test["name"].startswith("test_timed")]
    assert len(own) == 4
    assert min(min(test["stats"]["data"]) for test in own) >= 0.003
    assert sorted((test["group"], test["extra_info"]["device"]) for test in own) == [
        (f"test_own.test_timed n=3 how={how} float32", device) for how in ("max", "min") for device in ("cpu", "toy:0")
    ]
    (old,) = [test for test in tests if test["name"] == "test_of_old"]
    assert (old["group"], old["extra_info"]) == (None, {})

    from gpubench.results.results import load

    cells = load(pytester.path / "bench.json").cells()
    assert list(cells.loc[cells["backend"] == "toy", "params"].unique()) == ['{"how": "min"}', '{"how": "max"}']


def test_a_second_framework_in_one_process_is_not_timed(project, pytester: pytest.Pytester) -> None:
    two = "from dataclasses import replace\nfrom .toy import toy\nother = replace(toy, name='other')\n"
    (pytester.path / "two.py").write_text(two, encoding="utf-8")
    tests = """
import pytest

@pytest.mark.gpubench("toy")
def test_first(gpubench):
    gpubench(int)

@pytest.mark.gpubench("other")
def test_second(gpubench, benchmark):
    benchmark(gpubench.waited(int))
"""
    done = project(tests, "--gpubench-device=cpu", "-Werror", plugin="two.py")
    assert "toy was set up in this process before, and would slow other: one framework a pytest" in done.stdout.str()
    done.assert_outcomes(failed=1, passed=1)
    alone = project(tests, "--gpubench-device=cpu", "-k", "second", plugin="two.py")
    alone.assert_outcomes(passed=1, deselected=1)
