from __future__ import annotations

import math

import numpy as np
import pytest

from gpubench_workloads.mnist_network import BETA_1, BETA_2, EPSILON, RATE, SHAPES, initial_weights, training_work


def test_it_has_the_parameters_of_the_seed_network():
    weights = initial_weights(np.random.default_rng(0))
    assert {name: array.shape for name, array in weights.items()} == SHAPES
    assert sum(array.size for array in weights.values()) == 34_826


def test_weights_are_as_spread_as_their_fan_in_asks():
    weights = initial_weights(np.random.default_rng(0))
    assert np.std(weights["kernel 2"]) == pytest.approx(math.sqrt(2 / 288), rel=0.03)
    assert np.std(weights["dense kernel"]) == pytest.approx(math.sqrt(2 / 1600), rel=0.03)
    assert np.abs(weights["bias 2"]).min() > 0


def test_the_constants_are_the_usual_ones_and_exact_in_float32():
    constants = (RATE, BETA_1, BETA_2, EPSILON)
    assert constants == pytest.approx((0.001, 0.9, 0.999, 1e-7), rel=1e-7)
    assert all(float(np.float32(constant)) == constant for constant in constants)
    assert float(np.float32(1 - BETA_1)) == 1 - BETA_1
    assert float(np.float32(1 - BETA_2)) == 1 - BETA_2


def test_a_step_of_32_images_takes_456_million_operations():
    work = training_work(32, 4)
    assert work.flops == 456_204_288
    assert work.items == 32


def test_traffic_grows_by_an_image_s_activations_and_halves_with_the_width():
    per_image = 2 * (784 + 21632) + 3 * (5408 + 7744) + 3 * (1600 + 10)
    assert training_work(9, 4).bytes - training_work(8, 4).bytes == 4 * per_image
    adam = 4 * 7 * 34_826  # in float32 whatever the compute type
    assert training_work(8, 2).bytes - adam == (training_work(8, 4).bytes - adam) / 2
    assert training_work(8, 8).bytes == 2 * training_work(8, 4).bytes
