from __future__ import annotations

import itertools

import numpy as np
import pytest

from gpubench_workloads.conv2d_samples import SAMPLES, Layer

TINY = {
    "plain": Layer(6, 2, 3, 3),
    "padded": Layer(5, 3, 2, 3, padding=1),
    "strided": Layer(8, 2, 3, 3, stride=2, padding=1),
    "large taps": Layer(9, 1, 2, 5, stride=2, padding=2),
    "ragged": Layer(7, 2, 2, 2, stride=3),
    "one by one": Layer(5, 3, 4, 1, stride=2),
}


def by_definition(layer, x, w, dy):
    """Output and gradients by loops over every product of the definition."""
    y, dx, dw = np.zeros(layer.shape("y", len(x))), np.zeros_like(x), np.zeros_like(w)
    out, taps = range(layer.side_out), range(layer.taps)
    for n, i, j, a, b in itertools.product(range(len(x)), out, out, taps, taps):
        row, column = layer.stride * i + a - layer.padding, layer.stride * j + b - layer.padding
        if 0 <= row < layer.side and 0 <= column < layer.side:
            y[n, i, j] += x[n, row, column] @ w[a, b]
            dx[n, row, column] += w[a, b] @ dy[n, i, j]
            dw[a, b] += np.outer(x[n, row, column], dy[n, i, j])
    return {"y": y, "dx": dx, "dw": dw}


@pytest.fixture(params=TINY)
def layer(request):
    return TINY[request.param]


@pytest.fixture
def data(layer):
    rng = np.random.default_rng(0)
    shapes = {"x": layer.shape("x", 2), "w": layer.shape("w", 2), "dy": layer.shape("y", 2)}
    return {name: rng.standard_normal(shape) for name, shape in shapes.items()}


@pytest.mark.parametrize("name", SAMPLES)
def test_samples_are_what_the_definition_says(name, layer, data):
    full = by_definition(layer, data["x"], data["w"], data["dy"])[name]
    places, want = SAMPLES[name](layer, data, np.random.default_rng(1))
    assert want.size > 0
    np.testing.assert_allclose(full[places], want, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", ["y", "dx"])
def test_the_corners_of_the_first_and_the_last_image_are_among_the_samples(name, layer, data):
    places, _ = SAMPLES[name](layer, data, np.random.default_rng(1))
    last = (layer.side_out if name == "y" else layer.side) - 1
    corners = set(itertools.product((0, 1), (0, last), (0, last)))
    assert corners <= set(zip(*(axis.tolist() for axis in places), strict=True))


def test_sums_are_as_long_as_the_definition_makes_them():
    layer = Layer(224, 3, 64, 7, stride=2, padding=3)
    assert {name: layer.terms(name, 8) for name in SAMPLES} == {"y": 147, "dx": 3136, "dw": 8 * 112 * 112}
