"""What a convolution and its gradients are at sampled places, in NumPy float64.

Images are NHWC, kernels (height, width, in, out). The corners of the first and the last image are always sampled:
wrong padding and strides show there first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gpubench.workload import Array, Arrays

_POSITIONS, _CHANNELS = 256, 8

Places = tuple[Any, ...]
"""An index into a whole result, as NumPy takes it."""


@dataclass(frozen=True)
class Layer:
    """A convolution of square images with square kernels.

    side: height and width of the images. taps: height and width of the kernel. padding: zeros on each side.
    """

    side: int
    channels_in: int
    channels_out: int
    taps: int
    stride: int = 1
    padding: int = 0

    @property
    def side_out(self) -> int:
        """Height and width of the output."""
        return (self.side + 2 * self.padding - self.taps) // self.stride + 1

    def shape(self, name: str, batch: int) -> tuple[int, int, int, int]:
        """Of the images `x`, the kernel `w` or the output `y`."""
        return {
            "x": (batch, self.side, self.side, self.channels_in),
            "w": (self.taps, self.taps, self.channels_in, self.channels_out),
            "y": (batch, self.side_out, self.side_out, self.channels_out),
        }[name]

    def terms(self, name: str, batch: int) -> int:
        """How many products the longest sum of a result has: `y`, `dx` or `dw`."""
        return {
            "y": self.taps**2 * self.channels_in,
            "dx": self.taps**2 * self.channels_out,
            "dw": batch * self.side_out**2,
        }[name]


def sample_y(layer: Layer, data: Arrays, rng: np.random.Generator) -> tuple[Places, Array]:
    """All channels of the output y[n, i, j] = sum over taps a, b of x[n, s i + a - p, s j + b - p] w[a, b]."""
    image, row, column = _positions(rng, len(data["x"]), layer.side_out)
    taps = np.arange(layer.taps) - layer.padding
    patches = _gathered(data["x"], image, layer.stride * row[:, None] + taps, layer.stride * column[:, None] + taps)
    return (image, row, column), patches @ data["w"].reshape(-1, layer.channels_out)


def sample_dx(layer: Layer, data: Arrays, rng: np.random.Generator) -> tuple[Places, Array]:
    """All channels of the gradient of the images, dx[n, h, l] = sum of dy[n, (h + p - a) / s, (l + p - b) / s] w[a, b].

    The sum is over the taps a, b for which both quotients are whole and within the output.
    """
    image, row, column = _positions(rng, len(data["x"]), layer.side)
    taps = np.arange(layer.taps) - layer.padding
    patches = _gathered(data["dy"], image, row[:, None] - taps, column[:, None] - taps, layer.stride)
    return (image, row, column), patches @ data["w"].transpose(0, 1, 3, 2).reshape(-1, layer.channels_in)


def sample_dw(layer: Layer, data: Arrays, rng: np.random.Generator) -> tuple[Places, Array]:
    """All taps of the gradient of the kernel between some channels in and some channels out.

    dw[a, b] = sum over n, i, j of x[n, s i + a - p, s j + b - p] dy[n, i, j].
    """
    taps, stride, edge = layer.taps, layer.stride, layer.padding
    ins = np.sort(rng.choice(layer.channels_in, min(_CHANNELS, layer.channels_in), replace=False))
    outs = np.sort(rng.choice(layer.channels_out, min(_CHANNELS, layer.channels_out), replace=False))
    x = np.pad(data["x"][..., ins], ((0, 0), (edge, edge), (edge, edge), (0, 0)))
    dy = data["dy"][..., outs]
    reach = stride * (layer.side_out - 1) + 1
    want = np.empty((taps, taps, len(ins), len(outs)))
    for a, b in np.ndindex(taps, taps):
        want[a, b] = np.tensordot(x[:, a : a + reach : stride, b : b + reach : stride], dy, axes=([0, 1, 2], [0, 1, 2]))
    return (slice(None), slice(None), ins[:, None], outs), want


SAMPLES: Mapping[str, Callable[[Layer, Arrays, np.random.Generator], tuple[Places, Array]]] = {
    "y": sample_y,
    "dx": sample_dx,
    "dw": sample_dw,
}


def _positions(rng: np.random.Generator, batch: int, side: int) -> tuple[Array, Array, Array]:
    """Image, row and column of the places to look at: random ones, and the corners of the first and the last image."""
    corners = np.array([(n, i, j) for n in (0, batch - 1) for i in (0, side - 1) for j in (0, side - 1)])
    places = np.concatenate([corners, rng.integers((batch, side, side), size=(_POSITIONS, 3))])
    return places[:, 0], places[:, 1], places[:, 2]


def _gathered(images: Array, image: Array, rows: Array, columns: Array, stride: int = 1) -> Array:
    """For each place the values at its rows / stride and columns / stride, zero off the grid and off the image.

    rows, columns: (places, taps). The result: (places, taps * taps * channels).
    """
    side = images.shape[1]
    known = [(at % stride == 0) & (at >= 0) & (at < stride * side) for at in (rows, columns)]
    row, column = (np.clip(at // stride, 0, side - 1) for at in (rows, columns))
    patches = images[image[:, None, None], row[:, :, None], column[:, None, :]]
    inside = known[0][:, :, None] & known[1][:, None, :]
    values: Array = (patches * inside[..., None]).reshape(len(image), -1)
    return values
