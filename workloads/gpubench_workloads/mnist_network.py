"""The seed network, declared: its parameters, the constants of its training, and the work of one training step.

On NHWC images of 28 x 28 x 1 (the sizes behind the arrows are height, width, channels; padding is `valid`):

    convolution 3 x 3, 32 channels, ReLU   -> 26 x 26 x 32        convolution 3 x 3, 64 channels, ReLU   -> 11 x 11 x 64
    max pooling 2 x 2                      -> 13 x 13 x 32        max pooling 2 x 2 (the last row lost)  -> 5 x 5 x 64
    flatten                                -> 1600                dense                                  -> 10 logits

The loss is the mean over the batch of the cross-entropy between the softmax of the logits and the labels.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from gpubench.workload import Array, Work

SHAPES: Mapping[str, tuple[int, ...]] = {
    "kernel 1": (3, 3, 1, 32),
    "bias 1": (32,),
    "kernel 2": (3, 3, 32, 64),
    "bias 2": (64,),
    "dense kernel": (1600, 10),
    "dense bias": (10,),
}
"""The 34,826 parameters. A convolution's kernel is height, width, in, out; the dense kernel has NHWC rows."""

RATE, BETA_1, BETA_2, EPSILON = (float(np.float32(constant)) for constant in (0.001, 0.9, 0.999, 1e-7))
"""Adam's constants as float32 has them, on every side: Keras rounds its own to float32 even in float64."""

EPSILON_HAT, ALGORITHM_1 = "epsilon-hat", "algorithm-1"
"""The two forms of Adam in Kingma and Ba 2014 (arXiv:1412.6980). Algorithm 1 corrects the bias of the second moment
before epsilon is added to its root (PyTorch). The form at the end of section 2 moves both corrections into the rate,
so that epsilon meets the uncorrected root (Keras). The work is the same; so is the result where epsilon is small."""

_LOSS_SCALES: Mapping[str, float] = {"float16": 2.0**8}


def loss_scale(precision: str) -> float:
    """What the loss is multiplied with before differentiation and the gradients are divided by; 1 but in float16.

    Fixed, since a scale that adapts skips steps, and with them work. At 2^8 the largest gradient of a batch of 1 stays
    20 times below float16's overflow; of a batch of 1024 no gradient of an activation is lost, and 0.8 % are subnormal.
    """
    return _LOSS_SCALES.get(precision, 1.0)


def facts(adam: str, precision: str, returns: str) -> dict[str, str]:
    """What a step of this training tells of itself; the reference follows `adam`."""
    return {"adam": adam, "loss scale": f"{loss_scale(precision):g}", "returns": returns}


def initial_weights(rng: np.random.Generator) -> dict[str, Array]:
    """Gaussian: kernels with variance 2 / fan-in (He et al. 2015, arXiv:1502.01852), biases with deviation 0.05.

    Biases usually start from zero; the check could not tell that from one that is missing.
    """
    return {name: rng.standard_normal(shape) * _deviation(shape) for name, shape in SHAPES.items()}


def _deviation(shape: tuple[int, ...]) -> float:
    return 0.05 if len(shape) == 1 else float(np.sqrt(2 / np.prod(shape[:-1])))


def training_work(batch: int, width: int) -> Work:
    """The work of one training step on `batch` images, with `width` bytes an element.

    flops: of the products alone. With f the operations of a layer forward, its weight gradient costs f and its
    input gradient f; the first layer needs no input gradient: 2 f1 + 3 f2 + 3 f3 (456,204,288 at a batch of 32).
    bytes: each product reads or writes its input, its kernel and its output (or their gradients) once, at the
    compute type's width, with ReLU, pooling and the loss fused into them; Adam reads gradient, weight and two
    moments and writes weight and moments, in float32 at least.
    """
    layers = (  # passes, input, kernel and output elements, terms in a sum
        (2, 28 * 28, 3 * 3 * 1 * 32, 26 * 26 * 32, 3 * 3 * 1),
        (3, 13 * 13 * 32, 3 * 3 * 32 * 64, 11 * 11 * 64, 3 * 3 * 32),
        (3, 1600, 1600 * 10, 10, 1600),
    )
    flops = sum(2.0 * passes * batch * outputs * terms for passes, _, _, outputs, terms in layers)
    traffic = sum(passes * (batch * (inputs + outputs) + kernel) for passes, inputs, kernel, outputs, _ in layers)
    parameters = sum(int(np.prod(shape)) for shape in SHAPES.values())
    return Work(flops=flops, bytes=float(width * traffic + max(width, 4) * 7 * parameters), items=batch)
