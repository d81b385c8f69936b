"""What the author of a backend meets: a declared value, and the runtime it starts inside a worker.

A `Backend` is declared at module level and imports no framework: the parent process plans with it. Its
`start` imports the framework and is called in a worker only, after `environment` was put into that
worker's environment by the parent (thread counts and device masks must be there before the import).
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from gpubench.session import Session
from gpubench.workload import Step

CUDA, CUDNN = "cuda", "cudnn"
"""Under `Runtime.versions`: the CUDA version that the build was made for, left out by a build without CUDA, and the
cuDNN that is loaded."""
ARCHITECTURES, CUDNN_OF_BUILD, CUDA_OF_CUDNN = "CUDA architectures", "cuDNN of the build", "CUDA of cuDNN"
CLASHING_WHEELS = "clashing wheels"
THREADS = "intra-op threads"
"""Under `Runtime.settings`, where they are known: what `gpubench doctor` holds against the machine. The GPU
architectures that the build has kernels for (`sm_80 compute_90`); the cuDNN that it was made for, and the CUDA that
the loaded one was; the wheels that write the same files. THREADS: how many threads compute, as the framework says;
cells are flagged where it was told another number."""

PEAK = "theoretical peak "
"""In front of a precision, among the facts of a worker on a GPU: what it can do by theory, `66.9 TFLOP/s`."""


@dataclass(frozen=True)
class Device:
    """A device that a backend can compute on.

    name: `cpu`, `cuda:0`. model: what the maker calls it. memory_bytes: None where unknown.
    capability: an NVIDIA GPU's compute capability, `9.0`; empty elsewhere.
    """

    name: str
    model: str
    memory_bytes: int | None = None
    capability: str = ""

    @property
    def kind(self) -> str:
        """The device class, which makes a cell's identity: `cpu`, `cuda`."""
        return self.name.partition(":")[0]


class Fault(enum.Enum):
    """What an exception of a framework means for the run."""

    OUT_OF_MEMORY = "oom"
    UNSUPPORTED = "skipped"
    STICKY = "sticky"
    """The process cannot be used any more (a CUDA error): the worker is restarted."""
    OTHER = "failed"


class Runtime(Protocol):
    """A framework imported and set up in this process."""

    def versions(self) -> Mapping[str, str]:
        """Version of the framework and of the libraries that decide its speed, by name; two names stand above."""
        ...

    def settings(self) -> Mapping[str, str]:
        """The settings in force that a reader of the numbers must know, read back from the framework.

        Some names stand above.
        """
        ...

    def devices(self) -> Sequence[Device]:
        """The devices that this build can use on this machine, `cpu` first."""
        ...

    def missing(self) -> str:
        """Why there is no accelerator, in words; empty where there is one."""
        ...

    def open(self, device: str, precision: str, mode: str, /) -> Session[Any]:
        """A session; raises Unsupported where the combination has no meaning."""
        ...

    def fault(self, error: BaseException, /) -> Fault:
        """What an exception raised by this framework means."""
        ...


@runtime_checkable
class MemoryCounter(Protocol):
    """What a runtime offers beside `Runtime` where its framework counts the memory of the device it was started for."""

    def reset_peak(self) -> None:
        """Forget the peak so far: it is what is held now."""
        ...

    def peak_bytes(self) -> int | None:
        """The most bytes that tensors held at once since `reset_peak`; None where the framework counts none there."""
        ...


@runtime_checkable
class DeviceMemory(Protocol):
    """What a runtime offers beside `Runtime` where it can tell how much memory its worker's device has."""

    def device_memory(self) -> tuple[int, int] | None:
        """Bytes that nobody holds, and all bytes of the device; None where nobody can tell."""
        ...


@runtime_checkable
class OperationCounter(Protocol):
    """What a runtime offers beside `Runtime` where its framework counts operations rightly, those of gradients too."""

    def count_operations(self, call: Callable[[], Any], /) -> float:
        """Operations of the products and convolutions in one call, a multiply-add as two; 0 where it saw none."""
        ...


@runtime_checkable
class Rehearsal(Protocol):
    """What a runtime offers beside `Runtime` where it can go through a step on a device that is not the host."""

    def rehearse(self, build: Callable[[Session[Any]], Step], precision: str, /) -> Sequence[str]:
        """What of a step would not stay on an accelerator, in words; empty where all of it would.

        build: makes the step in a session of that device. Raises Unsupported where it can't be told.
        """
        ...


def _nothing_else(_cuda: str) -> str:
    return ""


@dataclass(frozen=True)
class Backend:
    """A framework that cells run under.

    name: what users type. distribution: the Python distribution whose version is shown without an import.
    modes: name to a line of help; the first is the default.
    precisions: those with a meaning on some device of it.
    accelerators: device classes beside `cpu`.
    environment: (threads, device) to the environment variables a worker must start with; `device` is one
        device, or `all` for a worker that only looks which there are.
    start: (threads, device) to a runtime; imports the framework.
    cuda_build: what to type after `pip install` for a build with CUDA, given the newest CUDA version that the driver
        serves (`12.4`, empty where unknown); empty where there is none. For `gpubench doctor` to propose.
    """

    name: str
    distribution: str
    modes: Mapping[str, str]
    precisions: tuple[str, ...]
    accelerators: tuple[str, ...]
    environment: Callable[[int, str], Mapping[str, str]]
    start: Callable[[int, str], Runtime]
    cuda_build: Callable[[str], str] = _nothing_else

    @property
    def default_mode(self) -> str:
        """The mode of cells for which none was asked."""
        return next(iter(self.modes))
