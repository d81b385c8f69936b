"""Streams and graphs of the simulated accelerator, as `torch.cuda` has them, as far as capturing a step needs them.

Everything is done in the order of the calls here. What CUDA might have done otherwise is noted: work on one stream that
does not wait for what was put on another one.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Self

FORBIDDEN = "CUDA error: operation not permitted when stream is capturing"
_BROKEN = "CUDA error: operation failed due to a previous error during capture"
_EMPTY = "The CUDA Graph is empty. This usually means that the graph was attempted to be captured on wrong device"


class Stream(int):
    """The number of its device. issued: operations put on it; seen: how many of those of another one it waits for."""

    def __new__(cls, device: Any) -> Self:
        made = super().__new__(cls, device if isinstance(device, int) else device.index)
        made.issued, made.seen = 0, {}
        return made

    def wait_stream(self, other: Stream) -> None:
        self.seen[id(other)] = other.issued


@dataclass
class Streams:
    """Those of all devices. races: what was put on one of them and had to wait for another, and does not."""

    main: dict[int, Stream] = field(default_factory=dict)
    entered: list[Stream] = field(default_factory=list)
    known: dict[int, Stream] = field(default_factory=dict)
    races: list[str] = field(default_factory=list)

    def current(self, index: int) -> Stream:
        """Of a device."""
        inside = [stream for stream in self.entered if stream == index]
        return inside[-1] if inside else self.main.setdefault(index, Stream(index))

    def issue(self, index: int) -> None:
        """An operation is put on the current stream of a device."""
        here = self.current(index)
        here.issued += 1
        self.known[id(here)] = here
        for other in self.known.values():
            if other is not here and other == here and other.issued > here.seen.get(id(other), 0):
                self.races.append("a stream does not wait for another one's work")

    def synchronize(self) -> None:
        """Nothing is left to wait for."""
        self.known.clear()
        for stream in (*self.main.values(), *self.entered):
            stream.issued = 0
            stream.seen.clear()

    @contextlib.contextmanager
    def enter(self, stream: Stream) -> Iterator[None]:
        """As `torch.cuda.stream`."""
        self.entered.append(stream)
        try:
            yield
        finally:
            self.entered.pop()


@dataclass
class Graph:
    """As `torch.cuda.CUDAGraph`. works: what was recorded, and whether it takes the device time."""

    accelerator: Any
    works: list[tuple[Callable[[], None], bool]] = field(default_factory=list)
    stream: int = 0

    @property
    def kernels(self) -> int:
        return sum(takes_time for _, takes_time in self.works)

    def replay(self) -> None:
        self.accelerator.launch(self.stream, self._run, self.kernels)

    def _run(self) -> None:
        for work, _ in self.works:
            work()


@contextlib.contextmanager
def capture(accelerator: Any, graph: Graph, *, stream: Stream) -> Iterator[None]:
    """As `torch.cuda.graph`."""
    accelerator.synchronize()
    accelerator.recording = recorded = []
    try:
        with accelerator.streams.enter(stream):
            yield
    except RuntimeError as error:
        if FORBIDDEN in str(error):
            raise RuntimeError(_BROKEN) from error
        raise
    finally:
        accelerator.recording = None
    graph.works, graph.stream = recorded, int(stream)
    accelerator.captured.append(graph)
    if not graph.kernels:
        warnings.warn(_EMPTY, stacklevel=1)
