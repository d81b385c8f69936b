"""On which device the operations of a step work, as PyTorch's dispatcher hands them out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch.utils import _pytree as pytree
from torch.utils._python_dispatch import TorchDispatchMode

_AS_A_NUMBER = "aten::_local_scalar_dense"
"""`Tensor.item()`: waits for the device, and what it gives is no tensor."""


def stray_operations(device: torch.device, call: Callable[[], object]) -> list[str]:
    """Call once; each kind of operation that had data off the device, or brought some to the host."""
    with _Watch(device) as watch:
        call()
    return list(watch.found)


class _Watch(TorchDispatchMode):
    """Sees each operation below autograd, those of the backward pass too, whichever thread issues them."""

    def __init__(self, device: torch.device) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # torch's own has no annotations
        self.device = device
        self.found: dict[str, None] = {}

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """False: else torch imports its compiler, in seconds, to leave `__torch_dispatch__` out of what it compiles."""
        return False

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        output = function(*args, **(kwargs or {}))
        name = str(function.name()).partition(".")[0]
        for stray in self._strays(name, list(_tensors((args, kwargs))), list(_tensors(output))):
            self.found[f"{name} {stray}"] = None
        return output

    def _strays(self, name: str, inputs: list[torch.Tensor], outputs: list[torch.Tensor]) -> Iterator[str]:
        for tensor in (*inputs, *outputs):
            if tensor.dim() and not self._here(tensor):
                yield f"has a tensor of {tuple(tensor.shape)} on {tensor.device}"
        leaves = name == _AS_A_NUMBER or not all(map(self._here, outputs))
        if self.device.type != "cpu" and leaves and any(map(self._here, inputs)):
            yield "brings a value to the host"

    def _here(self, tensor: torch.Tensor) -> bool:
        return tensor.device.type == self.device.type


def _tensors(nested: Any) -> Iterator[torch.Tensor]:
    return (leaf for leaf in pytree.tree_leaves(nested) if isinstance(leaf, torch.Tensor))
