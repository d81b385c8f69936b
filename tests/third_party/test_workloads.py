"""Workloads, a report and a backend from elsewhere, found by their entry points; what they hold their work to."""

from __future__ import annotations

import csv
import os
from dataclasses import replace

import numpy as np
import pytest

from gpubench import Inputs, Observed


@pytest.fixture(scope="module")
def measured(command, tmp_path_factory):
    """The folder of a run under the frameworks that ship, and JAX where it is, and the run's own folder in it."""
    folder = tmp_path_factory.mktemp("run")
    python = os.environ.get("GPUBENCH_TEST_JAX")
    backends = ("torch,tensorflow,jax", "--python", f"jax={python}") if python else ("torch,tensorflow",)
    wanted = ("run", "matmul", "layer_norm", "attention", "-d", "cpu", "-s", "smoke", "-b", *backends)
    done = command(folder, *wanted, "--launches", "1", "--max-time", "0.02", "-q")
    assert done.returncode == 0, done.stderr
    return folder, folder / done.stdout.strip()


def test_each_is_listed_with_the_package_that_it_came_from(command, tmp_path):
    workloads = command(tmp_path, "list", "workloads").stdout
    assert "layer norm over rows, forward (gpubench-third-party 1.0)" in workloads
    assert "attention, 8 heads of 64 (gpubench-third-party 1.0)" in workloads
    assert "broken" not in workloads


def test_a_backend_is_declared_where_its_framework_is_not_and_says_what_to_type(command, tmp_path):
    done = command(tmp_path, "run", "matmul", "-b", "jax", "-d", "cpu", "-s", "smoke")
    assert done.returncode == 5
    assert "jax is not installed" in done.stderr
    assert "pip install jax" in done.stderr


@pytest.mark.framework("torch", "tensorflow")
def test_both_frameworks_do_one_and_one_has_no_step_for_the_other(measured, cells):
    folder, _ = measured
    found = {(cell["workload"], cell["backend"]): cell for cell in cells(folder)}
    for pair in (("attention", "torch"), ("attention", "tensorflow"), ("layer_norm", "torch")):
        assert (found[pair]["status"], found[pair]["checked"]) == ("ok", True)
    left_out = found["layer_norm", "tensorflow"]
    assert (left_out["status"], left_out["reason"]) == ("skipped", "layer_norm has no step for tensorflow")


@pytest.mark.framework("torch", "tensorflow")
def test_the_report_from_elsewhere_says_what_was_measured_beside_those_that_ship(measured, cells):
    folder, run = measured
    with (run / "summary.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    times = {(row["cell"].partition(",")[0], row["backend"]): row["step_s"] for row in rows}
    assert times == {
        (cell["workload"], cell["backend"]): f"{cell['step_s']:.4g}" if cell["step_s"] else "" for cell in cells(folder)
    }
    table = (run / "summary.md").read_text(encoding="utf-8")
    assert "| layer_norm has no step for tensorflow |" in table
    assert len({line.count("|") for line in table.splitlines() if line.startswith("|")}) == 1
    assert "layer_norm" in (run / "report.html").read_text(encoding="utf-8")


@pytest.mark.framework("torch", "tensorflow")
@pytest.mark.usefixtures("jax_python")
def test_a_backend_from_elsewhere_stands_in_the_report_beside_the_others_checked(measured, cells):
    folder, run = measured
    found = {(cell["workload"], cell["backend"]): cell for cell in cells(folder)}
    for workload in ("matmul", "attention"):
        for backend in ("torch", "tensorflow", "jax"):
            assert (found[workload, backend]["status"], found[workload, backend]["checked"]) == ("ok", True)
    none = found["layer_norm", "jax"]
    assert (none["status"], none["reason"]) == ("skipped", "layer_norm has no step for jax")
    assert "jax (jit)" in (run / "report.html").read_text(encoding="utf-8")
    with (run / "summary.csv").open(encoding="utf-8", newline="") as file:
        versions = {row["version"] for row in csv.DictReader(file) if row["backend"] == "jax" and row["status"] == "ok"}
    assert versions == {found["matmul", "jax"]["backend_version"]}


def test_a_text_with_borders_stays_in_its_place(package):
    assert package("summary").line(["a|b", "c\nd"]) == "| a/b | c d |"


def observed(y):
    return Observed(({"y": y},), {}, 2.0**-53)


@pytest.fixture
def rows(package):
    """A layer norm whose answer is known: rows of 3 and 1 in turns are 1 and -1, but for epsilon."""
    params = package("layer_norm").LayerNorm(rows=2, features=4)
    x = np.array([[3.0, 1.0, 3.0, 1.0]] * 2)
    data = {"x": x, "gain": np.array([2.0, 2.0, 1.0, 1.0]), "shift": np.array([0.0, 1.0, 0.0, 0.0])}
    scale = 1 / np.sqrt(1 + package("layer_norm").EPSILON)
    want = np.array([[2 * scale, 1 - 2 * scale, scale, -scale]] * 2)
    return params, Inputs(data=data), want


def test_layer_norm_is_held_to_known_numbers(rows):
    params, inputs, want = rows
    assert params.check(inputs, observed(want))["y"] <= params.tolerance(2.0**-53)


@pytest.mark.parametrize("fault", [0.0, 2.0**-7], ids=["no epsilon", "the shift is doubled in a place"])
def test_a_layer_norm_with_another_epsilon_or_shift_is_refused(rows, fault):
    params, inputs, want = rows
    wrong = want + fault if fault else np.array([[2.0, -1.0, 1.0, -1.0]] * 2)
    assert params.check(inputs, observed(wrong))["y"] > params.tolerance(2.0**-24)


def test_attention_to_equal_keys_is_the_mean_of_the_values(package):
    params = package("attention").Attention(tokens=3, heads=2, width=4)
    inputs = params.inputs(np.random.default_rng(0))
    inputs = replace(inputs, data={**inputs.data, "k": np.ones((2, 3, 4))})
    mean = np.broadcast_to(inputs.data["v"].mean(axis=1, keepdims=True), (2, 3, 4))
    assert params.check(inputs, observed(mean))["y"] <= params.tolerance(2.0**-53)


@pytest.mark.parametrize("fault", ["not scaled", "keys and values changed places", "another shape"])
def test_wrong_attention_is_refused(package, fault):
    module = package("attention")
    params = module.Attention(tokens=16)
    data = params.inputs(np.random.default_rng(0)).data
    q, k, v = (data[name] for name in module.NAMES)
    wrong = {
        "not scaled": lambda: np.stack([module.attended(*head) for head in zip(8 * q, k, v, strict=True)]),
        "keys and values changed places": lambda: np.stack(
            [module.attended(*head) for head in zip(q, v, k, strict=True)]
        ),
        "another shape": lambda: v[:, :8],
    }[fault]()
    assert params.check(Inputs(data=data), observed(wrong))["y"] > params.tolerance(2.0**-8)


def test_parameters_that_make_no_sense_are_refused(package):
    with pytest.raises(ValueError, match="tokens, heads and width must be at least 1"):
        package("attention").Attention(tokens=0)
    with pytest.raises(ValueError, match="rows must be at least 1, and features at least 2"):
        package("layer_norm").LayerNorm(rows=1, features=1)
