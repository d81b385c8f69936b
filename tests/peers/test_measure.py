"""Rounds of tools, the closures they time, and a whole session of little."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

from gpubench.plugins import find_backends, find_workloads


@pytest.fixture
def measure(beside):
    return beside("measure")


@pytest.fixture
def closures(beside):
    return beside("closures")


@pytest.fixture(params=["torch", "tensorflow"])
def backend(request):
    return find_backends().plugins[request.param].value


@pytest.fixture
def fake_tools(beside):
    """Two tools that write down when they were asked."""
    tools = beside("tools")
    asked = []

    def tool(name):
        def timed(ready, threads, seconds):
            asked.append((name, threads, seconds))
            return tools.Timing(4, [1.0, 2.0, 3.0], 0.5)

        return timed

    return {"gpubench": tool("gpubench"), "other": tool("other")}, asked


def test_every_round_begins_with_the_next_tool(measure, closures, fake_tools):
    tools, asked = fake_tools
    resets = []
    ready = closures.Ready(lambda: None, lambda: None, lambda: resets.append(len(asked)))
    found = measure.rounds(ready, 2, 3, 0.1, tools)
    assert [name for name, *_ in asked] == ["gpubench", "other", "other", "gpubench", "gpubench", "other"]
    assert {name: len(timings) for name, timings in found.items()} == {"gpubench": 3, "other": 3}
    assert resets == list(range(6)), "what a call changes is put back before each tool"
    assert {tuple(rest) for _, *rest in asked} == {(2, 0.1)}


def test_rounds_of_slow_steps_calibrate_once_and_are_three_at_most(measure, closures, fake_tools, monkeypatch):
    tools, asked = fake_tools
    again = []
    monkeypatch.setattr(measure.tools, "gpubench_again", lambda ready, seconds, calls: again.append(calls))
    found = measure.mnist_rounds(closures.Ready(lambda: None, lambda: None), 2, 5, 0.1, tools)
    assert [name for name, *_ in asked].count("gpubench") == 1
    assert again == [4, 4]
    assert len(found["other"]) == len(found["gpubench"]) == 3


def test_a_row_tells_the_round_and_the_tool_s_own_time(measure, beside):
    closure = beside("closures").Closure("shared", "matmul 64", "eager", "matmul", {"n": 64})
    timings = [beside("tools").Timing(10, [0.1] * 6, 1.0)] * 2
    first, second = measure.rows(closure, "torch", {"timeit": timings})
    assert (first["backend"], first["name"], first["tool"], first["round"]) == ("torch", "matmul 64", "timeit", 0)
    assert (first["median_s"], first["calls"], first["samples"]) == ("0.1", 10, 6)
    assert (first["spent_s"], first["until_s"], second["round"]) == ("7", "7", 1)


def test_shared_closures_are_timed_by_all_tools_and_the_step_by_ours_and_torch_s(measure, closures, backend):
    for closure in closures.closures(backend, "cpu"):
        chosen = set(measure.tools_for(closure, backend, "cpu"))
        if closure.table == "shared":
            assert chosen == set(measure.TOOLS)
        elif closure.table == "mnist":
            assert chosen == {"gpubench", "torch.utils.benchmark"}
        else:
            assert {"gpubench", measure.BLOCK} <= chosen
            assert ("timeit" in chosen) is (closure.mode == backend.default_mode)


def test_on_an_accelerator_only_tools_that_wait_for_it_are_compared(measure, closures, backend):
    found = closures.closures(backend, "cuda:0")
    assert {frozenset(measure.tools_for(closure, backend, "cuda:0")) for closure in found} == {
        frozenset({"gpubench", "torch.utils.benchmark"})
    }
    steps = {(closure.mode, closure.params["batch"]) for closure in found if closure.table == "mnist"}
    assert steps == {(mode, batch) for mode in backend.modes for batch in (32, 128, 512)}
    assert [closure.params["n"] for closure in found if closure.table == "shared"] == [64, 512, 1024, 4096]


def test_the_closures_are_those_of_the_issue(closures, backend):
    found = closures.closures(backend, "cpu")
    names = [closure.name for closure in found if closure.table == "shared"]
    assert names == ["matmul 64", "matmul 512", "matmul 1024", "MNIST step 32", "MNIST step 128"]
    assert {closure.mode for closure in found if closure.table == "harness"} == set(backend.modes)
    steps = {(closure.mode, closure.params["batch"]) for closure in found if closure.name.startswith("MNIST")}
    assert steps == {(mode, batch) for mode in backend.modes for batch in (32, 128, 512)}


def test_every_closure_has_parameters_that_its_workload_knows(closures, backend):
    workloads = find_workloads().plugins
    for closure in (*closures.closures(backend, "cpu"), *closures.closures(backend, "cuda:0")):
        workload = workloads[closure.workload].value
        params = workload.params(next(iter(workload.sizes)), **closure.params)
        assert params.work(4).items >= 1


def test_keras_is_timed_where_a_step_has_its_style(closures):
    by_backend = {
        name: {closure.name.split()[0] for closure in closures.closures(find_backends().plugins[name].value, "cpu")}
        for name in ("torch", "tensorflow")
    }
    assert "fit" not in by_backend["torch"]
    assert {"fit", "train_on_batch"} <= by_backend["tensorflow"]


def test_fit_comes_in_two_lengths_a_batch(closures):
    tensorflow = find_backends().plugins["tensorflow"].value
    steps = [(c.params["batch"], c.steps) for c in closures.closures(tensorflow, "cpu") if c.fit]
    assert steps == [(32, 32), (32, 64), (128, 8), (128, 16), (512, 2), (512, 4)]


@pytest.mark.parametrize("device", ["cpu", "cuda:0"])
def test_the_child_has_the_environment_that_the_backend_gives_a_worker(beside, backend, device, monkeypatch):
    session = beside("session")
    seen = []

    def run(command, *, check, env):
        command = list(command)
        seen.append((command[2:5], env))
        Path(command[5]).write_text('{"rows": []}', encoding="utf-8")

    monkeypatch.setattr(session.subprocess, "run", run)
    monkeypatch.setenv("PATH", "kept")
    assert session.measured(backend.name, device, 3, 1, 0.1, []) == {"rows": []}
    ((told, env),) = seen
    assert told == [backend.name, device, "3"]
    assert backend.environment(3, device).items() <= env.items()
    assert env["PATH"] == "kept"


@pytest.mark.framework("torch")
def test_a_session_of_one_closure_writes_a_row_for_each_tool_and_round(beside, tmp_path):
    """The child's own process, with the environment and the threads that a worker has."""
    session = beside("session")
    out = tmp_path / "data"
    answer = session.measured("torch", "cpu", 1, 1, 0.01, ["noop"])
    session.write(out, answer["rows"], {"date": "2026-01-01"})
    with (out / "peers.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert {(row["mode"], row["tool"]) for row in rows} == {
        ("eager", "gpubench"), ("eager", "timeit"), ("eager", "torch.utils.benchmark"), ("eager", "pytest-benchmark"),
        ("eager", "gpubench, a block"), ("compile", "gpubench"), ("compile", "gpubench, a block"),
    }  # fmt: skip
    assert all(float(row["median_s"]) > 0 and row["round"] == "0" for row in rows)
    assert answer["versions"]["torch"]
    assert json.loads((out / "session.json").read_text(encoding="utf-8")) == {"date": "2026-01-01"}


@pytest.mark.framework("tensorflow")
def test_fit_trains_on_as_many_steps_as_it_says(beside, tmp_path):
    """In a process of its own, as TensorFlow wants it: the optimiser counts its steps."""
    script = f"""
import sys; sys.path.insert(0, {str(Path(beside("closures").__file__).parent)!r})
import closures
from gpubench.plugins import find_backends
backend = find_backends().plugins["tensorflow"].value
runtime = backend.start(1, "cpu")
params = {{"batch": 8, "style": "keras"}}
chosen = closures.Closure("mnist", "fit", "graph", "mnist_cnn_train", params, steps=3, fit=True)
with closures.ready(chosen, backend, runtime, "cpu") as ready:
    model = ready.call.func.__self__
    before = int(model.optimizer.iterations)
    ready.call()
    print(chosen.steps, int(model.optimizer.iterations) - before)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=tmp_path)
    said, made = done.stdout.split()
    assert said == made == "3"
