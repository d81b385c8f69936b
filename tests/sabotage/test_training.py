"""Training that is not the network or the optimiser that both frameworks are to share."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gpubench_workloads import mnist_tensorflow, mnist_torch
from gpubench_workloads.mnist_cnn_train import mnist_cnn_train

MODULES = {"torch": mnist_torch, "tensorflow": mnist_tensorflow}
DEFAULTS = {"torch": "eager", "tensorflow": "graph"}
RECIPE, OUTPUT = "the recipe in float64 is wrong: error of ", "the output is wrong: error of "


@pytest.fixture(params=[pytest.param(name, marks=pytest.mark.framework(name)) for name in DEFAULTS])
def trained(request, cell):
    """The answer for a training step under each framework, with a builder of one's own."""

    def answer(change=lambda step, session: step):
        build = mnist_cnn_train.builders[request.param]

        def builder(params, inputs, session):
            return change(build(params, inputs, session), session)

        found = cell(mnist_cnn_train, request.param, DEFAULTS[request.param], builder)
        assert found["status"] == "failed"
        assert "quantities" not in found
        return found["reason"]

    trained_module = MODULES[request.param]
    answer.module = trained_module
    return answer


# β₂, ε and the rate, changed by less than float32's rounding of the update lets anyone see.
@pytest.mark.parametrize(
    ("constant", "planted"), [("BETA_2", 0.9989), ("EPSILON", 1.01e-7), ("RATE", 1.0001e-3)], ids=str
)
def test_another_constant_of_the_optimiser(trained, monkeypatch, constant: str, planted: float):
    monkeypatch.setattr(trained.module, constant, planted)
    assert trained().startswith(RECIPE)


@pytest.mark.parametrize("constant", ["EPSILON", "RATE"])
def test_a_constant_that_is_ten_times_too_large(trained, monkeypatch, constant: str):
    monkeypatch.setattr(trained.module, constant, 10 * getattr(trained.module, constant))
    assert trained().startswith((RECIPE, OUTPUT))


def test_an_update_is_missing(trained):
    """The first kernel is put back after every step."""

    def frozen(step, session):
        kept = step.state()[:1]
        before = session.copies(kept)

        def call(*feeds):
            output = step.call(*feeds)
            session.restore(kept, before)
            return output

        return replace(step, call=call)

    assert trained(frozen).startswith(OUTPUT)


@pytest.mark.framework("torch")
def test_padding_that_is_not_the_other_frameworks(cell, monkeypatch):
    """Each image is padded on both sides and cropped at one: sizes are right, and all shifted by a pixel."""
    import torch

    class Shifted(torch.nn.Conv2d):
        def forward(self, images):
            return super().forward(torch.nn.functional.pad(images, (1, 1, 1, 1))[..., :-2, :-2])

    monkeypatch.setattr(torch.nn, "Conv2d", Shifted)
    answer = cell(mnist_cnn_train, "torch", "eager")
    assert answer["status"] == "failed"
    assert answer["reason"].startswith(OUTPUT)


@pytest.mark.framework("tensorflow")
def test_padding_of_the_other_kind(cell, monkeypatch):
    """SAME for VALID, cropped to the sizes of VALID at the upper left."""
    import tensorflow as tf

    convolve = tf.nn.conv2d

    def same(images, kernel, strides, padding):
        return convolve(images, kernel, strides, "SAME")[:, :-2, :-2]

    monkeypatch.setattr(tf.nn, "conv2d", same)
    answer = cell(mnist_cnn_train, "tensorflow", "graph")
    assert answer["status"] == "failed"
    assert answer["reason"].startswith(OUTPUT)
