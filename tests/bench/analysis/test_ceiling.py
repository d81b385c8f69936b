"""What a device can do at best, of products and copies whose rates are known before."""

from __future__ import annotations

import dataclasses

import pytest

from gpubench.analysis.analyse import analyse
from gpubench.results.records import Env

PRODUCT = {"flops": 2.0 * 1024**3, "bytes": 12.0 * 1024**2, "items": 1024.0}
COPY = {"flops": 0.0, "bytes": 2.0**28, "items": 2.0**25}
IDLE = {"device": "cuda:0", "dispatch": 1e-9}
"""On a GPU that does not wait for Python."""


def product(made, rate: float, **at) -> None:
    """A product at so many FLOP/s in every launch."""
    work = at.pop("work", PRODUCT)
    made.cell((work["flops"] / rate,) * 3, work=work, **{"size": 1024, **at})


def copy(made, rate: float, **at) -> None:
    """A copy at so many bytes a second in every launch."""
    work = at.pop("work", COPY)
    made.cell((work["bytes"] / rate,) * 3, work=work, **{"workload": "copy", "size": 2**25, **at})


def found(*runs):
    """Device and precision, peak, bandwidth, and who showed them."""
    return [
        (one.product.device, one.product.case.precision, one.peak, one.bandwidth, one.product.backend, one.copy.backend)
        for one in analyse([made.results() for made in runs]).ceilings
    ]


def test_each_ceiling_is_the_best_of_any_framework_and_mode(invented):
    made = invented.Invented()
    product(made, 1e11)
    product(made, 3e11, mode="compile")
    product(made, 2e11, backend="tensorflow")
    copy(made, 1e10)
    copy(made, 4e10, backend="tensorflow", mode="xla")
    (one,) = analyse([made.results()]).ceilings
    assert (one.peak, one.bandwidth) == (pytest.approx(3e11), pytest.approx(4e10))
    assert (one.product.how, one.copy.how) == ("torch (compile)", "tensorflow (xla)")
    assert one.ridge == pytest.approx(7.5)


def test_each_device_and_each_precision_has_a_product_of_its_own_and_each_device_a_copy(invented):
    made = invented.Invented()
    product(made, 1e11)
    product(made, 2e11, precision="bfloat16")
    copy(made, 1e10)
    product(made, 1e13, **IDLE)
    copy(made, 1e12, **IDLE, precision="bfloat16")
    assert [each[:4] for each in found(made)] == [
        ("cpu", "float32", pytest.approx(1e11), pytest.approx(1e10)),
        ("cpu", "bfloat16", pytest.approx(2e11), pytest.approx(1e10)),
        ("cuda:0", "float32", pytest.approx(1e13), pytest.approx(1e12)),
    ]


def test_a_copy_that_a_cache_holds_is_faster_than_memory_and_no_ceiling(invented):
    made = invented.Invented()
    product(made, 1e11)
    copy(made, 9e10, size=2**20, work={**COPY, "bytes": 2.0**27})
    copy(made, 1e10)
    assert found(made)[0][3] == pytest.approx(1e10)


@pytest.mark.parametrize(
    "lacks",
    [
        pytest.param({"copy": {"work": {**COPY, "bytes": 2.0**26}}}, id="no large copy"),
        pytest.param({"product": {"work": {**PRODUCT, "flops": 2.0 * 1023**3}}}, id="no large product"),
        pytest.param({"product": {"workload": "conv2d"}}, id="no product"),
        pytest.param({"copy": {"workload": "copying"}}, id="no copy"),
        pytest.param({"copy": {"device": "cuda:0"}}, id="a copy elsewhere"),
        pytest.param({"copy": {"threads": 1}}, id="a copy with other threads"),
        pytest.param({"copy": {"data": "host"}}, id="a copy that goes through the host"),
        pytest.param({"product": {"status": "unverified"}}, id="a product that is no result"),
        pytest.param({"product": {"variant": "aa"}}, id="a product's partner alone"),
    ],
)
def test_without_a_product_and_a_copy_that_tell_there_is_no_ceiling(invented, lacks):
    made = invented.Invented()
    product(made, 1e11, **lacks.get("product", {}))
    copy(made, 1e10, **lacks.get("copy", {}))
    assert found(made) == []


@pytest.mark.parametrize("waiting", ["product", "copy"])
def test_what_waits_for_python_shows_no_ceiling(invented, waiting):
    made = invented.Invented()
    product(made, 1e13, **{**IDLE, "dispatch": 1.0 if waiting == "product" else 1e-9})
    copy(made, 1e12, **{**IDLE, "dispatch": 1.0 if waiting == "copy" else 1e-9})
    assert found(made) == []


def test_threads_do_not_part_what_a_gpu_did(invented):
    made = invented.Invented()
    for threads, measure in ((1, product), (2, copy)):
        measure(made, 1e12, **IDLE, threads=threads)
    assert len(found(made)) == 1


def test_runs_of_one_machine_share_ceilings_and_machines_do_not(invented):
    first, second, other = (
        invented.Invented(name, host=host) for name, host in (("a", "one"), ("b", "one"), ("c", "two"))
    )
    product(first, 1e11)
    copy(second, 1e10, backend="tensorflow")
    copy(other, 9e10)
    assert found(first, second, other) == [
        ("cpu", "float32", pytest.approx(1e11), pytest.approx(1e10), "torch", "tensorflow")
    ]


def test_a_workload_called_after_one_that_ships_measures_its_ceiling(invented):
    """So does the simulated device of the tests, whose workloads have names of their own."""
    made = invented.Invented()
    product(made, 1e11, workload="matmul-simulated")
    copy(made, 1e10, workload="copy-simulated")
    assert len(found(made)) == 1


@pytest.mark.parametrize(
    ("fact", "peak"),
    [
        ("66.9 TFLOP/s", pytest.approx(66.9e12)),
        ("fast", None), ("nan TFLOP/s", None), ("inf TFLOP/s", None), ("-3 TFLOP/s", None), ("66.9 GFLOP/s", None),
    ],
)  # fmt: skip
def test_theory_stands_beside_what_was_measured_and_changes_nothing(invented, fact, peak):
    made = invented.Invented()
    product(made, 1e13, **IDLE)
    copy(made, 1e12, **IDLE)
    results = made.results()
    facts = {"theoretical peak float32": fact, "theoretical peak from": "132 multiprocessors"}
    told = (*results.envs, Env(scope="torch@cuda:0", facts=facts))
    (one,) = analyse([dataclasses.replace(results, envs=told)]).ceilings
    assert one.peak == pytest.approx(1e13)
    assert (one.theory and one.theory.flop_per_s) == peak
    assert one.theory is None or one.theory.source == "132 multiprocessors"
