"""What of a torch step would not stay on a GPU, found on a device without values."""

from __future__ import annotations

import importlib

import numpy as np
import pytest

from gpubench.errors import Unsupported
from gpubench.workload import Step

pytestmark = pytest.mark.framework("torch")

X = np.random.default_rng(0).standard_normal((4, 4))


@pytest.fixture
def rehearse():
    """Goes through a step; returns what it would leave on the host."""
    from gpubench.backends.torch.rehearsal import rehearse

    def gone_through(call, precision="float32"):
        return list(rehearse(lambda session: Step(lambda x: call(x, session), (X,)), precision))

    return gone_through


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("name", ["matmul", "conv2d", "mnist_cnn_train", "dispatch", "noop"])
def test_every_step_that_ships_stays_on_the_device(name: str, precision: str) -> None:
    from gpubench.backends.torch.rehearsal import rehearse

    workload = getattr(importlib.import_module(f"gpubench_workloads.{name}"), name)
    params = workload.sizes["smoke"]
    inputs = params.inputs(np.random.default_rng(0))
    assert list(rehearse(lambda session: workload.builders["torch"](params, inputs, session), precision)) == []


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda x, session: x * x.sum().item(), "brings values to the host"),
        (lambda x, session: x.cpu(), "brings values to the host"),
        (lambda x, session: x + float(x[0, 0]), "brings values to the host"),
        (lambda x, session: x.numpy(), "brings values to the host"),
        (lambda x, session: x.tolist(), "brings values to the host"),
        (lambda x, session: x if x.sum() > 0 else -x, "brings values to the host"),
    ],
    ids=["item", "cpu", "float", "numpy", "tolist", "branch"],
)
def test_what_brings_a_value_to_the_host_is_found(call, says, rehearse) -> None:
    (found,) = rehearse(call)
    assert says in found


def test_a_tensor_that_was_left_on_the_host_is_found(rehearse) -> None:
    import torch

    assert rehearse(lambda x, session: x @ torch.ones(4, 4))
    assert rehearse(lambda x, session: x + torch.ones(4, 4))
    assert any("on cpu" in found for found in rehearse(lambda x, session: torch.ones(4, 4).sum() + x))
    assert rehearse(lambda x, session: x @ torch.ones(4, 4, device=session.device)) == []


def test_weights_made_with_the_session_are_on_the_device() -> None:
    from gpubench.backends.torch.rehearsal import rehearse

    def build(session):
        w = session.weight(X)
        return Step(lambda x: x @ w, (X,))

    assert list(rehearse(build, "float32")) == []


def test_a_weight_that_is_copied_to_the_device_at_every_call_is_found(rehearse) -> None:
    assert any("on cpu" in found for found in rehearse(lambda x, session: x @ session.weight(X)))


def test_what_the_device_can_not_do_is_no_fault_of_the_step(rehearse) -> None:
    with pytest.raises(Unsupported, match="can't go through the step"):
        rehearse(lambda x, session: x.nonzero())
    with pytest.raises(Unsupported, match="no mixed precision"):
        rehearse(lambda x, session: session.autocast(), "bfloat16")


def test_operations_of_the_whole_step_are_counted() -> None:
    from gpubench.backends.torch import backend

    workload = importlib.import_module("gpubench_workloads.mnist_cnn_train").mnist_cnn_train
    runtime, params = backend.start(2, "cpu"), workload.sizes["smoke"]
    session = runtime.open("cpu", "float32", "eager")
    step = workload.builders["torch"](params, params.inputs(np.random.default_rng(0)), session)
    placed = [session.place(session.host(feed)) for feed in step.feeds]
    assert runtime.count_operations(lambda: step.call(*placed)) == params.work(4).flops
