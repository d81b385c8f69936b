"""Events of the simulated accelerator, as `torch.cuda` has them: they raise where CUDA's do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

RECORD_NS = 1_000
"""What it takes the host to record one."""


@dataclass
class Event:
    """at: when its device came to it, or will come, in nanoseconds."""

    accelerator: Any
    enable_timing: bool = False
    recorded: bool = False
    at: int | None = None

    def record(self, stream: int) -> None:
        self.recorded, self.at = True, None
        self.accelerator.stamp(stream, self)

    def pass_by(self, clock: Callable[[], int]) -> None:
        self.at = clock()

    def query(self) -> bool:
        if self.at is None:
            return not self.recorded
        return self.accelerator.real is not None or self.at <= self.accelerator.now

    def elapsed_time(self, end: Event) -> float:
        """Milliseconds."""
        if not (self.enable_timing and end.enable_timing):
            raise ValueError("Both events must be created with argument 'enable_timing=True'.")
        if not (self.recorded and end.recorded):
            raise ValueError("Both events must be recorded before calculating elapsed time.")
        if not (self.query() and end.query()):
            raise RuntimeError("Both events must be completed before calculating elapsed time.")
        return (end.at - self.at) * 1e-6
