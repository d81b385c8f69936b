"""Every torch step on a device of fake tensors: what is left on the host, what is pulled to it, what is not narrow."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator, Sequence
from typing import Any
from unittest import mock

import accelerator
import cells as grid
import device
import numpy as np
import torch
from torch._dynamo.utils import counters
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from gpubench.backends.torch import CUDA_GRAPH, backend
from gpubench.backends.torch.session import TorchSession

accelerator.register()
_DEVICE = torch.device(device.NAME, 0)
_CUDA = torch.device("cuda", 0)
"""A fake tensor may be on this in any build; a gradient ends the process there, unless the build has CUDA."""

_PRODUCTS = ("mm", "addmm", "bmm", "convolution", "convolution_backward")


operations: set[str] = set()
"""Those of every step that was watched."""


class Watch(TorchDispatchMode):
    """Notes every operation that leaves the device, and every product that is not in the precision of the session."""

    def __init__(self, session: TorchSession) -> None:
        super().__init__()
        self.compute, self.tf32 = session.compute, session.precision == "tf32"
        self.device = session.device
        self.found: list[str] = []
        self.operations: set[str] = set()

    @classmethod
    def ignore_compile_internals(cls) -> bool:
        return True

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        output = function(*args, **(kwargs or {}))
        if function.namespace == "aten":
            name = function._schema.name
            self.operations.add(".".join(filter(None, (name, function._schema.overload_name))))
            self._compare(name.removeprefix("aten::"), _tensors((args, kwargs)), _tensors(output))
        return output

    def _compare(self, name: str, inputs: Sequence[torch.Tensor], outputs: Sequence[torch.Tensor]) -> None:
        on_host = [each for each in (*inputs, *outputs) if each.device.type == "cpu"]
        if any(each.dim() for each in on_host):
            self.found.append(f"{name} has a tensor on the host")
        # A scalar of the host may go into a kernel as its argument; one that comes from the device waits for it.
        if any(each.device == self.device for each in inputs) and any(each.device.type == "cpu" for each in outputs):
            self.found.append(f"{name} pulls from the device")
        if name in _PRODUCTS:
            self.found += [f"{name} in {each.dtype}" for each in inputs if each.dtype != self.compute]
            switches = torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32
            if switches != (self.tf32, self.tf32):
                self.found.append(f"{name} with TF32 switched {switches}")


def _tensors(nested: Any) -> list[torch.Tensor]:
    return [leaf for leaf in tree_leaves(nested) if isinstance(leaf, torch.Tensor)]


def _foreach(*_: Any, **__: Any) -> tuple[bool, bool]:
    return False, True


@contextlib.contextmanager
def _fakes() -> Iterator[None]:
    """Fake tensors from here on; what NumPy gives becomes one on the host."""
    with contextlib.ExitStack() as stack:
        stack.enter_context(FakeTensorMode(allow_non_fake_inputs=True))
        # Fake parameters have weak references, for which Module.to would refuse to move them.
        stack.enter_context(mock.patch("weakref.getweakrefs", return_value=[]))
        # The route of tensors on CUDA; Adam knows no fake ones.
        stack.enter_context(mock.patch("torch.optim.adam._default_to_fused_or_foreach", _foreach))
        # What is captured is the same; code for the device can't be made.
        stack.enter_context(mock.patch("torch.compile", functools.partial(torch.compile, backend="aot_eager")))
        yield


def problems(cell: grid.Cell) -> list[str]:
    """What is wrong with a cell's step."""
    torch._dynamo.reset()
    counters.clear()
    devices = [_DEVICE]
    if cell.mode == "eager" and (cell.workload.name in ("copy", "dispatch", "matmul") or " forward " in str(cell)):
        devices.append(_CUDA)
    with _fakes():
        return [problem for on in devices for problem in _watched(cell, on)]


def _watched(cell: grid.Cell, on: torch.device) -> list[str]:
    session = TorchSession(on, cell.precision, cell.mode)
    inputs = cell.params.inputs(np.random.default_rng(0))
    with session.scope():
        step = cell.workload.builders[backend.name](cell.params, inputs, session)
        feeds = [session.place(session.host(feed)) for feed in step.feeds]
        step.call(*feeds)  # makes the optimiser's state, and compiles
        with Watch(session) as watch:
            output = step.call(*feeds)
    operations.update(watch.operations)
    state = step.state()
    gradients = [tensor.grad for tensor in state if isinstance(tensor, torch.nn.Parameter)]
    counts = [tensor for tensor in state if tensor.device.type == "cpu"]
    found = watch.found
    found += [f"output {tuple(leaf.shape)} on {leaf.device}" for leaf in _tensors(output) if leaf.device != on]
    found += [f"output {leaf!r} is on the host" for leaf in tree_leaves(output) if isinstance(leaf, (int, float))]
    found += [f"state: {stray}" for stray in session.strays([[one for one in state if one.ndim], gradients])]
    if any(gradient is None for gradient in gradients):
        found.append("a weight has no gradient")
    if cell.mode == CUDA_GRAPH and counts:
        found.append(f"{len(counts)} tensors of the state are on the host, which a graph does not reach")
    if len(counts) > len(gradients):  # Adam counts each weight's steps on the host
        found.append(f"{len(counts)} tensors of the state are on the host")
    if step.feeds and not watch.operations:
        found.append("no operation was seen")
    if cell.mode == "compile" and step.feeds and (counters["stats"]["unique_graphs"] != 1 or counters["graph_break"]):
        found.append(f"{counters['stats']['unique_graphs']} graphs, breaks: {dict(counters['graph_break'])}")
    return found


def _chosen() -> Iterator[grid.Cell]:
    """All, but what takes long to compile and differs in its layout only: that in float32."""
    for cell in grid.cells(backend, shapes=True):
        if cell.mode == backend.default_mode or cell.precision == "float32" or "channels_last" not in str(cell):
            yield cell


def _without_kernel(key: str) -> list[str]:
    """Which operations of the steps the installed build can't carry out on a device; composite ones it can."""
    has_kernel = torch._C._dispatch_has_computed_kernel_for_dispatch_key
    return sorted(name for name in operations if not has_kernel(name, key))


def audit(only: str) -> dict[str, list[str]]:
    """only: a part of the names of the cells to look at, empty for all."""
    answer = grid.audited((cell for cell in _chosen() if only in str(cell)), problems)
    return answer | {f"without a {key} kernel": _without_kernel(key) for key in ("CPU", "CUDA")}
