"""An asynchronous accelerator that is none: real arithmetic, done when it is waited for, on a clock of its own.

A call returns at once, with tensors whose values are not there yet. They are computed, in the order of the calls, when
somebody waits for the device or copies from it. Time passes on a virtual clock: for the host `launch_ns` an operation,
for the device `kernel_ns`; a wait moves the host's clock on to the device's. Events are stamped on that clock,
or on a real one where one measures.
"""

from __future__ import annotations

import functools
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Self

import device
import events
import graphs
import torch
from torch.utils._pytree import tree_leaves, tree_map

DEPTH = 1024
"""Operations that CUDA takes before a launch waits for one to end."""


@dataclass
class Queue:
    """What one device has to do. pending: work and when it ends, on the virtual clock; launched: operations ever."""

    pending: deque[tuple[Callable[[], None], int]] = field(default_factory=deque)
    free_at: int = 0
    launched: int = 0


@dataclass
class Accelerator(device.DeviceModule):
    """The simulated devices of this process. current: the one that a wait is for which names none.

    real: nanoseconds of a real clock for events to be stamped by, when the device comes to them.
    """

    launch_ns: int = 5_000
    kernel_ns: int = 10_000
    now: int = 0
    current: int = 0
    queues: list[Queue] = field(default_factory=lambda: [Queue(), Queue()])
    streams: graphs.Streams = field(default_factory=graphs.Streams)
    recording: list[tuple[Callable[[], None], bool]] | None = None
    captured: list[graphs.Graph] = field(default_factory=list)
    real: Callable[[], int] | None = None

    def __post_init__(self) -> None:
        self.Event = functools.partial(events.Event, self)
        self.Stream = graphs.Stream
        self.CUDAGraph, self.graph = functools.partial(graphs.Graph, self), functools.partial(graphs.capture, self)

    def clock(self) -> int:
        """Nanoseconds of the host."""
        self.now += 20
        return self.now

    def current_stream(self, device: torch.device | None = None) -> graphs.Stream:
        """Of a device, whose number it is; of the current one by default."""
        return self.streams.current(self.current if device is None else device.index)

    def current_device(self) -> int:
        return self.current

    def synchronize(self, device: torch.device | None = None) -> None:
        """Return when a device has nothing to do."""
        if self.recording is not None:
            raise RuntimeError(graphs.FORBIDDEN)
        self.streams.synchronize()
        queue = self.queues[self.current if device is None else device.index]
        while queue.pending:
            self._end(queue)

    def launch(self, index: int, work: Callable[[], None], kernels: int = 1) -> None:
        """Put an operation behind what the device has to do already, or into what is recorded."""
        if self.recording is not None:
            self.recording.append((work, True))
            return
        self.streams.issue(index)
        queue = self.queues[index]
        self.now += self.launch_ns
        if len(queue.pending) >= DEPTH:
            self._end(queue)
        queue.free_at = max(queue.free_at, self.now) + kernels * self.kernel_ns
        queue.launched += 1
        queue.pending.append((work, queue.free_at))

    def look(self, index: int, work: Callable[[], None]) -> None:
        """Put a view behind what the device has to do: it takes no time."""
        if self.recording is not None:
            self.recording.append((work, False))
            return
        self.queues[index].pending.append((work, 0))

    def stream(self, stream: graphs.Stream) -> AbstractContextManager[None]:
        """What is issued inside goes to that stream."""
        return self.streams.enter(stream)

    def stamp(self, index: int, event: events.Event) -> None:
        """Stamp an event when a device will have done what it has to do already; it takes the host a microsecond."""
        queue = self.queues[index]
        self.now += events.RECORD_NS
        if self.real is None:
            event.at = max(queue.free_at, self.now)
        elif queue.pending:
            queue.pending.append((functools.partial(event.pass_by, self.real), queue.free_at))
        else:
            event.pass_by(self.real)

    def _end(self, queue: Queue) -> None:
        work, end = queue.pending.popleft()
        self.now = max(self.now, end)
        work()


class Later:
    """Where the values of a tensor will be."""

    __slots__ = ("values",)

    values: torch.Tensor


class SimulatedTensor(torch.Tensor):
    """A tensor on a simulated device. form: shape, strides and type, known at once; later: its values."""

    form: torch.Tensor
    later: Later

    @staticmethod
    def __new__(cls, form: torch.Tensor, later: Later, index: int) -> Self:
        made = torch.Tensor._make_wrapper_subclass(
            cls, form.size(), strides=form.stride(), storage_offset=form.storage_offset(), dtype=form.dtype,
            device=torch.device(device.NAME, index),
        )  # fmt: skip
        made.form, made.later = form, later
        return made

    def __repr__(self) -> str:
        return f"SimulatedTensor({tuple(self.shape)}, {self.dtype}, {self.device})"

    @classmethod
    def __torch_dispatch__(cls, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return _run(function, args, kwargs or {})


def _run(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    tensors = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, torch.Tensor)]
    index = next(tensor.device.index for tensor in tensors if isinstance(tensor, SimulatedTensor))
    name = function._schema.name
    to_host = str(kwargs.get("device", "")) == "cpu" or (name == "aten::copy_" and not _simulated(args[0]))
    if to_host or name == "aten::_local_scalar_dense":
        return _copied_back(function, args, kwargs, index)
    if name == "aten::copy_" and not _simulated(args[1]):
        if not (kwargs.get("non_blocking") or args[2:] == (True,)) or not device.page_locked(args[1]):
            args = (args[0], args[1].clone(), *args[2:])  # from pageable memory the driver takes it before it returns
    else:
        _refuse_others(function, tensors, index)
    return _issued(function, args, kwargs, tensors, index)


def _copied_back(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any], index: int) -> Any:
    """To the host: waits, unless it was asked not to; the values are then not there before the device is waited for."""
    if kwargs.get("non_blocking"):
        source: SimulatedTensor = args[0]
        host = torch.zeros_like(source.form, device="cpu", dtype=kwargs.get("dtype") or source.dtype)
        accelerator.launch(index, lambda: host.copy_(source.later.values))
        return host
    accelerator.synchronize(torch.device(device.NAME, index))
    values, options = tree_map(_values, (args, kwargs))
    return function(*values, **options)


def _refuse_others(function: Any, tensors: Sequence[torch.Tensor], index: int) -> None:
    """As PyTorch does it for every device; a scalar of the host is an argument."""
    for tensor in tensors:
        elsewhere = tensor.device.index != index if _simulated(tensor) else tensor.dim() > 0
        if elsewhere:
            raise RuntimeError(
                f"Expected all tensors to be on the same device, but found at least two devices, "
                f"{device.NAME}:{index} and {tensor.device}! ({function})"
            )


def _issued(
    function: Any, args: tuple[Any, ...], kwargs: dict[str, Any], tensors: Sequence[torch.Tensor], index: int
) -> Any:
    with torch.no_grad():
        forms_in, options_in = tree_map(_form, (args, kwargs))
        forms = function(*forms_in, **options_in)
    known = {id(tensor.form): tensor for tensor in tensors if isinstance(tensor, SimulatedTensor)}
    outputs: list[SimulatedTensor | None] = []

    def output(form: Any) -> Any:
        if not isinstance(form, torch.Tensor):
            return form
        if id(form) in known:  # changed in place: the very tensor comes back
            outputs.append(None)
            return known[id(form)]
        outputs.append(SimulatedTensor(form, Later(), index))
        if accelerator.recording is not None:  # before its first replay the memory of a graph holds anything
            outputs[-1].later.values = torch.zeros_like(form, device="cpu")
        return outputs[-1]

    returned = tree_map(output, forms)

    def work() -> None:
        values, options = tree_map(_values, (args, kwargs))
        with torch.no_grad():
            results = [leaf for leaf in tree_leaves(function(*values, **options)) if isinstance(leaf, torch.Tensor)]
        for tensor, result in zip(outputs, results, strict=True):
            if tensor is not None:
                tensor.later.values = result if function.is_view else _laid_out(result, tensor.form)

    (accelerator.look if function.is_view else accelerator.launch)(index, work)
    return returned


def _laid_out(result: torch.Tensor, form: torch.Tensor) -> torch.Tensor:
    """With the strides that the tensor has shown since the call: kernels that compute a form see few channels_last."""
    if result.stride() == form.stride():
        return result
    return torch.empty_strided(form.size(), form.stride(), dtype=result.dtype).copy_(result)


def _simulated(value: Any) -> bool:
    return isinstance(value, SimulatedTensor)


def _values(leaf: Any) -> Any:
    if isinstance(leaf, SimulatedTensor):
        return leaf.later.values
    return torch.device("cpu") if isinstance(leaf, torch.device) else leaf


def _form(leaf: Any) -> Any:
    if isinstance(leaf, SimulatedTensor):
        return leaf.form
    if isinstance(leaf, torch.Tensor) and leaf.dim() > 0:
        return leaf.to("meta")
    return torch.device("meta") if isinstance(leaf, torch.device) else leaf


def _empty(size: Any, *, dtype: Any = None, device: Any = None, memory_format: Any = None, **_: Any) -> SimulatedTensor:
    options = {} if memory_format is None else {"memory_format": memory_format}
    return _allocated(lambda where: torch.empty(size, dtype=dtype, device=where, **options), device)


def _empty_strided(size: Any, stride: Any, *, dtype: Any = None, device: Any = None, **_: Any) -> SimulatedTensor:
    return _allocated(lambda where: torch.empty_strided(size, stride, dtype=dtype, device=where), device)


def _allocated(make: Callable[[str], torch.Tensor], where: torch.device) -> SimulatedTensor:
    made = SimulatedTensor(make("meta"), Later(), where.index or 0)
    made.later.values = make("cpu")
    return made


accelerator = Accelerator()


def register() -> Accelerator:
    """Make the devices known to PyTorch; they have nothing to do, and the first is the current one."""
    device.register(accelerator, {"empty.memory_format": _empty, "empty_strided": _empty_strided})
    accelerator.current, accelerator.queues = 0, [Queue(), Queue()]
    accelerator.streams, accelerator.recording, accelerator.captured = graphs.Streams(), None, []
    return accelerator
