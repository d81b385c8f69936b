"""Every mistake that an author can make in a cell is found, and named by what it is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gpubench.errors import Unsupported
from gpubench.worker.job import REVIEW_OF_SIZE, REVIEW_OF_VARIANT
from gpubench.workload import Work

EVERYTHING = {
    "inputs", "build", "call", "output", "placement", "mode", "depends on its data", "work", "flops",
    "check refuses faults", "another device", "keeps nothing",
}  # fmt: skip


def levels(findings):
    return {name: found.level for name, found in findings.items()}


def test_a_right_cell_passes_everything_that_its_framework_can_tell(reviewed):
    told = levels(reviewed())
    assert set(told) == EVERYTHING
    assert {name for name, level in told.items() if level != "pass"} == {"flops", "another device"}
    assert (told["flops"], told["another device"]) == ("skip", "skip")


def test_of_another_size_and_of_a_variant_only_what_can_differ_is_looked_at(reviewed):
    assert set(reviewed(REVIEW_OF_SIZE)) == EVERYTHING - {
        "check refuses faults", "another device", "keeps nothing", "flops",
    }  # fmt: skip
    assert set(reviewed(REVIEW_OF_VARIANT)) == EVERYTHING - {"check refuses faults", "another device", "flops"}


def test_host_data_is_tried_where_it_is_asked_for(reviewed):
    assert reviewed(REVIEW_OF_VARIANT, data="host")["host data"].level == "pass"


def raising(*_):
    raise RuntimeError("not here")


kept = []


def keeping(made, session):
    return replace(made, call=lambda x: (kept.append(object()), made.call(x))[1])


def other_step(**fields):
    return lambda made, session: replace(made, **fields)


MISTAKES = {
    # mistake: how it is made, what finds it, what is said
    "inputs raise": ({"methods": {"inputs": raising}}, "inputs", "RuntimeError: not here"),
    "inputs in float32": (
        {"methods": {"inputs": lambda self, rng: replace(_plain(self, rng), data={"x": np.zeros(64, "f4")})}},
        "inputs", "float32",
    ),
    "the builder raises": ({"fault": "raise"}, "build", "RuntimeError: the toy broke <b>here</b>"),
    "the builder returns something else": (
        {"step": lambda made, session: 7}, "build", "returned a int, not a gpubench.Step",
    ),
    "the call raises": ({"step": other_step(call=raising)}, "call", "RuntimeError: not here"),
    "the answer is wrong": ({"fault": "wrong"}, "output", "the output is wrong: error of y"),
    "the answer is no number": ({"fault": "nan"}, "output", "error of y is nan"),
    "the check raises": ({"methods": {"check": raising}}, "output", "RuntimeError: not here"),
    "the check accepts all": (
        {"methods": {"check": lambda *_: {"y": 0.0}}}, "check refuses faults",
        "takes for right: outputs that are all zero",
    ),
    "the output is elsewhere": (
        {"step": other_step(call=lambda x: "floor", observe=lambda y: {"y": 0}), "methods": {"check": lambda *_: {}}},
        "placement", "output is not on the device: a toy on the floor",
    ),
    "the work is folded": ({"fault": "folded"}, "depends on its data", "the output is the same for different data"),
    "the data is closed over": ({"fault": "closure"}, "depends on its data", "the step takes no feeds"),
    "the work is not finite": ({"methods": {"work": lambda *_: Work(np.nan, 1e9, 1)}}, "work", "nan flops"),
    "the formula raises": ({"methods": {"work": raising}}, "work", "RuntimeError: not here"),
    "each call keeps something": ({"step": keeping}, "keeps nothing", "or more Python objects behind"),
}  # fmt: skip


def _plain(self, rng):
    return type(self).__mro__[1].inputs(self, rng)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_found_by_name_with_what_to_do(mistake: str, reviewed):
    how, name, says = MISTAKES[mistake]
    found = reviewed(**how)
    assert {found.check for found in found.values() if found.level == "fail"} == {name}
    assert says in found[name].says
    assert found[name].hint
    assert found[name].line.rpartition(":")[0].endswith(".py")


def test_what_is_raised_is_told_at_the_author_s_innermost_line(reviewed):
    found = reviewed(step=other_step(call=raising))["call"]
    file, _, number = found.line.rpartition(":")
    assert file == __file__
    assert int(number) == raising.__code__.co_firstlineno + 1


def test_what_is_not_supported_and_what_has_no_memory_is_not_the_author_s_fault(reviewed):
    assert reviewed(fault="unsupported")["build"].says == "not supported here: toys can't do that"
    told = reviewed(fault="oom")["build"]
    assert (told.level, told.says) == ("skip", "out of memory: MemoryError: a toy too large")


def test_a_fault_that_spoils_the_process_asks_for_another(reviewed):
    assert reviewed(fault="sticky")["build"].level == "fail"
    assert reviewed.restart
    reviewed()
    assert not reviewed.restart


def test_a_recipe_is_held_to_its_own_tolerance(reviewed):
    def small(params):
        return type(params)(8, params.fault)

    assert reviewed(recipe=small)["recipe"].level == "pass"
    wrong = reviewed(recipe=lambda params: type(params)(8, "wrong"))["recipe"]
    assert wrong.level == "fail"
    assert "the recipe in float64 is wrong" in wrong.says
    assert reviewed(recipe=small, recipe_tolerance=-1.0)["recipe"].level == "fail"
    assert reviewed(recipe=lambda params: type(params)(8, "unsupported"))["recipe"].level == "skip"


def test_state_without_a_recipe_is_doubtful(reviewed):
    found = reviewed(step=lambda made, session: replace(made, state=lambda: [np.zeros(3)]))
    assert (found["recipe"].level, found["recipe"].says) == (
        "warn",
        "the step changes its state, and there is no recipe",
    )


def test_the_count_is_taken_at_every_size_where_there_is_one(reviewed):
    def counting(runtime):
        runtime.count_operations = lambda call: 64.0

    assert reviewed(REVIEW_OF_SIZE, runtime=counting)["flops"].level == "pass"
    assert "flops" not in reviewed(REVIEW_OF_VARIANT, runtime=counting)


def test_a_formula_far_from_the_framework_s_count_fails(reviewed):
    def counting(runtime):
        runtime.count_operations = lambda call: 128.0

    found = reviewed(runtime=counting)["flops"]
    assert (found.level, found.says) == ("fail", "the formula has 64 operations, the framework counted 128 in products")


@pytest.mark.parametrize(
    ("strays", "level", "says"),
    [
        ([], "pass", ""),
        (["mm has a tensor on the host", "mm has a tensor on the host"], "fail", "mm has a tensor on the host"),
        (Unsupported("no such operation there"), "skip", "it can't be rehearsed: no such operation there"),
        (ValueError("a value is needed"), "skip", "it can't be rehearsed: a value is needed"),
    ],
)
def test_a_step_is_rehearsed_on_another_device_where_there_is_one(reviewed, strays, level, says):
    def rehearsing(runtime):
        def rehearse(build, precision):
            build(runtime.open("cpu", precision, "eager"))
            if isinstance(strays, Exception):
                raise strays
            return strays

        runtime.rehearse = rehearse

    found = reviewed(runtime=rehearsing)["another device"]
    assert (found.level, found.says) == (level, says)


def test_a_step_that_compiles_at_every_call_is_found(reviewed):
    traced = [0]

    def counting(made, session):
        session.traces = lambda: traced[0]

        def call(x):
            traced[0] += 1
            return made.call(x)

        return replace(made, call=call)

    assert "compiled again" in reviewed(step=counting)["compiled once"].says
    assert reviewed(step=counting)["compiled once"].level == "fail"


def test_a_mode_whose_function_is_not_called_is_found(reviewed):
    def ignored(made, session):
        session.traces = lambda: 0
        return made

    assert "nothing was compiled" in reviewed(step=ignored)["mode"].says
