"""A matrix product C = A B of n x k and k x m, square or in the shape of a real network's layer.

The check holds whole rows of C, as many as 2^32 operations buy (all of them up to 1024 x 1024), to NumPy's float64
product, and the product with a Gaussian block, C V, to A (B V), which costs little and sees every entry. The block
alone would not do: one flipped sign among thousands of entries disappears in the rounding of bfloat16.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gpubench.workload import PRECISIONS, Array, Grid, Inputs, Observed, Step, Work, Workload

if TYPE_CHECKING:
    from gpubench.backends.tensorflow.session import TensorflowSession
    from gpubench.backends.torch.session import TorchSession

SHAPES: Mapping[str, tuple[int, int]] = {
    "bert-ffn": (768, 3072),
    "alexnet-fc6": (9216, 4096),
    "resnet50-fc": (2048, 1000),
    "mnist-dense": (1600, 10),
}
"""k and m of layers; n is then the batch (times the sequence length in BERT).

bert-ffn: first product of BERT-base's feed-forward block (Devlin et al. 2018, arXiv:1810.04805, hidden size 768).
alexnet-fc6: 6 x 6 x 256 features to 4096 (Krizhevsky et al. 2012). resnet50-fc: to 1000 classes (He et al. 2015,
arXiv:1512.03385). mnist-dense: the dense layer of `mnist_cnn_train`.
"""

_CHECKED_FLOPS = 2**32
_SINGLE = 2.0**-24
_MODES = ("eager", "compile", "cuda-graph", "graph", "xla")


@dataclass(frozen=True)
class Matmul:
    """n: rows of A and C. shape: `square` (k = m = n), or a name in `SHAPES`."""

    n: int
    shape: str = "square"

    def __post_init__(self) -> None:
        if self.n < 1:
            raise ValueError("n must be at least 1")
        if self.shape != "square" and self.shape not in SHAPES:
            raise ValueError(f"shape is square, {', '.join(SHAPES)}")

    @property
    def k(self) -> int:
        """Columns of A, rows of B: the length of each sum."""
        return self.n if self.shape == "square" else SHAPES[self.shape][0]

    @property
    def m(self) -> int:
        """Columns of B and C."""
        return self.n if self.shape == "square" else SHAPES[self.shape][1]

    def inputs(self, rng: np.random.Generator, /) -> Inputs:
        """`a` (n, k) and `b` (k, m), standard normal."""
        return Inputs(data={"a": rng.standard_normal((self.n, self.k)), "b": rng.standard_normal((self.k, self.m))})

    def work(self, width: int, /) -> Work:
        """2 n k m operations; A and B read once, C written once; an item is a row of A."""
        n, k, m = self.n, self.k, self.m
        return Work(flops=2.0 * n * k * m, bytes=float(width) * (n * k + k * m + n * m), items=n)

    def check(self, inputs: Inputs, observed: Observed, /) -> dict[str, float]:
        """`rows`: of whole rows of C. `block`: of C V against A (B V). Each over the reference's root mean square."""
        a, b, c = inputs.data["a"], inputs.data["b"], observed.calls[-1]["c"]
        if c.shape != (self.n, self.m):
            return {"rows": math.inf, "block": math.inf}
        rng = np.random.default_rng(self.n)
        rows = self._checked_rows(rng)
        block = rng.standard_normal((self.m, 4))
        return {"rows": _error(c[rows], a[rows] @ b), "block": _error(c @ block, a @ (b @ block))}

    def _checked_rows(self, rng: np.random.Generator) -> Array:
        count = _CHECKED_FLOPS // (2 * self.k * self.m)
        if count >= self.n:
            return np.arange(self.n)
        return np.union1d(rng.choice(self.n, size=max(count, 2), replace=False), [0, self.n - 1])

    def tolerance(self, unit: float, /) -> float:
        """16 u + 16 sqrt(k) u', u' the unit of the sums: float32's in any narrower type.

        Rounding the result errs by u of an entry, and the largest of millions of Gaussian entries is 5 to 6 root
        mean squares: 4.1 u was measured where it is rounded to nearest, 8.9 u in TensorFlow's bfloat16, and TF32,
        which may cut its operands off, can reach about 10 u. A plain running sum of k terms reached
        4.1 sqrt(k) u' (XLA on a CPU), blocked ones 1.5 sqrt(k) u'. TF32 in float32's place errs by 10 times this
        and more.
        """
        return 16 * unit + 16 * math.sqrt(self.k) * min(unit, _SINGLE)


def _error(got: Array, want: Array) -> float:
    return float(np.abs(got - want).max() / np.sqrt(np.mean(want**2)))


def torch_step(params: Matmul, inputs: Inputs, session: TorchSession, /) -> Step:
    """`torch.matmul` of two tensors of the compute type."""
    import torch

    def product(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        return torch.matmul(a, b)

    return Step(session.compile(product), _feeds(inputs), lambda c: {"c": session.fetch(c)})


def tensorflow_step(params: Matmul, inputs: Inputs, session: TensorflowSession, /) -> Step:
    """`tf.matmul` of two tensors of the compute type."""
    import tensorflow as tf

    def product(a: Any, b: Any) -> Any:
        return tf.matmul(a, b)

    return Step(session.compile(product), _feeds(inputs), lambda c: {"c": session.fetch(c)})


def _feeds(inputs: Inputs) -> tuple[Array, Array]:
    return inputs.data["a"], inputs.data["b"]


matmul = Workload(
    name="matmul",
    sizes={
        **{name: Matmul(n) for name, n in (("smoke", 64), ("small", 256), ("medium", 1024), ("large", 2048))},
        **{str(n): Matmul(n) for n in (32, 512, 4096, 8192)},
    },
    axis="n",
    builders={"torch": torch_step, "tensorflow": tensorflow_step},
    summary="a matrix product, square or in the shape of a real layer",
    item="row",
    flops_are_floor=True,  # what multiplies less (Strassen) is in no framework
    presets={
        "quick": (Grid(sizes=("smoke", "small", "medium", "large")), Grid(sizes=("4096",), accelerated=True)),
        "standard": (
            Grid(sizes=("smoke", "small", "medium", "large")),
            Grid(sizes=("small",), precisions=("bfloat16",)),
            Grid(sizes=("small",), params={"shape": ("bert-ffn",)}),
            Grid(sizes=("4096", "8192"), accelerated=True),
            Grid(sizes=("large", "4096", "8192"), precisions=("tf32", "bfloat16", "float16"), accelerated=True),
        ),
        "thorough": (
            Grid(sizes=("32", "smoke", "small", "512", "medium", "large", "4096", "8192")),
            Grid(sizes=("smoke", "small", "512", "medium"), precisions=PRECISIONS, modes=_MODES),
            Grid(sizes=("large", "4096", "8192"), precisions=PRECISIONS, accelerated=True),
            Grid(sizes=("smoke", "small", "medium"), params={"shape": tuple(SHAPES)}),
            Grid(sizes=("smoke", "small", "medium", "large"), data=("host",)),
        ),
    },
)
