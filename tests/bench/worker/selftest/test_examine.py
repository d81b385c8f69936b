"""The self-test as a whole: every check is always told, and a planted mistake fails the one that is for it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gpubench.worker.selftest.check import Outcome
from gpubench.worker.selftest.examine import examine

NAMES = [
    "answers", "placement", "numerics-float32", "numerics-tf32", "numerics-float64", "numerics-bfloat16",
    "numerics-float16", "tf32-switch", "residual-wait", "negative-control", "events-against-wall", "calls-doubled",
    "rate-below-peak", "telemetry",
]  # fmt: skip


def failed(checks) -> set[str]:
    return {check.name for check in checks if check.outcome is Outcome.FAIL}


def test_a_right_device_passes_what_applies_to_it(subject):
    checks = examine(subject())
    assert [check.name for check in checks] == NAMES
    assert failed(checks) == set()
    left_out = {check.name for check in checks if check.outcome is Outcome.NOT_APPLICABLE}
    assert left_out == {"rate-below-peak", "telemetry"}


def test_a_right_cpu_passes_what_applies_to_it(subject):
    checks = examine(subject(device="cpu"))
    assert failed(checks) == set()
    left_out = {check.name for check in checks if check.outcome is Outcome.NOT_APPLICABLE}
    assert left_out == {"negative-control", "events-against-wall", "rate-below-peak", "telemetry"}


@pytest.mark.parametrize(
    ("fault", "named"),
    [
        ("no wait", {"residual-wait", "negative-control"}),
        ("milliseconds", {"events-against-wall"}),
        ("tf32 is dead", {"tf32-switch"}),
        ("elsewhere", {"placement"}),
        ("wrong", {"answers"}),
    ],
)
def test_a_planted_mistake_fails_the_check_that_is_for_it(subject, fault, named):
    assert named <= failed(examine(subject(fault)))


def test_a_mark_that_is_read_too_early_fails_with_the_backends_words(subject):
    checks = {check.name: check for check in examine(subject("no wait"))}
    assert checks["events-against-wall"].found == "RuntimeError: the device has not passed both marks"
    assert "could not be carried out" in checks["events-against-wall"].meaning


def test_after_a_fault_that_sticks_nothing_more_is_asked_and_every_check_is_told(subject):
    checks = examine(subject("sticky"))
    assert [check.name for check in checks] == NAMES
    assert failed(checks) == set(NAMES)
    assert checks[0].found == "RuntimeError: a sticky fault"
    assert checks[2].found == "the device could not be used any more after an earlier check"


def test_without_a_product_only_the_steps_are_examined(subject):
    checks = examine(replace(subject(), product=None))
    assert [check.name for check in checks] == NAMES
    assert {check.outcome for check in checks[:2]} == {Outcome.PASS}
    assert {check.outcome for check in checks[2:]} == {Outcome.NOT_APPLICABLE}
