"""The seed network's training step in PyTorch, as a training loop's body has it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from gpubench.workload import Array, Arrays, Inputs, Step
from gpubench_workloads.mnist_network import ALGORITHM_1, BETA_1, BETA_2, EPSILON, RATE, SHAPES, facts, loss_scale

if TYPE_CHECKING:
    import torch

    from gpubench.backends.torch.session import TorchSession
    from gpubench_workloads.mnist_cnn_train import MnistCnnTrain


def torch_step(params: MnistCnnTrain, inputs: Inputs, session: TorchSession, /) -> Step:
    """Zeroed gradients, forward pass and loss, backward pass, Adam.

    `compile` compiles forward pass and loss, and with them their gradient: around the whole step it breaks into
    three graphs and is slower. Below float32 autocast casts what goes into convolutions and the dense layer, bias
    included; ReLU and pooling take the type that comes.
    """
    import torch

    last = params.layout == "channels_last"
    model = _model(inputs.weights, session, last)
    parameters = list(model.parameters())
    adam = torch.optim.Adam(parameters, RATE, (BETA_1, BETA_2), EPSILON, capturable=session.capturable)
    scale = loss_scale(session.precision)

    def forward(images: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        with session.autocast():
            logits = model(images.permute(0, 3, 1, 2) if last else images)  # a view: channels_last is NHWC in memory
        return torch.nn.functional.cross_entropy(logits.to(session.weights), labels)

    forward = session.compile(forward)

    def step(images: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        adam.zero_grad()
        loss = forward(images, labels)
        if scale == 1:
            loss.backward()
        else:
            (loss * scale).backward()
            _divide_gradients(parameters, scale)
        adam.step()
        return loss.detach()

    def observe(loss: torch.Tensor) -> Arrays:
        return {"loss": session.fetch(loss), **_from_torch([session.fetch(parameter) for parameter in parameters])}

    def state() -> list[torch.Tensor]:
        return [*parameters, *(tensor for slots in adam.state.values() for tensor in slots.values())]

    # A copy: the transposition alone of a single channel keeps strides that torch takes for channels_last.
    images = inputs.data["images"] if last else inputs.data["images"].transpose(0, 3, 1, 2).copy()
    told = facts(ALGORITHM_1, session.precision, returns="the loss on the device")
    return Step(step, (images, inputs.data["labels"]), observe, state, told)


def _model(weights: Arrays, session: TorchSession, channels_last: bool) -> torch.nn.Module:
    import torch
    from torch import nn

    model = nn.Sequential(
        nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(1600, 10),
    )  # fmt: skip
    model.to(session.device, session.weights)
    if channels_last:
        cast(Any, model).to(memory_format=torch.channels_last)  # torch's stubs leave this argument out
    with torch.no_grad():
        for parameter, array in zip(model.parameters(), _to_torch(weights), strict=True):
            parameter.copy_(session.weight(array))
    return model


def _divide_gradients(parameters: Sequence[torch.nn.Parameter], scale: float) -> None:
    for parameter in parameters:
        if parameter.grad is not None:
            parameter.grad.div_(scale)


def _to_torch(weights: Arrays) -> list[Array]:
    """Kernels as out, in, height, width; the dense kernel as out, in, its inputs in NCHW order."""
    kernel_1, bias_1, kernel_2, bias_2, dense, dense_bias = (weights[name] for name in SHAPES)
    dense = dense.reshape(5, 5, 64, 10).transpose(3, 2, 0, 1).reshape(10, 1600)
    return [kernel_1.transpose(3, 2, 0, 1), bias_1, kernel_2.transpose(3, 2, 0, 1), bias_2, dense, dense_bias]


def _from_torch(arrays: Sequence[Array]) -> dict[str, Array]:
    kernel_1, bias_1, kernel_2, bias_2, dense, dense_bias = arrays
    dense = dense.reshape(10, 64, 5, 5).transpose(2, 3, 1, 0).reshape(1600, 10)
    found = (kernel_1.transpose(2, 3, 1, 0), bias_1, kernel_2.transpose(2, 3, 1, 0), bias_2, dense, dense_bias)
    return dict(zip(SHAPES, found, strict=True))
