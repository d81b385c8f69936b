"""Products that were not rounded as TF32 rounds under its name, and float32 that was."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gpubench.worker.check import check, tf32_without_effect
from gpubench.worker.prepared import prepare
from gpubench.workload import Work

UNIT = 2.0**-24


@pytest.fixture
def made(toy):
    """Makes the small size of a workload ready under the toy backend."""
    session = toy.start(1, "cpu").open("cpu", "float32", "eager")
    session.asynchronous = True  # as on an accelerator
    return lambda workload: prepare(workload, "toy", workload.params("small"), session, 0)


@pytest.mark.parametrize(
    ("error", "flops", "dead"),
    [
        (4 * UNIT, 1e6, True),  # as float32 may err
        (5 * UNIT, 1e6, False),
        (None, 1e6, False),
        (4 * UNIT, 512, False),  # an operation for a byte: a sum, say, which TF32 leaves alone
    ],
)
def test_tf32_that_errs_as_float32_does_was_not_used(doubling, made, error, flops: float, dead: bool):
    class Product(type(doubling.sizes["small"])):
        def work(self, width, /):
            return Work(flops, 512, 1)

    workload = replace(doubling, sizes={"small": Product(64)})
    assert tf32_without_effect(workload, made(workload), {"y": error}) is dead
    recipe = replace(workload, recipe=lambda params: params)
    assert not tf32_without_effect(recipe, made(recipe), {"y": error}), "training errs in other ways"


@pytest.mark.parametrize(
    ("error", "flops", "named"),
    [
        (50 * UNIT, 1e6, True),
        (5 * UNIT, 1e6, False),  # a product in TF32 errs by far more: the tolerance is too tight, say
        (50 * UNIT, 512, False),  # no products
        (2.0**-8, 1e6, False),  # more than TF32 errs by
    ],
)
def test_only_products_are_said_to_be_rounded_as_tf32(doubling, made, error: float, flops: float, named: bool):
    class Product(type(doubling.sizes["small"])):
        def work(self, width, /):
            return Work(flops, 512, 1)

        def check(self, inputs, observed, /):
            return {"y": error}

    workload = replace(doubling, sizes={"small": Product(64)})
    prepared = made(workload)
    call = prepared.resident()
    verdict = check(workload, prepared, call(), call)
    assert not verdict.right
    assert ("as TF32 rounds" in verdict.wrong) is named
    prepared.session.asynchronous = False
    assert "TF32" not in check(workload, prepared, call(), call).wrong, "the CPU has no TF32"
