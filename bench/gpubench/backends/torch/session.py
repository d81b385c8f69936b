"""PyTorch on one device, at one precision, in one mode: what a builder of a torch step is given."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar, cast

import numpy as np
import torch
from torch.utils import _pytree as pytree

from gpubench.backends.torch import CUDA_GRAPH
from gpubench.backends.torch.operations import stray_operations
from gpubench.workload import Array

F = TypeVar("F", bound=Callable[..., Any])

_COMPUTE = {
    "float64": torch.float64,
    "float32": torch.float32,
    "tf32": torch.float32,
    "bfloat16": torch.bfloat16,
    "float16": torch.float16,
}
_TF32_UNIT = 2.0**-11  # TF32 keeps 10 explicit bits of mantissa: NVIDIA A100 whitepaper, "TF32"
_MILLI = 1e-3


class TorchSession:
    """See `gpubench.session.Session`; tensors are `torch.Tensor`."""

    def __init__(self, device: torch.device, precision: str, mode: str) -> None:
        self.device, self.mode, self.precision = device, mode, precision
        self.compute = _COMPUTE[precision]
        self.weights = torch.promote_types(self.compute, torch.float32)
        self.unit = _TF32_UNIT if precision == "tf32" else float(torch.finfo(self.compute).eps) / 2
        self.width = self.compute.itemsize
        self.asynchronous = device.type != "cpu"
        self.complete: Callable[[], None] = _nothing
        if self.asynchronous:
            module = torch.get_device_module(device)
            # The device is passed: without it the *current* device would be waited for.
            self.complete = lambda: module.synchronize(device)
        self._graphs_before: int | None = None

    def host(self, array: Array, /) -> torch.Tensor:
        tensor = torch.from_numpy(np.asarray(array, order="C"))
        return tensor.to(self.compute) if tensor.is_floating_point() else tensor

    def place(self, host: torch.Tensor, /) -> torch.Tensor:
        return host.to(self.device, non_blocking=True)

    def staged(self, host: torch.Tensor, /) -> torch.Tensor:
        """Page-locked for a device, as a DataLoader with `pin_memory=True` hands it over: its copy does not wait."""
        return host.pin_memory() if self.asynchronous else host

    def back(self, outputs: Any, /) -> Any:
        return pytree.tree_map_only(torch.Tensor, torch.Tensor.cpu, outputs)

    def fetch(self, tensor: torch.Tensor, /) -> Array:
        host = tensor.detach().cpu()
        kind = torch.float64 if host.is_floating_point() else host.dtype
        array: Array = host.to(kind, copy=True).numpy()  # a copy: the step may go on to change what was fetched
        return array

    def weight(self, array: Array, /) -> torch.Tensor:
        return torch.tensor(np.asarray(array, order="C"), dtype=self.weights, device=self.device)

    def compile(self, function: F, /) -> F:
        if self.mode != "compile":
            return function
        compiled = torch.compile(function, dynamic=False)
        if self._graphs_before is None:
            self._graphs_before = _graphs()
            _let_every_cell_compile()
        return cast(F, compiled)

    def traces(self) -> int | None:
        return None if self._graphs_before is None else _graphs() - self._graphs_before

    @contextlib.contextmanager
    def scope(self) -> Iterator[None]:
        """The TF32 switches of this precision, through torch's `allow_tf32` only: mixing its two ways raises.

        And the default type: an optimiser that can be captured counts its steps in it, and corrects moments by them.
        """
        matmul, convolution = torch.backends.cuda.matmul, cast(Any, torch.backends.cudnn)  # its stub is a bare module
        before = (matmul.allow_tf32, convolution.allow_tf32)
        matmul.allow_tf32 = convolution.allow_tf32 = self.precision == "tf32"
        default = torch.get_default_dtype()
        torch.set_default_dtype(self.weights)
        try:
            yield
        finally:
            matmul.allow_tf32, convolution.allow_tf32 = before
            torch.set_default_dtype(default)

    def strays(self, tensors: Any, /) -> list[str]:
        return [
            f"{tuple(leaf.shape)} {leaf.dtype} on {leaf.device}"
            for leaf in pytree.tree_leaves(tensors)
            if isinstance(leaf, torch.Tensor) and leaf.device.type != self.device.type
        ]

    def stray_operations(self, call: Callable[[], object], /) -> list[str]:
        if self.mode != "eager":  # what is compiled hands the dispatcher little, and might be compiled anew for a watch
            return []
        return stray_operations(self.device, call)

    def copies(self, tensors: Sequence[torch.Tensor], /) -> list[torch.Tensor]:
        return [tensor.detach().clone() for tensor in tensors]

    def restore(self, tensors: Sequence[torch.Tensor], copies: Sequence[torch.Tensor], /) -> None:
        with torch.no_grad():
            for tensor, copy in zip(tensors, copies, strict=True):
                tensor.copy_(copy)

    # Beyond the protocol: torch's own idioms, each without effect where the precision needs none.

    @property
    def mixed(self) -> bool:
        """Whether training at this precision keeps its weights in a wider type."""
        return self.compute != self.weights

    @property
    def capturable(self) -> bool:
        """Whether the step is going to be recorded: an optimiser then has to keep its counts on the device."""
        return self.mode == CUDA_GRAPH

    def autocast(self) -> torch.autocast:
        """Casts what CUDA's autocast casts to its narrower type (products and convolutions) to the compute type.

        A null context in float32 and float64. Its cache of cast weights is off where the pass is compiled or recorded,
        as PyTorch asks for.
        """
        return torch.autocast(
            self.device.type,
            dtype=self.compute if self.mixed else torch.bfloat16,
            enabled=self.mixed,
            cache_enabled=self.mode == "eager",
        )


class TimedTorchSession(TorchSession):
    """On a device with a clock of its own: see `gpubench.session.DeviceTimer`; marks are its events."""

    def mark(self) -> Any:
        module = torch.get_device_module(self.device)
        event = module.Event(enable_timing=True)
        # The device is passed: without it the stream would be the *current* device's, and the event with it.
        event.record(module.current_stream(self.device))
        return event

    def between(self, start: Any, stop: Any, /) -> float:
        milliseconds: float = start.elapsed_time(stop)
        return milliseconds * _MILLI


def _graphs() -> int:
    """How many graphs torch.compile has captured in this process."""
    from torch._dynamo.utils import counters  # loaded by the first torch.compile, and dear

    return counters["stats"]["unique_graphs"]


def _let_every_cell_compile() -> None:
    """A worker's cells share a builder's code: from the ninth size on, torch would silently run it uncompiled."""
    from torch._dynamo import config

    config.recompile_limit = config.accumulated_recompile_limit


def _nothing() -> None:
    return None
