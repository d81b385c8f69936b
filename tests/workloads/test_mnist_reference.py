from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gpubench_workloads import mnist_reference as module
from gpubench_workloads.mnist_cnn_train import MnistCnnTrain
from gpubench_workloads.mnist_network import ALGORITHM_1, BETA_1, BETA_2, EPSILON, EPSILON_HAT, RATE, SHAPES
from gpubench_workloads.mnist_reference import gradients, train, update

STEP = 1e-8  # small: a longer one crosses the kinks of ReLU and pooling


@pytest.fixture
def inputs():
    return MnistCnnTrain(4).inputs(np.random.default_rng(0))


def disagreement(inputs, name, gradient):
    """How far a gradient is off the central difference of the loss, over some directions in one parameter array."""
    rng = np.random.default_rng(1)
    worst = 0.0
    for _ in range(3):
        direction = rng.standard_normal(SHAPES[name])
        ahead, behind = (
            gradients({**inputs.weights, name: inputs.weights[name] + sign * STEP * direction}, *inputs.data.values())[
                0
            ]
            for sign in (1, -1)
        )
        slope = (ahead - behind) / (2 * STEP)
        worst = max(worst, abs(np.vdot(gradient, direction) - slope) / abs(slope))
    return worst


@pytest.mark.parametrize("name", SHAPES)
def test_gradients_agree_with_differences_of_the_loss(name, inputs):
    _, found = gradients(inputs.weights, *inputs.data.values())
    assert disagreement(inputs, name, found[name]) < 1e-5


@pytest.mark.parametrize("name", SHAPES)
def test_differences_would_show_a_gradient_that_is_missing_or_a_little_wrong(name, inputs):
    _, found = gradients(inputs.weights, *inputs.data.values())
    assert disagreement(inputs, name, np.zeros(SHAPES[name])) > 0.9
    assert disagreement(inputs, name, 1.001 * found[name]) > 1e-4


def test_the_loss_is_the_mean_cross_entropy():
    weights = {name: np.zeros(shape) for name, shape in SHAPES.items()}
    weights["dense bias"] = np.log(np.arange(1.0, 11))
    loss, _ = gradients(weights, np.ones((2, 28, 28, 1)), np.array([0, 9]))
    assert loss == pytest.approx(-(np.log(1 / 55) + np.log(10 / 55)) / 2)


def test_images_count_alike_however_they_are_cut_into_parts(inputs, monkeypatch):
    whole_loss, whole = gradients(inputs.weights, *inputs.data.values())
    monkeypatch.setattr(module, "_CHUNK", 3)
    loss, found = gradients(inputs.weights, *inputs.data.values())
    assert loss == pytest.approx(whole_loss, rel=1e-13)
    for name in SHAPES:
        np.testing.assert_allclose(found[name], whole[name], rtol=1e-9, atol=1e-13)


def test_a_tie_in_a_pooling_window_passes_the_gradient_once():
    flat, gradient = np.ones((1, 5, 5, 2)), np.random.default_rng(0).standard_normal((1, 2, 2, 2))
    spread = module._unpool(gradient, module._pool(flat), flat)
    np.testing.assert_array_equal(spread[:, :4:2, :4:2], gradient)
    assert np.count_nonzero(spread) == gradient.size


def test_the_first_update_is_the_rate_times_the_sign_but_for_epsilon():
    slope = np.array([3e-7, -2e-3, 5.0])
    moments = (1 - BETA_1) * slope, (1 - BETA_2) * slope**2
    plain = -RATE * slope / (np.abs(slope) + EPSILON)
    hat = -RATE * slope / (np.abs(slope) + EPSILON / np.sqrt(1 - BETA_2))
    np.testing.assert_allclose(update(*moments, 1, ALGORITHM_1), plain, rtol=1e-12)
    np.testing.assert_allclose(update(*moments, 1, EPSILON_HAT), hat, rtol=1e-12)


def test_training_follows_its_gradients_with_both_moments(inputs):
    trained = train(inputs, ALGORITHM_1, 2)
    loss, first = gradients(inputs.weights, *inputs.data.values())
    assert trained.losses[0] == loss
    name = "dense bias"
    middle = {key: inputs.weights[key] - RATE * first[key] / (np.abs(first[key]) + EPSILON) for key in SHAPES}
    _, second = gradients(middle, *inputs.data.values())
    mean = (BETA_1 * (1 - BETA_1) * first[name] + (1 - BETA_1) * second[name]) / (1 - BETA_1**2)
    square = (BETA_2 * (1 - BETA_2) * first[name] ** 2 + (1 - BETA_2) * second[name] ** 2) / (1 - BETA_2**2)
    wanted = middle[name] - RATE * mean / (np.sqrt(square) + EPSILON)
    np.testing.assert_allclose(trained.weights[name], wanted, rtol=1e-12)


def test_the_two_forms_of_adam_differ_by_little_and_not_by_nothing(inputs):
    one, other = train(inputs, ALGORITHM_1, 3), train(inputs, EPSILON_HAT, 3)
    apart = np.abs(one.weights["kernel 2"] - other.weights["kernel 2"]).max()
    assert 1e-9 < apart < RATE


def test_the_same_training_is_computed_once(inputs):
    again = MnistCnnTrain(4).inputs(np.random.default_rng(0))
    assert train(inputs, ALGORITHM_1, 2) is train(again, ALGORITHM_1, 2)
    changed = replace(inputs, data={**inputs.data, "labels": np.roll(inputs.data["labels"], 1)})
    assert train(changed, ALGORITHM_1, 2) is not train(inputs, ALGORITHM_1, 2)
    assert train(inputs, ALGORITHM_1, 1) is not train(inputs, ALGORITHM_1, 2)
    assert train(inputs, EPSILON_HAT, 2) is not train(inputs, ALGORITHM_1, 2)


def test_a_form_of_adam_that_is_not_known_is_refused(inputs):
    with pytest.raises(ValueError, match="epsilon-hat"):
        train(inputs, "amsgrad", 1)
