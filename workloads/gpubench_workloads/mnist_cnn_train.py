"""One full training step of the seed network of `mnist_network`: forward pass, loss, gradients, Adam.

Styles: `raw` is a step written out (a PyTorch loop's body, a `tf.function` with a tape), `keras` is `train_on_batch` of
a compiled Keras model, which also brings the loss back to the host.

Below float32 training is mixed precision, the same on every side. Weights and Adam's moments are in float32. Images are
in the narrow type, kernels and biases are cast to it at each use, and so all activations and their gradients are in it,
and the products that give a weight's gradient. The logits are widened to float32 for softmax and loss, a weight's
gradient for Adam. float16 multiplies the loss with a fixed scale and divides the float32 gradients by it before Adam.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from gpubench.errors import UsageError
from gpubench.workload import PRECISIONS, Grid, Inputs, Observed, Work, Workload
from gpubench_workloads import mnist_files
from gpubench_workloads.mnist_errors import errors, tolerance
from gpubench_workloads.mnist_network import initial_weights, training_work
from gpubench_workloads.mnist_reference import train
from gpubench_workloads.mnist_tensorflow import tensorflow_step
from gpubench_workloads.mnist_torch import torch_step

SYNTHETIC = "synthetic"
_STYLES, _LAYOUTS = ("raw", "keras"), ("native", "channels_last")
_MODES = ("eager", "compile", "cuda-graph", "graph", "xla")


@dataclass(frozen=True)
class MnistCnnTrain:
    """batch: images a step. style, layout: `_STYLES`, `_LAYOUTS`; `native` is NCHW in PyTorch, NHWC in TensorFlow.

    dataset: `synthetic`, or `mnist:<hash>` for the user's files, which `data_dir` then says where to find.
    """

    batch: int
    style: str = "raw"
    layout: str = "native"
    dataset: str = SYNTHETIC
    data_dir: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        if self.batch < 1:
            raise ValueError("batch must be at least 1")
        if self.style not in _STYLES:
            raise ValueError(f"style is {' or '.join(_STYLES)}")
        if self.layout not in _LAYOUTS:
            raise ValueError(f"layout is {' or '.join(_LAYOUTS)}")
        if self.dataset != SYNTHETIC and not self.dataset.startswith("mnist:"):
            raise ValueError("dataset is synthetic, or mnist:<hash> with --data-dir")

    def inputs(self, rng: np.random.Generator, /) -> Inputs:
        """`images` (batch, 28, 28, 1) and `labels` (batch,); the weights of `mnist_network.SHAPES`.

        Synthetic images are dense Gaussian and labels uniform; real ones are drawn without replacement, pixels from
        0 to 1. The weights are drawn first, so they are the same for every batch and data set.
        Raises UsageError where the files are needed and are not there.
        """
        weights = initial_weights(rng)
        if self.dataset == SYNTHETIC:
            images, labels = rng.standard_normal((self.batch, 28, 28, 1)), rng.integers(10, size=self.batch)
        else:
            mnist = _files(self)
            chosen = rng.choice(len(mnist.images), size=self.batch, replace=False)
            images, labels = mnist.images[chosen, ..., None] / 255, mnist.labels[chosen].astype(np.int64)
        return Inputs(data={"images": images, "labels": labels}, weights=weights)

    def work(self, width: int, /) -> Work:
        """As `mnist_network.training_work` derives it; an item is an image."""
        return training_work(self.batch, width)

    def check(self, inputs: Inputs, observed: Observed, /) -> dict[str, float]:
        """Of the losses, of the whole update and of each parameter's, as `mnist_errors.errors` defines them."""
        return errors(train(inputs, observed.facts["adam"], len(observed.calls)), inputs.weights, observed)

    def tolerance(self, unit: float, /) -> float:
        """As `mnist_errors.tolerance` justifies it."""
        return tolerance(unit)


def _files(params: MnistCnnTrain) -> mnist_files.Mnist:
    if not params.data_dir:
        raise UsageError(f"dataset={params.dataset} needs its files", "say where they are with --data-dir")
    return mnist_files.read(params.data_dir)


def with_data(params: MnistCnnTrain, data_dir: str) -> MnistCnnTrain:
    """The parameters bound to the MNIST files in `data_dir`.

    Raises UsageError where nothing usable is there, where a batch wants more images than there are (none is shown
    twice in a batch), and where the parameters name other data than the files hold.
    """
    mnist = mnist_files.read(data_dir)
    if params.batch > len(mnist.images):
        raise UsageError(
            f"batch={params.batch} is more than the {len(mnist.images)} images of {mnist.source}",
            "choose smaller batches with --size, or leave out --data-dir",
        )
    if params.dataset not in (SYNTHETIC, mnist.name):
        raise UsageError(f"{mnist.source} is {mnist.name}, not {params.dataset}", "name the files of the first run")
    return replace(params, dataset=mnist.name, data_dir=data_dir)


def recipe(params: MnistCnnTrain) -> MnistCnnTrain:
    """The small twin for float64: the same style and layout on 8 synthetic images."""
    return MnistCnnTrain(8, params.style, params.layout)


_SWEEP = tuple(str(2**power) for power in range(11))

mnist_cnn_train = Workload(
    name="mnist_cnn_train",
    sizes={
        **{name: MnistCnnTrain(n) for name, n in (("smoke", 8), ("small", 32), ("medium", 128), ("large", 512))},
        **{name: MnistCnnTrain(int(name)) for name in _SWEEP},
    },
    axis="batch",
    builders={"torch": torch_step, "tensorflow": tensorflow_step},
    summary="a full training step of a small convolutional network, with Adam",
    item="image",
    presets={
        "quick": (
            Grid(sizes=("small", "medium")),
            Grid(sizes=("medium",), params={"style": ("keras",)}),
        ),
        "standard": (
            Grid(sizes=("smoke", "small", "medium", "large")),
            Grid(sizes=("medium",), params={"style": ("keras",)}),
            Grid(sizes=("small",), modes=("compile", "xla")),
            Grid(sizes=("small",), precisions=("bfloat16",)),
            Grid(sizes=("medium",), params={"layout": ("channels_last",)}),
            Grid(sizes=("medium",), data=("host",)),
            Grid(sizes=("small", "medium", "large"), modes=("cuda-graph",), accelerated=True),
            # Not eager: on a large GPU that waits for Python at every precision alike.
            Grid(sizes=("large",), precisions=("tf32", "bfloat16"), modes=("cuda-graph", "graph"), accelerated=True),
        ),
        "thorough": (
            Grid(sizes=_SWEEP, params={"style": _STYLES}),
            Grid(sizes=("small", "medium", "large"), params={"layout": ("channels_last",)}),
            Grid(sizes=("small", "medium", "large"), params={"style": _STYLES}, modes=_MODES),
            Grid(sizes=("small", "medium"), params={"style": _STYLES}, precisions=PRECISIONS),
            Grid(sizes=("large",), precisions=PRECISIONS, modes=("cuda-graph", "graph"), accelerated=True),
            Grid(sizes=("small", "medium"), params={"style": _STYLES}, data=("host",)),
        ),
    },
    limits={"torch": {"style": ("raw",)}, "tensorflow": {"layout": ("native",)}},
    checked_calls=3,
    recipe=recipe,
    recipe_tolerance=tolerance(2.0**-53),
    with_data=with_data,
)
