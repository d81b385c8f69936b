from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gpubench_workloads import mnist_network, mnist_tensorflow, mnist_torch
from gpubench_workloads.mnist_cnn_train import MnistCnnTrain, mnist_cnn_train, recipe, with_data
from gpubench_workloads.mnist_network import SHAPES

SMOKE = mnist_cnn_train.sizes["smoke"]

# What is tried: backend, mode, style, layout. torch's compile has a test of its own: it takes ten seconds.
IMPLEMENTATIONS = [
    ("torch", "eager", "raw", "native"),
    ("torch", "eager", "raw", "channels_last"),
    ("tensorflow", "graph", "raw", "native"),
    ("tensorflow", "eager", "raw", "native"),
    ("tensorflow", "xla", "raw", "native"),
    ("tensorflow", "graph", "keras", "native"),
    ("tensorflow", "eager", "keras", "native"),
    ("tensorflow", "xla", "keras", "native"),
]


def marked(implementations):
    return [pytest.param(one, id="-".join(one), marks=pytest.mark.framework(one[0])) for one in implementations]


@pytest.fixture(params=marked(IMPLEMENTATIONS))
def implementation(request):
    return request.param


@pytest.fixture(params=marked([IMPLEMENTATIONS[at] for at in (0, 2, 5)]))
def usual(request):
    """Each way the step is written, in its default mode."""
    return request.param


@pytest.fixture
def run(checked):
    """The cell of an implementation after its checked calls."""

    def go(implementation, params=SMOKE, precision="float32", plant=None, seed=0):
        backend, mode, style, layout = implementation
        made = replace(params, style=style, layout=layout)
        return checked(mnist_cnn_train, made, backend, mode, precision, seed, plant)

    return go


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_every_implementation_trains_rightly(implementation, precision, run):
    assert run(implementation, precision=precision).excess <= 0.6


def test_float16_trains_rightly(usual, run):
    assert run(usual, precision="float16").excess <= 0.6


def test_the_recipe_finds_all_implementations_equal_to_rounding(implementation, run):
    assert run(implementation, recipe(SMOKE), "float64").excess <= 1e-2


@pytest.mark.framework("torch")
def test_the_compiled_step_trains_rightly(run, cxx):
    assert run(("torch", "compile", "raw", "native")).excess <= 0.6


@pytest.mark.parametrize("batch", [1, 33])
def test_batches_of_any_size_train_rightly(usual, batch, run):
    assert run(usual, MnistCnnTrain(batch)).excess <= 0.6


@pytest.mark.parametrize(
    ("constant", "planted"),
    [
        ("EPSILON", 1e-8),
        ("EPSILON", 1.01e-7),
        ("BETA_1", 0.8999),
        ("BETA_2", 0.9989),
        ("BETA_2", 0.99901),
        ("RATE", 1.0001e-3),
    ],
)
def test_the_recipe_finds_wrong_constants_of_adam(usual, constant, planted, run, monkeypatch):
    for module in (mnist_torch, mnist_tensorflow):
        monkeypatch.setattr(module, constant, planted)
    assert run(usual, recipe(SMOKE), "float64").excess > 100


def test_the_recipe_finds_the_other_form_of_adam(usual, run):
    def other(step, session):
        forms = {"algorithm-1": "epsilon-hat", "epsilon-hat": "algorithm-1"}
        return replace(step, facts={**step.facts, "adam": forms[step.facts["adam"]]})

    assert run(usual, recipe(SMOKE), "float64", other).excess > 100


def frozen(index):
    """A step that never updates one of its parameters."""

    def plant(step, session):
        kept = step.state()[index : index + 1]
        before = session.copies(kept)

        def call(*feeds):
            output = step.call(*feeds)
            session.restore(kept, before)
            return output

        return replace(step, call=call)

    return plant


@pytest.mark.parametrize("index", range(len(SHAPES)), ids=list(SHAPES))
def test_a_parameter_that_is_never_updated_is_found_even_in_bfloat16(usual, index, run):
    assert run(usual, precision="bfloat16", plant=frozen(index)).excess > 5


@pytest.mark.framework("torch")
@pytest.mark.parametrize("precision", ["float64", "float32", "bfloat16"])
@pytest.mark.parametrize("index", range(len(SHAPES)), ids=list(SHAPES))
def test_a_missing_gradient_of_a_layer_is_found(index, precision, run):
    def plant(step, session):
        step.state()[index].register_hook(lambda gradient: 0 * gradient)
        return step

    assert run(IMPLEMENTATIONS[0], precision=precision, plant=plant).excess > 5


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_a_step_that_is_left_out_is_found(usual, precision, run):
    def plant(step, session):
        calls = []

        def call(*feeds):
            calls.append(1)
            before = session.copies(step.state())
            output = step.call(*feeds)
            if len(calls) == 2:
                session.restore(step.state(), before)
            return output

        return replace(step, call=call)

    assert run(usual, precision=precision, plant=plant).excess > 2


@pytest.mark.parametrize("precision", ["float32", "bfloat16", "float16"])
def test_shuffled_labels_are_found(usual, precision, run):
    def plant(step, session):
        images, labels = step.feeds
        return replace(step, feeds=(images, np.roll(labels, 1)))

    assert run(usual, precision=precision, plant=plant).excess > 2


@pytest.mark.framework("torch")
@pytest.mark.parametrize("precision", ["float64", "float32", "bfloat16"])
def test_other_padding_is_found(precision, run, monkeypatch):
    """A convolution padded by one on every side and cropped to the size it should have: all is shifted by one."""
    import torch

    class Padded(torch.nn.Conv2d):
        def forward(self, images):
            padded = torch.nn.functional.pad(images, (1, 0, 1, 0))
            return super().forward(padded)[:, :, :-1, :-1]

    monkeypatch.setattr(torch.nn, "Conv2d", Padded)
    assert run(IMPLEMENTATIONS[0], precision=precision).excess > 2


@pytest.mark.framework("torch")
@pytest.mark.parametrize("precision", ["float64", "float32", "bfloat16"])
def test_another_pooling_is_found(precision, run, monkeypatch):
    import torch

    monkeypatch.setattr(torch.nn, "MaxPool2d", torch.nn.AvgPool2d)
    assert run(IMPLEMENTATIONS[0], precision=precision).excess > 2


def test_the_loss_scale_of_float16_is_fixed(usual, run, monkeypatch):
    """A scale that adapts would skip the steps in which it overflows, and leave the weights as they were."""
    monkeypatch.setattr(mnist_network, "_LOSS_SCALES", {"float16": 2.0**30})
    overflowing = run(usual, precision="float16")
    assert overflowing.step.facts["loss scale"] == f"{2**30:g}"
    assert overflowing.excess == np.inf


def test_gradients_are_divided_by_the_loss_scale(usual, run, monkeypatch):
    """In float64 to the last bit: without the division epsilon would be 256 times too small."""
    monkeypatch.setattr(mnist_network, "_LOSS_SCALES", {"float64": 2.0**8})
    assert run(usual, recipe(SMOKE), "float64").excess <= 1e-2


def test_the_state_is_all_that_a_step_changes(usual, run):
    """Weights, moments and the count of steps: from a restored state the same steps follow."""
    done = run(usual)
    session, step = done.session, done.step
    with session.scope():
        feeds = [session.place(session.host(feed)) for feed in step.feeds]
        state = step.state()
        copies = session.copies(state)
        first = [step.observe(step.call(*feeds)) for _ in range(2)]
        session.restore(state, copies)
        again = [step.observe(step.call(*feeds)) for _ in range(2)]
    before = done.observed.calls[-1]
    for name in SHAPES:
        change = first[-1][name] - before[name]
        assert np.linalg.norm(again[-1][name] - first[-1][name]) <= 1e-3 * np.linalg.norm(change)
    assert [float(call["loss"]) for call in again] == pytest.approx([float(call["loss"]) for call in first], rel=1e-5)
    assert len(state) >= 3 * len(SHAPES) + 1


@pytest.mark.framework("torch")
@pytest.mark.parametrize("layout", ["native", "channels_last"])
def test_torch_computes_in_the_layout_that_is_asked_for(layout, run, monkeypatch):
    import torch

    seen = []
    convolve = torch.nn.Conv2d.forward

    def spy(self, images):
        found = convolve(self, images)
        seen.append(found.is_contiguous(memory_format=torch.channels_last))
        return found

    monkeypatch.setattr(torch.nn.Conv2d, "forward", spy)
    run(("torch", "eager", "raw", layout))
    assert seen == [layout == "channels_last"] * 6


@pytest.mark.framework("torch")
def test_operations_are_those_that_torch_counts(counted_flops):
    assert counted_flops(mnist_cnn_train, SMOKE) == SMOKE.work(4).flops


@pytest.mark.framework("tensorflow")
def test_keras_returns_to_the_host_and_says_so(run):
    raw, keras = (run(implementation) for implementation in (IMPLEMENTATIONS[2], IMPLEMENTATIONS[5]))
    assert raw.step.facts["returns"] == "the loss on the device"
    assert keras.step.facts["returns"] == "the loss on the host"


def test_weights_are_the_same_for_every_batch():
    small, large = (MnistCnnTrain(batch).inputs(np.random.default_rng(5)) for batch in (1, 64))
    for name in SHAPES:
        np.testing.assert_array_equal(small.weights[name], large.weights[name])


def test_synthetic_images_are_dense_and_labels_cover_the_digits():
    data = MnistCnnTrain(256).inputs(np.random.default_rng(0)).data
    assert np.abs(data["images"]).min() > 0
    assert set(data["labels"]) == set(range(10))


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_real_images_train_rightly(usual, precision, run, mnist):
    assert run(usual, with_data(MnistCnnTrain(16), str(mnist)), precision).excess <= 0.6


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"batch": 0}, "at least 1"),
        ({"batch": 8, "style": "lightning"}, "raw or keras"),
        ({"batch": 8, "layout": "NCHW"}, "native or channels_last"),
        ({"batch": 8, "dataset": "cifar"}, "synthetic"),
    ],
)
def test_parameters_without_sense_are_refused(arguments, says):
    with pytest.raises(ValueError, match=says):
        MnistCnnTrain(**arguments)
