"""Scaled dot-product attention of several heads: softmax(q k^T / sqrt(d)) v.

Vaswani et al. 2017 (arXiv:1706.03762), equation 1, without a mask and without dropout.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gpubench import Inputs, Observed, Step, Work, Workload
from gpubench.workload import Array

NAMES = ("q", "k", "v")
_SINGLE = 2.0**-24


@dataclass(frozen=True)
class Attention:
    """tokens: queries, and keys as well. heads, width: how many heads, and numbers each has for a token."""

    tokens: int
    heads: int = 8
    width: int = 64

    def __post_init__(self) -> None:
        if min(self.tokens, self.heads, self.width) < 1:
            raise ValueError("tokens, heads and width must be at least 1")

    def inputs(self, rng: np.random.Generator, /) -> Inputs:
        """`q`, `k`, `v` (heads, tokens, width), standard normal."""
        shape = (self.heads, self.tokens, self.width)
        return Inputs(data={name: rng.standard_normal(shape) for name in NAMES})

    def work(self, width: int, /) -> Work:
        """The two products, 2 operations a term; three arrays read, one written; an item is a token."""
        numbers = self.heads * self.tokens * self.width
        return Work(flops=4.0 * numbers * self.tokens, bytes=4.0 * width * numbers, items=self.tokens)

    def check(self, inputs: Inputs, observed: Observed, /) -> Mapping[str, float]:
        """`y`: largest error over the reference's root mean square, head by head: all scores at once may not fit."""
        got = observed.calls[-1]["y"]
        if got.shape != (self.heads, self.tokens, self.width):
            return {"y": math.inf}
        heads = zip(*(inputs.data[name] for name in NAMES), strict=True)
        want = np.stack([attended(*head) for head in heads])
        return {"y": float(np.abs(got - want).max() / np.sqrt(np.mean(want**2)))}

    def tolerance(self, unit: float, /) -> float:
        """48 u + 24 sqrt(n) u' for n tokens, u' the unit of sums: float32's in any narrower type.

        Measured on a CPU: 31 u in narrow types, where TensorFlow holds scores and weights in them, and 9.1 sqrt(n) u'
        in float32: the root mean square falls as 1 / sqrt(n), and the error of the largest weights does not.
        """
        return 48 * unit + 24 * math.sqrt(self.tokens) * min(unit, _SINGLE)


def attended(q: Array, k: Array, v: Array) -> Array:
    """One head: q, k, v (tokens, width) to (tokens, width)."""
    weights = q @ k.T / math.sqrt(q.shape[1])
    weights = np.exp(weights - weights.max(axis=1, keepdims=True))
    attended: Array = weights @ v / weights.sum(axis=1, keepdims=True)
    return attended


def feeds(inputs: Inputs) -> tuple[Array, ...]:
    """Of every framework: none of them wants another layout."""
    return tuple(inputs.data[name] for name in NAMES)


def in_torch(params: Attention, inputs: Inputs, session: Any, /) -> Step:
    """PyTorch's own function, which picks the kernel."""
    import torch
    from torch.nn.functional import scaled_dot_product_attention as attend

    def forward(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
        return attend(q, k, v)

    return Step(session.compile(forward), feeds(inputs), lambda y: {"y": session.fetch(y)})


def in_tensorflow(params: Attention, inputs: Inputs, session: Any, /) -> Step:
    """Two products with a softmax between: TensorFlow has no function for the whole."""
    import tensorflow as tf

    def forward(q: Any, k: Any, v: Any) -> Any:
        return tf.matmul(tf.nn.softmax(tf.matmul(q, k, transpose_b=True) / math.sqrt(params.width)), v)

    return Step(session.compile(forward), feeds(inputs), lambda y: {"y": session.fetch(y)})


attention = Workload(
    name="attention",
    summary="scaled dot-product attention, 8 heads of 64",
    axis="tokens",
    item="token",
    sizes={"smoke": Attention(32), "small": Attention(128), "medium": Attention(512), "large": Attention(2048)},
    builders={"torch": in_torch, "tensorflow": in_tensorflow},
)
