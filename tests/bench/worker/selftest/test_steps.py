"""The smallest step of every workload: its answer, and where its tensors and operations are."""

from __future__ import annotations

from dataclasses import replace

from gpubench.errors import Unsupported
from gpubench.worker.selftest.check import Outcome
from gpubench.worker.selftest.steps import steps


def raising(error):
    def build(params, inputs, session):
        raise error

    return {"abacus": build}


def test_right_steps_on_their_device_pass(subject):
    answers, placement = steps(subject())
    assert (answers.outcome, answers.found) == (Outcome.PASS, "right: abacus-product")
    assert (placement.outcome, placement.found) == (Outcome.PASS, "all tensors of 1 step on abacus:0")


def test_a_wrong_answer_is_named_with_its_workload(subject):
    answers, placement = steps(subject("wrong"))
    assert answers.outcome is Outcome.FAIL
    assert answers.found.startswith("abacus-product: the output is wrong: error of c is ")
    assert placement.outcome is Outcome.PASS


def test_a_result_that_is_elsewhere_is_named(subject):
    answers, placement = steps(subject("elsewhere"))
    assert answers.outcome is Outcome.PASS
    assert placement.outcome is Outcome.FAIL
    assert placement.found == "abacus-product: output is not on the device: a result on cpu"
    assert "copies to it and back" in placement.meaning


def test_every_operation_is_watched_on_an_asynchronous_device(subject):
    plain = subject()

    class Watching:
        fault = plain.runtime.fault

        def open(self, *arguments):
            session = plain.runtime.open(*arguments)
            session.stray_operations = lambda call: call() and ["aten::mul has a tensor of (2,) on cpu", "another"]
            return session

    _, placement = steps(subject(runtime=Watching()))
    assert placement.outcome is Outcome.FAIL
    assert "abacus-product: part of the work is not done on the device: aten::mul has a tensor of" in placement.found
    _, placement = steps(subject(runtime=Watching(), device="cpu"))
    assert placement.found == "all tensors of 1 step on cpu"  # there the CPU is the device


def test_a_step_that_the_device_has_not_is_left_out_and_one_that_breaks_is_wrong(subject):
    product = subject().product
    mixed = (
        replace(product, name="none", builders=raising(Unsupported("no such thing"))),
        replace(product, name="broken", builders=raising(ValueError("two\n devices"))),
        product,
    )
    answers, placement = steps(subject(workloads=mixed))
    assert answers.found == "broken: ValueError: two devices"
    assert answers.figures == {"steps": 2, "wrong": 1}
    assert placement.outcome is Outcome.PASS


def test_without_any_step_nothing_is_claimed(subject):
    product = subject().product
    none = (replace(product, builders=raising(Unsupported("no such thing"))),)
    assert {check.outcome for check in steps(subject(workloads=none))} == {Outcome.NOT_APPLICABLE}
