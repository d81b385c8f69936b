"""Precisions are what they are called, and the TF32 switch does something; planted mistakes are found by name."""

from __future__ import annotations

import pytest

from gpubench.errors import Unsupported
from gpubench.worker.selftest.check import Outcome
from gpubench.worker.selftest.numerics import numerics


def outcomes(subject) -> dict[str, Outcome]:
    return {check.name: check.outcome for check in numerics(subject, subject.product)}


def test_every_precision_and_the_switch_pass_where_they_are_right(subject):
    assert outcomes(subject()) == {
        "numerics-float32": Outcome.PASS,
        "numerics-tf32": Outcome.PASS,
        "numerics-float64": Outcome.PASS,
        "numerics-bfloat16": Outcome.PASS,
        "numerics-float16": Outcome.PASS,
        "tf32-switch": Outcome.PASS,
    }


@pytest.mark.parametrize(
    ("fault", "failed"),
    [
        ("tf32 is dead", {"numerics-tf32", "tf32-switch"}),
        ("tf32 unasked", {"numerics-float32", "tf32-switch"}),
        ("wrong", {"numerics-float32", "numerics-tf32", "numerics-float64", "numerics-bfloat16", "numerics-float16",
                   "tf32-switch"}),
    ],
)  # fmt: skip
def test_a_precision_that_is_another_is_found(subject, fault, failed):
    found = outcomes(subject(fault))
    assert {name for name, outcome in found.items() if outcome is Outcome.FAIL} == failed


def test_what_a_failure_means_depends_on_its_side(subject):
    dead = {check.name: check for check in numerics(*both(subject("tf32 is dead")))}
    assert "computed in a wider type" in dead["numerics-tf32"].meaning
    assert "the switch does nothing" in dead["tf32-switch"].meaning
    unasked = {check.name: check for check in numerics(*both(subject("tf32 unasked")))}
    assert "less precise than the label says" in unasked["numerics-float32"].meaning


def both(subject):
    return subject, subject.product


def test_a_precision_that_the_device_has_not_does_not_apply(subject):
    plain = subject()

    class Without:
        def open(self, device, precision, mode):
            if precision == "tf32":
                raise Unsupported("tf32 is a product of NVIDIA GPUs; abacus has none")
            return plain.runtime.open(device, precision, mode)

        def fault(self, error):
            return plain.runtime.fault(error)

    found = {check.name: check for check in numerics(subject(runtime=Without()), plain.product)}
    for name in ("numerics-tf32", "tf32-switch"):
        assert found[name].outcome is Outcome.NOT_APPLICABLE
        assert found[name].found == "tf32 is a product of NVIDIA GPUs; abacus has none"
    assert found["numerics-float16"].outcome is Outcome.PASS


def test_a_backend_without_tf32_has_no_switch(subject):
    found = outcomes(subject(precisions=("float32", "float64")))
    assert found == {
        "numerics-float32": Outcome.PASS, "numerics-float64": Outcome.PASS, "tf32-switch": Outcome.NOT_APPLICABLE,
    }  # fmt: skip


def test_what_breaks_for_another_reason_comes_through(subject):
    with pytest.raises(RuntimeError, match="sticky"):
        outcomes(subject("sticky"))
