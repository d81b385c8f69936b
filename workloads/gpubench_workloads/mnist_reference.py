"""The seed network's training in NumPy float64: what every implementation of it is held to.

Gradients are derived by hand: a reference that shared its differentiation with a framework would share its faults.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from gpubench.workload import Array, Arrays, Inputs
from gpubench_workloads.mnist_network import ALGORITHM_1, BETA_1, BETA_2, EPSILON, EPSILON_HAT, RATE, SHAPES

_CHUNK = 16
"""Images at a time: twice as many take twice the time, with arrays so large that each comes on fresh pages."""


@dataclass(frozen=True)
class Trained:
    """The reference's answer.

    losses: one a step, before its update. weights: after the last step. slopes: the size of each weight's gradient, as
    the root of Adam's uncorrected second moment.
    """

    losses: tuple[float, ...]
    weights: Arrays
    slopes: Arrays


@dataclass(frozen=True)
class _Problem:
    """What decides a training run; equal where the digests are, without comparing arrays."""

    digest: str
    form: str
    steps: int
    inputs: Inputs = field(compare=False)


def train(inputs: Inputs, form: str, steps: int) -> Trained:
    """`steps` training steps on one batch, from `inputs.weights`, in a form of Adam.

    inputs.data: `images` (batch, 28, 28, 1) and `labels` (batch,). Remembered in this process by inputs and form.
    Raises ValueError for a form that is neither of the two.
    """
    if form not in (EPSILON_HAT, ALGORITHM_1):
        raise ValueError(f"Adam is '{EPSILON_HAT}' or '{ALGORITHM_1}', not '{form}'")
    digest = hashlib.sha256()
    for arrays in (inputs.data, inputs.weights):
        for name, array in sorted(arrays.items()):
            digest.update(f"{name} {array.dtype} {array.shape}".encode())
            digest.update(array.tobytes())
    return _train(_Problem(digest.hexdigest(), form, steps, inputs))


@lru_cache(maxsize=8)
def _train(problem: _Problem) -> Trained:
    images, labels = problem.inputs.data["images"].astype(np.float64), problem.inputs.data["labels"]
    weights = {name: problem.inputs.weights[name].astype(np.float64) for name in SHAPES}
    means = {name: np.zeros(shape) for name, shape in SHAPES.items()}
    squares = {name: np.zeros(shape) for name, shape in SHAPES.items()}
    losses = []
    for step in range(1, problem.steps + 1):
        loss, slopes = gradients(weights, images, labels)
        losses.append(loss)
        for name, slope in slopes.items():
            means[name] = BETA_1 * means[name] + (1 - BETA_1) * slope
            squares[name] = BETA_2 * squares[name] + (1 - BETA_2) * slope**2
            weights[name] = weights[name] + update(means[name], squares[name], step, problem.form)
    return Trained(tuple(losses), weights, {name: np.sqrt(square) for name, square in squares.items()})


def update(mean: Array, square: Array, step: int, form: str) -> Array:
    """What Adam adds to a parameter at the `step`-th step (from 1), given its two moments."""
    correction_1, correction_2 = 1 - BETA_1**step, np.sqrt(1 - BETA_2**step)
    epsilon = EPSILON if form == EPSILON_HAT else EPSILON * correction_2
    change: Array = -RATE * correction_2 / correction_1 * mean / (np.sqrt(square) + epsilon)
    return change


def gradients(weights: Arrays, images: Array, labels: Array) -> tuple[float, dict[str, Array]]:
    """The mean loss of a batch and its gradient with respect to each parameter."""
    loss, total = 0.0, {name: np.zeros(shape) for name, shape in SHAPES.items()}
    for start in range(0, len(images), _CHUNK):
        part = slice(start, start + _CHUNK)
        part_loss, part_gradients = _summed(weights, images[part], labels[part], 1 / len(images))
        loss += part_loss
        for name, gradient in part_gradients.items():
            total[name] += gradient
    return loss, total


def _summed(weights: Arrays, images: Array, labels: Array, share: float) -> tuple[float, dict[str, Array]]:
    """The loss of some images and its gradients, each image weighing `share`."""
    kernel_1, kernel_2 = weights["kernel 1"].reshape(9, 32), weights["kernel 2"].reshape(288, 64)
    columns_1 = _columns(images)
    active_1 = _relu(columns_1 @ kernel_1, weights["bias 1"]).reshape(-1, 26, 26, 32)
    pooled_1 = _pool(active_1)
    columns_2 = _columns(pooled_1)
    active_2 = _relu(columns_2 @ kernel_2, weights["bias 2"]).reshape(-1, 11, 11, 64)
    pooled_2 = _pool(active_2)
    features = pooled_2.reshape(-1, 1600)
    loss, d_logits = _cross_entropy(features @ weights["dense kernel"] + weights["dense bias"], labels)
    d_logits *= share
    d_pooled_2 = (d_logits @ weights["dense kernel"].T).reshape(pooled_2.shape)
    d_2 = _unpool(d_pooled_2, pooled_2, active_2).reshape(-1, 64)
    d_pooled_1 = _scattered(d_2 @ kernel_2.T, pooled_1.shape)
    d_1 = _unpool(d_pooled_1, pooled_1, active_1).reshape(-1, 32)
    found = (columns_1.T @ d_1, d_1.sum(0), columns_2.T @ d_2, d_2.sum(0), features.T @ d_logits, d_logits.sum(0))
    return share * loss, {name: array.reshape(SHAPES[name]) for name, array in zip(SHAPES, found, strict=True)}


def _cross_entropy(logits: Array, labels: Array) -> tuple[float, Array]:
    """The sum over images of -log softmax(logits)[label], and its gradient: softmax less one at the label."""
    logits = logits - logits.max(axis=1, keepdims=True)
    log_softmax = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    rows = np.arange(len(labels))
    slope = np.exp(log_softmax)
    slope[rows, labels] -= 1
    return -float(log_softmax[rows, labels].sum()), slope


def _relu(products: Array, bias: Array) -> Array:
    """In place: fresh pages for arrays of this size cost more than the arithmetic."""
    products += bias
    return np.maximum(products, 0, out=products)


def _columns(images: Array) -> Array:
    """Each 3 x 3 patch as a row in the order of a kernel's first axes: (batch * height * width, 9 * channels)."""
    windows = np.lib.stride_tricks.sliding_window_view(images, (3, 3), axis=(1, 2))
    return windows.transpose(0, 1, 2, 4, 5, 3).reshape(-1, 9 * images.shape[3])


def _scattered(columns: Array, shape: tuple[int, ...]) -> Array:
    """The transpose of `_columns`: every patch added back where it was taken from."""
    batch, height, width, channels = shape
    patches = columns.reshape(batch, height - 2, width - 2, 3, 3, channels)
    images = np.zeros(shape)
    for row in range(3):
        for column in range(3):
            images[:, row : row + height - 2, column : column + width - 2] += patches[:, :, :, row, column]
    return images


def _corners(images: Array) -> list[Array]:
    """Views of the four places of each 2 x 2 window, in reading order; an odd last row or column is in none."""
    height, width = images.shape[1] // 2 * 2, images.shape[2] // 2 * 2
    return [images[:, row:height:2, column:width:2] for row in (0, 1) for column in (0, 1)]


def _pool(images: Array) -> Array:
    first, second, third, fourth = _corners(images)
    pooled: Array = np.maximum(np.maximum(first, second), np.maximum(third, fourth))
    return pooled


def _unpool(gradient: Array, pooled: Array, images: Array) -> Array:
    """The gradient of the pooled values at the first largest of each window, zero elsewhere and where ReLU is shut."""
    spread = np.zeros_like(images)
    left = np.where(pooled > 0, gradient, 0)
    for source, target in zip(_corners(images), _corners(spread), strict=True):
        np.multiply(left, source == pooled, out=target)
        left -= target
    return spread
