"""A plug-in: a step of 100 products in a row, and the same step with so many more that it does p % more of its work.

Nothing is slept and nothing idles: the slower step issues 103, 105, 110 or 120 equal calls of one compiled function
where the plain one issues 100, so its time grows by exactly its extra work, what each call costs to issue included.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gpubench.session import Session
from gpubench.workload import Inputs, Observed, Step, Work, Workload

if TYPE_CHECKING:
    import torch

LINKS = 100
EXTRA = (0, 3, 5, 10, 20)
"""Links beyond 100, so per cent."""


@dataclass(frozen=True)
class Chain:
    """n: rows and columns of the matrices. extra: links beyond 100."""

    n: int
    extra: int = 0

    def __post_init__(self) -> None:
        if self.n < 1 or self.extra < 0:
            raise ValueError("n must be at least 1, extra at least 0")

    @property
    def links(self) -> int:
        """Products in a row."""
        return LINKS + self.extra

    def inputs(self, rng: np.random.Generator, /) -> Inputs:
        """`a`, standard normal, and `q`, a rotation: however many links, the product neither grows nor shrinks."""
        a = rng.standard_normal((self.n, self.n))
        q, _ = np.linalg.qr(rng.standard_normal((self.n, self.n)))
        return Inputs(data={"a": a, "q": q})

    def work(self, width: int, /) -> Work:
        """Of all links together; an item is a link."""
        n, links = self.n, self.links
        return Work(flops=2.0 * links * n**3, bytes=3.0 * width * links * n**2, items=links)

    def check(self, inputs: Inputs, observed: Observed, /) -> Mapping[str, float]:
        """Against A Q^links in float64, whose root mean square is that of A."""
        a, q = inputs.data["a"], inputs.data["q"]
        want = a @ np.linalg.matrix_power(q, self.links)
        return {"c": float(np.abs(observed.calls[-1]["c"] - want).max() / np.sqrt(np.mean(want**2)))}

    def tolerance(self, unit: float, /) -> float:
        """Each link rounds as a product does, 16 sqrt(n) u, and a rotation carries the errors on as they are."""
        return 16 * math.sqrt(self.n) * unit * math.sqrt(self.links)


def torch_step(params: Chain, inputs: Inputs, session: Session[Any], /) -> Step:
    """Links of `torch.matmul`."""
    import torch

    def product(a: torch.Tensor, q: torch.Tensor) -> torch.Tensor:
        return torch.matmul(a, q)

    return _step(params, inputs, session, session.compile(product))


def tensorflow_step(params: Chain, inputs: Inputs, session: Session[Any], /) -> Step:
    """Links of `tf.matmul`."""
    import tensorflow as tf

    def product(a: Any, q: Any) -> Any:
        return tf.matmul(a, q)

    return _step(params, inputs, session, session.compile(product))


def _step(params: Chain, inputs: Inputs, session: Session[Any], link: Callable[[Any, Any], Any]) -> Step:
    links = range(params.links)

    def call(a: Any, q: Any) -> Any:
        for _ in links:
            a = link(a, q)
        return a

    return Step(call, (inputs.data["a"], inputs.data["q"]), lambda c: {"c": session.fetch(c)})


chain = Workload(
    name="chain",
    sizes={"smoke": Chain(8), "small": Chain(16), "medium": Chain(128), "large": Chain(256)},
    axis="n",
    builders={"torch": torch_step, "tensorflow": tensorflow_step},
    summary="100 products in a row, and some more",
    item="link",
)
