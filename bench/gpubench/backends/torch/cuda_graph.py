"""A whole step as one CUDA graph: recorded at its first call, replayed at each.

Recorded is everything that one call of the step puts on the device, by the kernels of eager mode: forward pass, loss,
backward pass, optimiser. A call then costs the host one launch, whatever the number of kernels, so that a step whose
kernels wait for Python can be told from one whose kernels are slow. PyTorch calls it whole-network capture ("CUDA
semantics", section "CUDA Graphs"), and what is done here follows it. Outside the graph are only the copies into its
feeds, and those only where the data starts on the host.
"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from gpubench.backends.torch import CUDA_GRAPH
from gpubench.backends.torch.session import TimedTorchSession
from gpubench.errors import Unsupported
from gpubench.workload import Step

_WARM_UP_CALLS = 3
"""What is made once must not be recorded: handles, workspaces, cuDNN's choice of algorithms, the optimiser's state."""
_EMPTY = "CUDA Graph is empty"
"""Of the warning that is all PyTorch says where a graph has no nodes (since 2.0, aten/src/ATen/cuda/CUDAGraph.cpp)."""


class CudaGraphSession(TimedTorchSession):
    """See `gpubench.session.StepCapture`."""

    def __init__(self, device: torch.device, precision: str) -> None:
        super().__init__(device, precision, CUDA_GRAPH)
        self._recorded = 0

    def traces(self) -> int | None:
        return self._recorded

    def capture(self, step: Step, hosts: Sequence[torch.Tensor], /) -> RecordedStep:
        if not step.feeds:
            raise Unsupported("a step without data has nothing that a CUDA graph could hold")
        return RecordedStep(self, step, hosts)

    def record(self, call: Callable[[], Any]) -> tuple[Callable[[], None], Any]:
        """What puts the work of a call on the device once more, and the tensors that it then writes.

        Raises RuntimeError where the call can't be recorded (it waits for the device, say), or nothing was recorded.
        """
        module = torch.get_device_module(self.device)
        side, current = module.Stream(self.device), module.current_stream(self.device)
        side.wait_stream(current)
        with module.stream(side):
            for _ in range(_WARM_UP_CALLS):
                call()
        current.wait_stream(side)
        graph = module.CUDAGraph()
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            try:
                with module.graph(graph, stream=side):
                    output = call()
            except RuntimeError as error:  # leaving the recording raises too, and says nothing of why
                why = [str(one) for one in (error.__context__, error) if one is not None]
                raise RuntimeError(f"the step can't be recorded: {'; '.join(why)}") from error
        if any(_EMPTY in str(warning.message) for warning in said):
            raise RuntimeError("nothing was recorded: the step puts no work on the device's stream")
        self._recorded += 1
        return graph.replay, output


@dataclass(frozen=True)
class Recording:
    """output: the tensors that each replay writes. kept: holds those that the graph reads, as long as this is held."""

    replay: Callable[[], None]
    output: Any
    kept: object

    def replayed(self) -> Any:
        """The output of one more replay."""
        self.replay()
        return self.output


class RecordedStep:
    """See `gpubench.session.PlacedStep`. The graph reads feeds and weights where they lay when it was recorded."""

    def __init__(self, session: CudaGraphSession, step: Step, hosts: Sequence[torch.Tensor]) -> None:
        self.feeds = [session.place(host) for host in hosts]
        session.complete()
        self._session, self._step = session, step
        self._recording: Recording | None = None

    def __call__(self) -> Any:
        return self.resident()()

    def fill(self, index: int, host: torch.Tensor, /) -> None:
        self.feeds[index].copy_(host)
        self._session.complete()

    def resident(self) -> Callable[[], Any]:
        if self._recording is None:
            self._recording = self._recorded()
        return self._recording.replayed

    def from_host(self, hosts: Sequence[torch.Tensor], /) -> Callable[[], Any]:
        replayed, back = self.resident(), self._session.back
        pairs = list(zip(self.feeds, map(self._session.staged, hosts), strict=True))

        def call() -> Any:
            for feed, host in pairs:
                feed.copy_(host, non_blocking=True)
            return back(replayed())

        return call

    def _recorded(self) -> Recording:
        """Leaves the state as it was: warming up has trained the weights, and recording computes nothing."""
        session, step = self._session, self._step
        before = step.state()
        copies = session.copies(before)
        call = functools.partial(step.call, *self.feeds)
        replay, output = session.record(call)
        session.restore(before, copies)
        known = {id(tensor) for tensor in before}
        with torch.no_grad():
            for tensor in step.state():
                if id(tensor) not in known:  # made by the first call: an optimiser's state starts from zeros
                    tensor.zero_()
        return Recording(replay, output, call)
