"""Layer norm over rows, forward, under PyTorch alone: y = gain (x - mean) / sqrt(variance + epsilon) + shift.

Ba, Kiros and Hinton 2016 (arXiv:1607.06450), equation 4. Mean and variance are those of each row; the variance divides
by the count.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gpubench import Inputs, Observed, Step, Work, Workload

EPSILON = 2.0**-17
_SINGLE = 2.0**-24


@dataclass(frozen=True)
class LayerNorm:
    """rows: of x. features: numbers in a row, BERT-base's by default (arXiv:1810.04805)."""

    rows: int
    features: int = 768

    def __post_init__(self) -> None:
        if self.rows < 1 or self.features < 2:
            raise ValueError("rows must be at least 1, and features at least 2")

    def inputs(self, rng: np.random.Generator, /) -> Inputs:
        """`x` (rows, features), standard normal about 1; `gain` and `shift` (features,)."""
        data = {"x": 1 + rng.standard_normal((self.rows, self.features))}
        return Inputs(data=data | {name: rng.standard_normal(self.features) for name in ("gain", "shift")})

    def work(self, width: int, /) -> Work:
        """7 operations a number: two sums, a difference, a square, two products, the shift; an item is a row."""
        numbers = self.rows * self.features
        return Work(flops=7.0 * numbers, bytes=float(width) * (2 * numbers + 2 * self.features), items=self.rows)

    def check(self, inputs: Inputs, observed: Observed, /) -> Mapping[str, float]:
        """`y`: largest error over the reference's root mean square."""
        x, gain, shift = (inputs.data[name] for name in ("x", "gain", "shift"))
        scale = np.sqrt(x.var(axis=1, keepdims=True) + EPSILON)
        want = gain * (x - x.mean(axis=1, keepdims=True)) / scale + shift
        return {"y": float(np.abs(observed.calls[-1]["y"] - want).max() / np.sqrt(np.mean(want**2)))}

    def tolerance(self, unit: float, /) -> float:
        """32 u + 64 u': u rounds the result, u' (float32's in any narrower type) the sums.

        Measured on a CPU: 5.6 u in narrow types, and 29 u' in float32, where results are up to 10 root mean squares.
        """
        return 32 * unit + 64 * min(unit, _SINGLE)


def in_torch(params: LayerNorm, inputs: Inputs, session: Any, /) -> Step:
    """`layer_norm` of `torch.nn.functional`."""
    import torch
    from torch.nn.functional import layer_norm as normalise

    def forward(x: torch.Tensor, gain: torch.Tensor, shift: torch.Tensor) -> torch.Tensor:
        return normalise(x, (params.features,), gain, shift, EPSILON)

    feeds = tuple(inputs.data[name] for name in ("x", "gain", "shift"))
    return Step(session.compile(forward), feeds, lambda y: {"y": session.fetch(y)})


layer_norm = Workload(
    name="layer_norm",
    summary="layer norm over rows, forward",
    axis="rows",
    item="row",
    sizes={"smoke": LayerNorm(16), "small": LayerNorm(512), "medium": LayerNorm(4096), "large": LayerNorm(32768)},
    builders={"torch": in_torch},
)
