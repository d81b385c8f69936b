"""JAX on the CPU, at one precision, in one mode: what a builder of a JAX step is given.

How is everything waited for that was issued, when its results were thrown away? `complete` issues one computation more
and waits for its result. XLA's client for the CPU makes each computation of a thread depend on the one before it
(`GetLastEnqueueEvent` in its `cpu_client.cc`), so the last is done when all are. None of these would do:

- `jax.effects_barrier` waits for side effects, and a product has none.
- `jax.live_arrays` no longer has what was thrown away; its computation goes on all the same.
- `block_until_ready` on the results would keep them, and the memory of a whole block with them.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar, cast

import jax
import numpy as np

from gpubench.workload import Array

F = TypeVar("F", bound=Callable[..., Any])


class JaxSession:
    """See `gpubench.session.Session`; tensors are `jax.Array`, and a step's state is of `jax.Ref`, which can change."""

    def __init__(self, device: Any, precision: str, mode: str) -> None:
        self.device, self.precision, self.mode = device, precision, mode
        self.dtype = np.dtype(precision)
        self.unit, self.width = float(np.finfo(self.dtype).eps) / 2, self.dtype.itemsize
        self.asynchronous = True
        self._traces: int | None = None
        self._zero, self._fence = self.place(np.zeros((), np.float32)), jax.jit(lambda zero: zero + 1)

    def host(self, array: Array, /) -> Array:
        return np.asarray(array.astype(self.dtype) if array.dtype.kind == "f" else array, order="C")

    def place(self, host: Array, /) -> Any:
        """Waits for the copy, which is no computation: `complete` would not."""
        return jax.block_until_ready(jax.device_put(host, self.device, may_alias=False))

    def back(self, outputs: Any, /) -> Any:
        return jax.device_get(outputs)

    def fetch(self, tensor: Any, /) -> Array:
        array = np.array(tensor)
        return array.astype(np.float64) if array.dtype.kind == "f" else array

    def weight(self, array: Array, /) -> Any:
        return self.place(self.host(array))

    def compile(self, function: F, /) -> F:
        if self.mode == "eager":
            return function
        self._traces = self._traces or 0

        @functools.wraps(function)
        def traced(*tensors: Any) -> Any:
            self._traces = (self._traces or 0) + 1  # runs when it is traced, and never when it is called
            return function(*tensors)

        return cast(F, jax.jit(traced))

    def traces(self) -> int | None:
        return self._traces

    @contextlib.contextmanager
    def scope(self) -> Iterator[None]:
        """Without `jax.enable_x64` every float64 is silently made a float32."""
        with jax.enable_x64(self.precision == "float64"), jax.default_matmul_precision("highest"):
            yield

    def complete(self) -> None:
        self._fence(self._zero).block_until_ready()

    def strays(self, tensors: Any, /) -> Sequence[str]:
        """NumPy arrays count as such: JAX copies them to the device at every call, and says nothing."""
        leaves = [leaf for leaf in jax.tree.leaves(tensors) if getattr(leaf, "ndim", 0)]
        return [
            f"{leaf.shape} {leaf.dtype} {'in NumPy' if isinstance(leaf, np.ndarray) else 'on another device'}"
            for leaf in leaves
            if isinstance(leaf, np.ndarray) or (isinstance(leaf, jax.Array) and leaf.devices() != {self.device})
        ]

    def copies(self, tensors: Sequence[Any], /) -> Sequence[Any]:
        return [tensor[...] for tensor in tensors]  # what it held: an array, which no later change touches

    def restore(self, tensors: Sequence[Any], copies: Sequence[Any], /) -> None:
        for tensor, copy in zip(tensors, copies, strict=True):
            tensor[...] = copy
