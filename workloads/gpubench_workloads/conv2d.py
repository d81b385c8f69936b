"""A convolution of images in the shape of a real network's layer, forward alone or with both gradients.

The gradients are those with respect to the images and to the kernel, given the gradient of the output. Padding is
symmetric and explicit: TensorFlow's own SAME pads a strided layer more at the end than at the start, which no other
framework does.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from gpubench.workload import PRECISIONS, Arrays, Grid, Inputs, Observed, Step, Work, Workload
from gpubench_workloads.conv2d_samples import SAMPLES, Layer

if TYPE_CHECKING:
    import torch

    from gpubench.backends.tensorflow.session import TensorflowSession
    from gpubench.backends.torch.session import TorchSession

LAYERS: Mapping[str, Layer] = {
    "seed-conv1": Layer(28, 1, 32, 3),
    "seed-conv2": Layer(13, 32, 64, 3),
    "vgg16-conv1_2": Layer(224, 64, 64, 3, padding=1),
    "vgg16-conv3_2": Layer(56, 256, 256, 3, padding=1),
    "vgg16-conv5_1": Layer(14, 512, 512, 3, padding=1),
    "resnet50-conv1": Layer(224, 3, 64, 7, stride=2, padding=3),
    "resnet50-conv2-reduce": Layer(56, 256, 64, 1),
    "resnet50-conv3-shortcut": Layer(56, 256, 512, 1, stride=2),
    "resnet50-conv4-3x3": Layer(14, 256, 256, 3, padding=1),
    "resnet50-conv5-expand": Layer(7, 512, 2048, 1),
}
"""Seed: the two of `mnist_cnn_train`. VGG-16: Simonyan and Zisserman 2014 (arXiv:1409.1556), table 1, column D.
ResNet-50: He et al. 2015 (arXiv:1512.03385), table 1; the shortcut between stages is a 1 x 1 kernel with stride 2."""

FORWARD, BOTH = "forward", "forward+backward"
NATIVE, CHANNELS_LAST = "native", "channels_last"
_SINGLE = 2.0**-24
_MODES = ("eager", "compile", "cuda-graph", "graph", "xla")


@dataclass(frozen=True)
class Conv2d:
    """batch: images. layer: a name in `LAYERS`. pass: `forward`, or `forward+backward` for both gradients as well.

    layout: how the framework is given its tensors; `native` is NCHW in PyTorch and NHWC in TensorFlow.
    """

    batch: int
    layer: str = "seed-conv2"
    pass_: str = field(default=FORWARD, metadata={"name": "pass"})
    layout: str = NATIVE

    def __post_init__(self) -> None:
        if self.batch < 1:
            raise ValueError("batch must be at least 1")
        if self.layer not in LAYERS:
            raise ValueError(f"layer is one of {', '.join(LAYERS)}")
        if self.pass_ not in (FORWARD, BOTH):
            raise ValueError(f"pass is {FORWARD} or {BOTH}")
        if self.layout not in (NATIVE, CHANNELS_LAST):
            raise ValueError(f"layout is {NATIVE} or {CHANNELS_LAST}")

    @property
    def geometry(self) -> Layer:
        """The layer's numbers."""
        return LAYERS[self.layer]

    @property
    def results(self) -> tuple[str, ...]:
        """What the step returns, in order."""
        return ("y",) if self.pass_ == FORWARD else ("y", "dx", "dw")

    def inputs(self, rng: np.random.Generator, /) -> Inputs:
        """Standard normal: images `x` and the output's gradient `dy` (NHWC), kernel `w` (height, width, in, out)."""
        layer = self.geometry
        data = {name: rng.standard_normal(layer.shape(name, self.batch)) for name in ("x", "w")}
        if self.pass_ == BOTH:
            data["dy"] = rng.standard_normal(layer.shape("y", self.batch))
        return Inputs(data=data)

    def work(self, width: int, /) -> Work:
        """2 operations for each output, channel in and tap, taps on the padding included; an item is an image.

        Either gradient costs as much as the forward pass, and each of the three reads or writes an array of the
        size of the images, of the kernel and of the output once.
        """
        layer, passes = self.geometry, len(self.results)
        images, kernel, outputs = (math.prod(layer.shape(name, self.batch)) for name in ("x", "w", "y"))
        flops = 2.0 * outputs * layer.channels_in * layer.taps**2
        return Work(flops=passes * flops, bytes=float(passes * width * (images + kernel + outputs)), items=self.batch)

    def check(self, inputs: Inputs, observed: Observed, /) -> dict[str, float]:
        """`y`, `dx`, `dw`: error at sampled places over the reference's root mean square there.

        A gradient's error is scaled by the ratio of the output's bound to its own, so that one tolerance holds all.
        """
        errors = {}
        for name in self.results:
            got = observed.calls[-1].get(name)
            shape = self.geometry.shape(name.removeprefix("d"), self.batch)
            if got is None or got.shape != shape:
                errors[name] = math.inf
                continue
            places, want = SAMPLES[name](self.geometry, inputs.data, np.random.default_rng(self.batch))
            error = float(np.abs(got[places] - want).max() / np.sqrt(np.mean(want**2)))
            errors[name] = error * self._bound("y", observed.unit) / self._bound(name, observed.unit)
        return errors

    def tolerance(self, unit: float, /) -> float:
        """The bound of the output: 16 u + (64 + 16 sqrt(k)) u' for k terms, u' float32's unit in narrower types.

        Measured on a CPU: 5.5 u in narrow types, and in float32 5.3 sqrt(k) u'; the rest is for Winograd's and
        other fast algorithms, whose transforms err more than a plain sum. A gradient in a narrow type is held to
        128 u: TensorFlow's kernels for the CPU sum it in that type and reach 98 u. In float32 gradients reach
        6.9 sqrt(k) u'. A shifted or missing result errs by 1 and more.
        """
        return self._bound("y", unit)

    def _bound(self, name: str, unit: float) -> float:
        narrow = 128 if name != "y" and unit > _SINGLE else 16
        terms = self.geometry.terms(name, self.batch)
        return narrow * unit + (64 + 16 * math.sqrt(terms)) * min(unit, _SINGLE)


NCHW, NHWC = (0, 3, 1, 2), (0, 2, 3, 1)
"""Axes of an array in the other order, for a transposition of it."""
OIHW, OHWI, HWIO = (3, 2, 0, 1), (3, 0, 1, 2), (2, 3, 1, 0)
"""Axes of a kernel in the reference's order for torch's two layouts, and of torch's kernel in the reference's."""


def torch_step(params: Conv2d, inputs: Inputs, session: TorchSession, /) -> Step:
    """`conv2d` of torch, the gradients by autograd. `compile` compiles the forward pass, and with it its gradient."""
    import torch
    from torch.nn.functional import conv2d as convolve

    layer, last = params.geometry, params.layout == CHANNELS_LAST
    kernel, images = (OHWI, (0, 1, 2, 3)) if last else (OIHW, NCHW)
    # Copies: the transposition alone of a single channel keeps strides that torch takes for channels_last.
    feeds = tuple(array.transpose(kernel if name == "w" else images).copy() for name, array in inputs.data.items())

    def forward(x: torch.Tensor, w: torch.Tensor) -> torch.Tensor:
        return convolve(x, w, stride=layer.stride, padding=layer.padding)

    forward = session.compile(forward)

    def both(x: torch.Tensor, w: torch.Tensor, dy: torch.Tensor) -> tuple[torch.Tensor, ...]:
        x, w = x.detach().requires_grad_(), w.detach().requires_grad_()
        y = forward(x, w)
        return (y.detach(), *torch.autograd.grad(y, (x, w), dy))

    def observe(output: Any) -> Arrays:
        found = zip(params.results, output if params.pass_ == BOTH else (output,), strict=True)
        return {name: session.fetch(tensor).transpose(HWIO if name == "dw" else NHWC) for name, tensor in found}

    call: Callable[..., Any] = forward if params.pass_ == FORWARD else both
    return Step(_through_views(call) if last else call, feeds, observe)


def _through_views(call: Callable[..., Any]) -> Callable[..., Any]:
    """Tensors in NHWC handed on as views, which torch knows as NCHW in the channels_last format: nothing is copied."""

    def viewed(*tensors: torch.Tensor) -> Any:
        return call(*[tensor.permute(NCHW) for tensor in tensors])

    return viewed


def tensorflow_step(params: Conv2d, inputs: Inputs, session: TensorflowSession, /) -> Step:
    """`tf.nn.conv2d` in NHWC, the gradients by a tape. A mode compiles the whole step."""
    import tensorflow as tf

    layer = params.geometry
    padding = [[0, 0], [layer.padding] * 2, [layer.padding] * 2, [0, 0]]

    def forward(x: Any, w: Any) -> Any:
        return tf.nn.conv2d(x, w, layer.stride, padding)

    def both(x: Any, w: Any, dy: Any) -> tuple[Any, ...]:
        with tf.GradientTape() as tape:
            tape.watch((x, w))
            y = forward(x, w)
        return (y, *tape.gradient(y, (x, w), dy))

    def observe(output: Any) -> Arrays:
        found = zip(params.results, output if params.pass_ == BOTH else (output,), strict=True)
        return {name: session.fetch(tensor) for name, tensor in found}

    call: Callable[..., Any] = forward if params.pass_ == FORWARD else both
    return Step(session.compile(call), tuple(inputs.data.values()), observe)


_SIZES, _PASSES = ("smoke", "small", "medium", "large"), (FORWARD, BOTH)
_MIXED = ("seed-conv2", "resnet50-conv1", "resnet50-conv2-reduce", "vgg16-conv5_1")
"""A small layer, a large stride, a 1 x 1 kernel and long sums."""

conv2d = Workload(
    name="conv2d",
    sizes={"smoke": Conv2d(1), "small": Conv2d(8), "medium": Conv2d(32), "large": Conv2d(128)},
    axis="batch",
    builders={"torch": torch_step, "tensorflow": tensorflow_step},
    summary="a convolution in the shape of a real layer, forward or with both gradients",
    item="image",
    presets={
        "quick": (Grid(sizes=("small",), params={"layer": _MIXED}),),
        "standard": (
            Grid(sizes=("small",), params={"layer": _MIXED}),
            Grid(sizes=("small",), params={"layer": ("seed-conv2", "resnet50-conv2-reduce"), "pass": (BOTH,)}),
            Grid(sizes=("small",), params={"layer": ("resnet50-conv2-reduce",), "layout": (CHANNELS_LAST,)}),
            Grid(("large",), {"layer": _MIXED}, ("float32", "tf32", "bfloat16"), accelerated=True),
        ),
        "thorough": (
            Grid(sizes=_SIZES, params={"layer": tuple(LAYERS), "pass": _PASSES}),
            Grid(sizes=("small",), params={"layer": tuple(LAYERS), "pass": _PASSES, "layout": (CHANNELS_LAST,)}),
            Grid(sizes=("small",), params={"layer": _MIXED, "pass": _PASSES}, precisions=PRECISIONS),
            Grid(sizes=("large",), params={"layer": _MIXED}, precisions=PRECISIONS, accelerated=True),
            Grid(sizes=("small",), params={"layer": _MIXED, "pass": _PASSES}, modes=_MODES),
            Grid(sizes=("small", "medium"), params={"layer": _MIXED}, data=("host",)),
        ),
    },
    limits={"tensorflow": {"layout": (NATIVE,)}},
)
