"""Work that is not compiled as its mode says: traced at every call, not compiled at all, or compiled away."""

from __future__ import annotations

import functools
import itertools
import logging

import pytest

from gpubench.worker.check import uncompiled
from gpubench.worker.prepared import prepare
from gpubench.workload import Step
from gpubench_workloads.dispatch import dispatch
from gpubench_workloads.matmul import matmul

MODES = {"torch": "compile", "tensorflow": "graph"}


@pytest.fixture(params=[pytest.param(name, marks=pytest.mark.framework(name)) for name in MODES])
def backend(request, monkeypatch):
    """Each; torch compiles with TorchDynamo alone, which needs no C++ compiler and a hundredth of the time."""
    if request.param == "torch":
        import torch

        monkeypatch.setattr(torch, "compile", functools.partial(torch.compile, backend="eager"))
        monkeypatch.setattr(logging.getLogger("torch._dynamo"), "disabled", True)
    return request.param


def adding(make):
    """A builder of `dispatch` whose call is make(session)."""

    def build(params, inputs, session):
        return Step(make(session), tuple(inputs.data.values()), lambda total: {"sum": session.fetch(total)})

    return build


def test_what_is_compiled_once_is_right(cell, backend):
    answer = cell(dispatch, backend, MODES[backend], adding(lambda session: session.compile(lambda x, y: x + y)))
    assert (answer["status"], answer["reason"]) == ("ok", "")


def test_every_call_is_traced_anew(cell, backend):
    """A Python number among the arguments: each value is a function of its own."""

    def retracing(session):
        numbers = itertools.count()
        compiled = session.compile(lambda x, y, number: x + y + 0.0 * number)
        return lambda x, y: compiled(x, y, next(numbers))

    answer = cell(dispatch, backend, MODES[backend], adding(retracing))
    assert answer["status"] == "unverified"
    assert answer["reason"].startswith("the step was traced or compiled again ")
    assert answer["reason"].endswith(" times while it was measured")


def test_what_was_compiled_is_thrown_away_by_the_builder(cell, backend):
    def discarding(session):
        def add(x, y):
            return x + y

        session.compile(add)
        return add

    answer = cell(dispatch, backend, MODES[backend], adding(discarding))
    assert answer["status"] == "failed"
    assert answer["reason"].startswith(f"nothing was compiled: mode {MODES[backend]} ")


_RETURNS = {"torch": "return cast(F, compiled)", "tensorflow": "append(compiled)\n        return compiled"}


def test_what_was_compiled_is_thrown_away_by_the_session(cell, backend, edited):
    import importlib

    module = importlib.import_module(f"gpubench.backends.{backend}.session")
    old = _RETURNS[backend]
    new = old.replace("cast(F, compiled)", "function").replace("return compiled", "return function")
    copy = edited(module, old, new)

    def opened(device, precision, mode):
        if backend == "torch":
            return copy.TorchSession(copy.torch.device(device), precision, mode)
        return copy.TensorflowSession("/CPU:0", precision, mode)

    answer = cell(matmul, backend, MODES[backend], opened=opened)
    assert answer["status"] == "failed"
    assert answer["reason"].startswith(f"nothing was compiled: mode {MODES[backend]} ")


def test_every_size_of_a_workload_is_compiled(runtime, backend):
    """All in one process; torch gives up after eight, silently, unless it is told otherwise."""
    for n in range(1, 12):
        session, params = runtime(backend).open("cpu", "float32", MODES[backend]), dispatch.params("smoke", n=n)
        with session.scope():
            prepared = prepare(dispatch, backend, params, session, 0)
            prepared.resident()()
            assert uncompiled(prepared, MODES[backend]) == ""


def test_data_is_closed_over_and_the_product_folded_away(cell, backend):
    """A product whose NumPy inputs were closed over took 0.18 ms instead of 21 on trial, with the right answer."""

    def folding(params, inputs, session):
        a, b = (session.place(session.host(array)) for array in inputs.data.values())
        return Step(session.compile(lambda: a @ b), (), lambda c: {"c": session.fetch(c)})

    answer = cell(matmul, backend, MODES[backend], folding)
    assert answer["status"] == "failed"
    assert answer["reason"] == "the step takes no feeds: its data is closed over, and may be folded away"


def test_feeds_are_taken_and_the_product_folded_away(cell, backend):
    def folding(params, inputs, session):
        a, b = (session.place(session.host(array)) for array in inputs.data.values())
        return Step(
            session.compile(lambda *feeds: a @ b), tuple(inputs.data.values()), lambda c: {"c": session.fetch(c)}
        )

    answer = cell(matmul, backend, MODES[backend], folding)
    assert answer["status"] == "failed"
    assert answer["reason"] == "the output is the same for different data in feed 0: the work was folded away"
