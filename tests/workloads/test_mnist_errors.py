from __future__ import annotations

import numpy as np
import pytest

from gpubench.workload import Observed
from gpubench_workloads.mnist_cnn_train import MnistCnnTrain
from gpubench_workloads.mnist_errors import errors, tolerance
from gpubench_workloads.mnist_network import ALGORITHM_1, SHAPES
from gpubench_workloads.mnist_reference import train

UNITS = {"float64": 2.0**-53, "float32": 2.0**-24, "tf32": 2.0**-11, "bfloat16": 2.0**-8}
STEPS = 3


@pytest.fixture(params=UNITS)
def unit(request):
    return UNITS[request.param]


@pytest.fixture(scope="module")
def inputs():
    return MnistCnnTrain(8).inputs(np.random.default_rng(0))


@pytest.fixture
def excess(inputs, unit):
    """The worst error over the tolerance of what the reference would show, with other last weights or other losses."""
    reference = train(inputs, ALGORITHM_1, STEPS)

    def measure(weights=None, losses=None):
        calls = [{"loss": np.float64(loss)} for loss in (losses or reference.losses)]
        calls[-1] |= {**reference.weights, **(weights or {})}
        found = errors(reference, inputs.weights, Observed(tuple(calls), {}, unit))
        return max(np.inf if np.isnan(error) else error for error in found.values()) / tolerance(unit)

    return measure


@pytest.fixture
def reference(inputs):
    return train(inputs, ALGORITHM_1, STEPS)


def scaled(inputs, reference, factor):
    return {name: before + factor * (reference.weights[name] - before) for name, before in inputs.weights.items()}


def test_the_reference_is_right(excess):
    assert excess() <= 1e-5


@pytest.mark.parametrize("name", SHAPES)
def test_a_parameter_that_is_never_updated_is_refused(name, inputs, excess):
    assert excess({name: inputs.weights[name]}) > 5


@pytest.mark.parametrize("name", SHAPES)
def test_a_parameter_that_is_updated_the_wrong_way_is_refused(name, inputs, reference, excess):
    assert excess({name: scaled(inputs, reference, -1)[name]}) > 5


def test_a_step_left_out_is_refused(inputs, excess):
    assert excess(train(inputs, ALGORITHM_1, STEPS - 1).weights) > 3


@pytest.mark.parametrize("factor", [0.9, 1.1])
def test_a_rate_that_is_a_tenth_off_is_refused(factor, inputs, reference, excess):
    assert excess(scaled(inputs, reference, factor)) > 1.5


@pytest.mark.parametrize("step", range(STEPS))
def test_a_loss_that_is_half_as_large_again_is_refused(step, reference, excess):
    losses = [loss * (1.5 if at == step else 1) for at, loss in enumerate(reference.losses)]
    assert excess(losses=losses) > 1.2


def test_a_value_that_is_no_number_is_refused(reference, excess):
    assert excess({"bias 1": reference.weights["bias 1"] * np.nan}) == np.inf
    assert excess(losses=[np.nan, *reference.losses[1:]]) == np.inf


@pytest.mark.parametrize("precision", ["tf32", "bfloat16"])
def test_what_rounding_decides_near_a_zero_gradient_is_let_pass_in_narrow_types_only(precision, inputs, reference):
    """A twentieth of the weights, those with the smallest gradients, updated the wrong way."""
    weights = {}
    for name, before in inputs.weights.items():
        small = reference.slopes[name] <= np.quantile(reference.slopes[name], 0.05)
        weights[name] = np.where(small, 2 * before - reference.weights[name], reference.weights[name])
    calls = tuple({"loss": np.float64(loss), **weights} for loss in reference.losses)
    worst = {
        unit: max(errors(reference, inputs.weights, Observed(calls, {}, unit)).values()) / tolerance(unit)
        for unit in (UNITS["float32"], UNITS[precision])
    }
    assert worst[UNITS[precision]] < 0.7
    assert worst[UNITS["float32"]] > 5
