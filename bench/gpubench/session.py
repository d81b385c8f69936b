"""What a builder is given: a framework opened on one device, at one precision, in one mode."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeVar, runtime_checkable

from gpubench.workload import Array, Step

T_co = TypeVar("T_co", covariant=True)
F = TypeVar("F", bound=Callable[..., Any])


class Session(Protocol[T_co]):
    """A backend opened on one device at one precision in one mode: what a builder is given.

    `T_co` is the framework's tensor. Backends offer more than this (torch's `autocast`, say); a builder
    that needs it annotates its `session` with the backend's own class.
    """

    @property
    def unit(self) -> float:
        """Unit round-off of products, half the spacing at 1: 2^-24 float32, 2^-11 tf32 and float16, 2^-8 bfloat16."""
        ...

    @property
    def width(self) -> int:
        """Bytes an element of the data takes."""
        ...

    @property
    def asynchronous(self) -> bool:
        """Whether a call may return before its work is done."""
        ...

    def host(self, array: Array, /) -> Any:
        """To the compute type (integers stay), still on the host."""
        ...

    def place(self, host: Any, /) -> T_co:
        """Host to device: a copy and nothing else."""
        ...

    def back(self, outputs: Any, /) -> Any:
        """Device to host: a copy and nothing else. Waits for what it copies."""
        ...

    def fetch(self, tensor: Any, /) -> Array:
        """Any tensor of this backend, on the host or the device, as a float64 (or int64) array."""
        ...

    def weight(self, array: Array, /) -> T_co:
        """On the device in the weights' type: the compute type, but float32 where that is narrower."""
        ...

    def compile(self, function: F, /) -> F:
        """The function as this mode runs it; the function itself in eager mode."""
        ...

    def traces(self) -> int | None:
        """How often what was given to `compile` has been traced or compiled so far; None where nothing was given."""
        ...

    def scope(self) -> AbstractContextManager[object]:
        """Entered around build, check and blocks: device, precision switches; leaving it puts them back."""
        ...

    def complete(self) -> None:
        """Return when everything issued so far on the device is done."""
        ...

    def strays(self, tensors: Any, /) -> Sequence[str]:
        """A description of each tensor, anywhere in nested containers, that is not on this session's device."""
        ...

    def copies(self, tensors: Sequence[Any], /) -> Sequence[Any]:
        """Copies of mutable tensors, on the device."""
        ...

    def restore(self, tensors: Sequence[Any], copies: Sequence[Any], /) -> None:
        """Put copied values back in place."""
        ...


@runtime_checkable
class DeviceTimer(Protocol):
    """What a session offers beside `Session` where its device has a clock of its own (CUDA events)."""

    def mark(self) -> Any:
        """Put a time stamp behind everything issued so far on the device; returns without waiting for it."""
        ...

    def between(self, start: Any, stop: Any, /) -> float:
        """Seconds on the device from one mark to another. Raises RuntimeError where it has not passed both yet."""
        ...


class PlacedStep(Protocol):
    """A step with its feeds on the device."""

    @property
    def feeds(self) -> Sequence[Any]:
        """What lies on the device, in the order of the step's feeds."""
        ...

    def __call__(self) -> Any:
        """The step on its feeds."""
        ...

    def fill(self, index: int, host: Any, /) -> None:
        """Put other host data in a feed's place, and wait for it; the device never holds both."""
        ...

    def resident(self) -> Callable[[], Any]:
        """The step on its feeds for the clock: nothing is around it that could be spared."""
        ...

    def from_host(self, hosts: Sequence[Any], /) -> Callable[[], Any]:
        """The same, but every call copies the host data in and its result back; `feeds` may be let go of."""
        ...


@runtime_checkable
class StepCapture(Protocol):
    """What a session offers beside `Session` where its mode records a whole step once and replays it (CUDA graphs).

    The session's `traces` counts what was recorded.
    """

    def capture(self, step: Step, hosts: Sequence[Any], /) -> PlacedStep:
        """The step, recorded at its first call; every later call replays that, and returns the very same tensors.

        Raises Unsupported where there is nothing to record.
        """
        ...


@runtime_checkable
class Staging(Protocol):
    """What a session offers beside `Session` where `place` copies fastest from host memory of a kind of its own."""

    def staged(self, host: Any, /) -> Any:
        """Host data in that memory. `place` may read it after it has returned, so nobody may write to it."""
        ...


@runtime_checkable
class OperationWatch(Protocol):
    """What a session offers beside `Session` where it can look on at each operation of a call."""

    def stray_operations(self, call: Callable[[], object], /) -> Sequence[str]:
        """Make a call; each kind of operation in it that had data off the device, or brought some to the host.

        A scalar of the host may be an argument of an operation on any device.
        """
        ...
